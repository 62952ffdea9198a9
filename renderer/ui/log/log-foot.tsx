import type { LogSourceState } from '../../../shared/contract/logs';
import { count } from '../../../shared/domain/text/count';
import type { LogSession } from '../../data/log-session';
import { useLogPart } from '../../data/use-log';
import { TimedText } from '../time/timed-text';
import classes from './log-viewer.module.css';

/** How the logs are doing, and how many lines there are. */
export function LogFoot({ session }: { session: LogSession }) {
  useLogPart(session, ({ version }) => version);
  const { picture, sources, lost } = session;
  const shown = picture.end - picture.first;
  const { state, text } = lost ? { state: 'failed', text: lost } : stateOf(sources);
  return (
    <footer className={classes.foot}>
      {picture.notice ? (
        <span data-state="notice">
          <TimedText text={picture.notice} />
        </span>
      ) : (
        <span data-state={state}>{text}</span>
      )}
      <span>
        {shown < picture.kept && `${shown.toLocaleString('en-GB')} of `}
        {count(picture.kept, 'line')}
        {picture.dropped > 0 && `, ${count(picture.dropped, 'older line')} discarded`}
      </span>
    </footer>
  );
}

/** The worst comes first: what went wrong matters more than what goes well. */
const order = ['failed', 'reconnecting', 'waiting', 'gone', 'connecting', 'following', 'ended'] as const;

function stateOf(sources: readonly LogSourceState[]): { state: string; text: string } {
  const [only] = sources;
  if (!only) return { state: 'connecting', text: 'Opening the log…' };
  if (sources.length === 1) return { state: only.state, text: only.text };
  const worst = order.find((state) => sources.some((source) => source.state === state)) ?? 'connecting';
  const of = (state: LogSourceState['state']): number => sources.filter((one) => one.state === state).length;
  const parts = [
    [of('following'), 'followed'],
    [of('waiting'), 'waiting'],
    [of('reconnecting'), 'reconnecting'],
    [of('ended'), 'ended'],
    [of('gone'), 'gone'],
    [of('failed'), 'failed'],
    [of('connecting'), 'opening'],
  ] as const;
  return {
    state: worst,
    text: parts
      .filter(([number]) => number > 0)
      .map(([number, word]) => `${number} ${word}`)
      .join(', '),
  };
}
