import { visibleText } from '../../../shared/domain/text/visible-text';
import { unheard } from './route-run';
import type { RunTask } from './run-task';

/** How a run's cancellation stands: asked of GitHub; not, and asked again at the next look; or not to be had. */
export type Cancelling = 'asked' | 'again' | 'not';

/**
 * Asks GitHub to cancel the run, for as long as it takes to be heard. What a refusal means is looked up: a run that ended
 * before was not cancelled by us, unless it was an earlier request of ours whose answer was lost.
 */
export function cancelling({ context, runs, place, what }: RunTask, run: number): () => Promise<Cancelling> {
  let isDoubtful = false;
  let said = '';
  const tell = (text: string): void => {
    if (text !== said) context.saw(text);
    said = text;
  };
  return async () => {
    const asked = await runs.cancel(place, run, context.signal);
    context.signal.throwIfAborted();
    if (asked.ok) {
      tell(`Asked GitHub to cancel the run of ${what}.`);
      return 'asked';
    }
    const { code, message, meaning } = asked.failure;
    if (unheard.has(code) || code === 'rate-limited') {
      isDoubtful ||= code !== 'rate-limited';
      tell(`Whether GitHub cancels the run is not known yet. ${message} Trying again.`);
      return 'again';
    }
    const there = await runs.get(place, run, context.signal);
    context.signal.throwIfAborted();
    if (there.ok && there.value.status === 'completed') {
      const { conclusion } = there.value;
      if (isDoubtful && conclusion === 'cancelled') return 'asked';
      const how = conclusion === null ? '' : ` (${visibleText(conclusion.slice(0, 50))})`;
      tell(`The run of ${what} could not be cancelled: it had ended already${how}.`);
      return 'not';
    }
    if (code === 'conflict' || !there.ok) {
      tell(`The run is not cancelled yet. ${message} ${meaning} Trying again.`);
      return 'again';
    }
    tell(`The run was not cancelled, and goes on. ${message} ${meaning} Cancel it on GitHub.`);
    return 'not';
  };
}
