import { type Operation, type Step, stepsInPlay } from '../../../shared/domain/operation/operation';
import { StepMark } from '../../ui/layout/mark';
import { stepWord } from '../../ui/text/words';
import { between, duration, fullTime, seconds } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import classes from './step-list.module.css';

/** The steps, each with how long it took, what it waits for, and what it saw. */
export function StepList({ operation }: { operation: Operation }) {
  const now = useNow('second');
  return (
    <ol className={classes.list} aria-label="Steps">
      {stepsInPlay(operation).map((step) => (
        <Item key={step.name} step={step} now={now} />
      ))}
    </ol>
  );
}

function Item({ step, now }: { step: Step; now: number }) {
  const spent = step.state === 'skipped' ? null : between(step.startedAt, step.finishedAt, now);
  const last = step.saw.at(-1);
  const earlier = step.saw.slice(0, -1);
  return (
    <li
      className={classes.step}
      data-state={step.state}
      aria-current={step.state === 'running' ? 'step' : undefined}
    >
      <StepMark value={step.state} iconOnly />
      <div className={classes.body}>
        <p className={classes.line}>
          <span className={classes.name}>{stepWord(step.name)}</span>
          <span className={classes.time} title={step.startedAt ? fullTime(step.startedAt) : undefined}>
            {spent === null ? '' : duration(spent)}
          </span>
        </p>
        {step.waitingFor && (
          <p className={classes.waiting}>
            <TimedText text={step.waitingFor} />
          </p>
        )}
        {last && !step.waitingFor && (
          <p className={classes.saw}>
            <TimedText text={last.text} />
          </p>
        )}
        {(earlier.length > 0 || (step.waitingFor && last)) && (
          <details className={classes.more}>
            <summary>Details ({step.saw.length})</summary>
            <ol>
              {step.saw.map((each) => (
                <li key={`${each.at}${each.text}`}>
                  <time dateTime={each.at}>{seconds(each.at)}</time> <TimedText text={each.text} />
                </li>
              ))}
            </ol>
          </details>
        )}
      </div>
    </li>
  );
}
