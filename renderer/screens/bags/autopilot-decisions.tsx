import { UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import type { AutopilotDecision } from '../../../shared/domain/bags/view';
import { clock, fullTime } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import classes from './autopilot-decisions.module.css';
import { decisionText } from './decision-text';

const shownAtFirst = 5;

/** What this console's autopilot decided last, newest first, each with its reason. */
export function AutopilotDecisions({ decisions }: { decisions: readonly AutopilotDecision[] }) {
  const now = useNow('calm');
  const [all, setAll] = useState(false);
  const shown = all ? decisions : decisions.slice(0, shownAtFirst);
  return (
    <section className={classes.decisions} aria-label="Last autopilot decisions">
      <h2>Last autopilot decisions on this console</h2>
      {decisions.length === 0 && <p className={classes.why}>None since Signalbox started.</p>}
      <ol>
        {shown.map((one) => (
          <li key={`${one.at} ${one.about} ${one.environment} ${one.suite}`}>
            <time dateTime={one.at} title={fullTime(one.at)}>
              {clock(one.at, now)}
            </time>
            <span className={classes.text} data-outcome={one.outcome}>
              {decisionText(one)}
            </span>
            <span className={classes.why}>
              <TimedText text={one.why} />
            </span>
          </li>
        ))}
      </ol>
      {decisions.length > shownAtFirst && (
        <UnstyledButton className={classes.more} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${decisions.length}`}
        </UnstyledButton>
      )}
    </section>
  );
}
