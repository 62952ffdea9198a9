import { shortTitleOf } from './intent';
import { type Operation, waitsForReview } from './operation';
import { steps } from './steps';

/** Operations that somebody has to watch: all that run, but those that only wait for a review, hours or days. */
export const watched = (open: readonly Operation[]): Operation[] =>
  open.filter((operation) => operation.state === 'running' && !waitsForReview(operation));

/** Lines of a dialog that are still read. */
const mostNamed = 8;

/** What a person is told who leaves while operations run: which ones, and what becomes of them. */
export function leavingText(running: readonly Operation[]): {
  title: string;
  message: string;
  detail: string;
} {
  const lines = running.map(({ intent, steps: progress }) => {
    const step = progress.find(({ state }) => state === 'running');
    return step ? `${shortTitleOf(intent)} (${steps[step.name].label.toLowerCase()})` : shortTitleOf(intent);
  });
  const more = lines.length > mostNamed ? [`and ${lines.length - mostNamed} more`] : [];
  const isLocked = running.some(({ steps: progress }) =>
    progress.some(({ name, state }) => state === 'running' && steps[name].neverInterrupted !== undefined),
  );
  return {
    title: running.length === 1 ? 'An operation is running' : 'Operations are running',
    message: [...lines.slice(0, mostNamed), ...more].join('\n'),
    detail: [
      'What has begun outside of this computer continues without Signalbox: commits stay, and Argo CD and the jobs go on.',
      isLocked ? 'The environment of a bag that is being deployed stays locked.' : null,
      'The steps that come after it wait. Signalbox continues from there when you start it again. Until then, nobody watches.',
    ]
      .filter((line) => line !== null)
      .join(' '),
  };
}
