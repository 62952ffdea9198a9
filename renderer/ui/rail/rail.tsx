import type { ReactNode } from 'react';
import { lineSpent, type RailLine } from '../../../shared/domain/timeline/rail';
import { StepMark, stepLook } from '../layout/mark';
import { duration, fullTime, seconds } from '../time/time';
import { localTimes, TimedText } from '../time/timed-text';
import { useNow } from '../time/use-now';
import classes from './rail.module.css';

interface RailProps {
  label: string;
  lines: readonly RailLine[];
  /** Side by side, with the texts in tooltips, where there is little height; else one below the other, with all that is known. */
  strip?: boolean;
  /** What stands below a line: the jobs that it consists of. */
  below?: Partial<Record<RailLine['name'], ReactNode>>;
}

/** What an operation or a deployment goes through: each step with how long it took, what it waits for, and what was seen. */
export function Rail({ label, lines, strip = false, below = {} }: RailProps) {
  const now = useNow('second');
  return (
    <ol className={strip ? classes.strip : classes.list} aria-label={label}>
      {lines.map((line) => (
        <li
          key={line.name}
          className={classes.step}
          data-state={line.state}
          aria-current={line.current ? 'step' : undefined}
          title={strip && line.text !== null ? localTimes(line.text, now) : undefined}
        >
          <StepMark value={line.state} iconOnly />
          <div className={classes.body}>
            <p className={classes.line}>
              <span className={classes.name}>{line.label}</span>
              <LineTime line={line} now={now} strip={strip} />
            </p>
            {!strip && <Texts line={line} />}
            {!strip && below[line.name]}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** How long it took or takes; in a strip, where that can't be told, how it stands. */
function LineTime({ line, now, strip }: { line: RailLine; now: number; strip: boolean }) {
  const spent = lineSpent(line, now);
  const { startedAt, state, clocks } = line;
  const word = strip && state !== 'succeeded' ? stepLook[state].label.toLowerCase() : '';
  return (
    <span
      className={classes.time}
      title={
        clocks ?? (startedAt ? `From ${fullTime(startedAt.at)}, according to ${startedAt.source}` : undefined)
      }
    >
      {spent === null ? word : duration(spent)}
    </span>
  );
}

function Texts({ line: { text, waits, saw } }: { line: RailLine }) {
  const earlier = saw.filter((each) => each.text !== text);
  return (
    <>
      {text !== null && (
        <p className={waits ? classes.waiting : classes.saw}>
          <TimedText text={text} />
        </p>
      )}
      {earlier.length > 0 && (
        <details className={classes.more}>
          <summary>Details ({saw.length})</summary>
          <ol>
            {saw.map((each) => (
              <li key={`${each.at}${each.text}`}>
                <time dateTime={each.at}>{seconds(each.at)}</time> <TimedText text={each.text} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}
