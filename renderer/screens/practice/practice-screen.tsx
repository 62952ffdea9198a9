import { useState } from 'react';
import { useBagPipelines } from '../../data/bags-queries';
import { useBoard, usePracticeAction, useSession } from '../../data/queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Empty } from '../../ui/layout/panel';
import { announce } from '../../ui/text/announcer';
import { ArgoSessions } from './argo-sessions';
import { Disturb, SomeoneElse } from './disturb';
import { Estate } from './estate';
import type { PracticeAction } from './practice-action';
import classes from './practice-screen.module.css';
import { ReleaseForm } from './release-form';
import { Rights } from './rights';
import { SomeoneLocks } from './someone-locks';
import { SuiteForm } from './suite-form';

/** Makes things go right or wrong on the practice estate, and says how to rehearse with it. */
export function PracticeScreen() {
  const mode = useSession().data?.mode;
  const board = useBoard().data;
  const action = usePracticeAction();
  const [log, setLog] = useState<{ key: number; text: string }[]>([]);
  if (mode !== 'practice') {
    return (
      <Empty title="Only on the practice estate">
        Rehearsals are not available on a real estate. Start Signalbox without --ledger or --estate to
        practise.
      </Empty>
    );
  }
  const run = (wanted: PracticeAction) =>
    action.mutate(wanted, {
      onSuccess: ({ text }) => {
        announce(text);
        setLog((before) => [{ key: before.length, text }, ...before].slice(0, 8));
      },
    });
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <h1>Practice</h1>
        <p>
          Nothing here is real, but Git, Argo CD, tests and promotions behave as if it were. Break something,
          then use the board to fix it.
        </p>
      </header>
      <HowTo />
      {action.error && <FailurePanel failure={action.error.failure} />}
      <ol className={classes.said} aria-label="What happened">
        {log.length === 0 && <li className={classes.quiet}>What you do below is listed here.</li>}
        {log.map(({ key, text }) => (
          <li key={key}>{text}</li>
        ))}
      </ol>
      <div className={classes.columns}>
        <div className={classes.stack}>
          <ReleaseForm board={board} onAction={run} />
          {board && <SuiteForm board={board} onAction={run} />}
        </div>
        <Disturb board={board} onAction={run} />
        <div className={classes.stack}>
          <SomeoneElse board={board} onAction={run} />
          {board && <SomeoneLocks board={board} onAction={run} />}
          <Rights onAction={run} />
          <ArgoSessions onAction={run} />
          <Estate onAction={run} />
        </div>
      </div>
    </div>
  );
}

function HowTo() {
  const bags = useBagPipelines().data?.length ?? 0;
  return (
    <div className={classes.how}>
      <section aria-labelledby="rehearse">
        <h2 id="rehearse">To rehearse an incident</h2>
        <ol>
          <li>Release an app that “crashes on start”, in production only.</li>
          <li>
            Watch the board: the version passes its tests and is promoted automatically, until production
            breaks.
          </li>
          <li>
            On the board, select the app in production and press <strong>Roll back</strong>. One click rolls
            it back and holds automatic deploys.
          </li>
          <li>
            When it is healthy again, release the hold. This deploys nothing; the next good release is
            deployed automatically.
          </li>
        </ol>
      </section>
      {bags > 0 && (
        <section aria-labelledby="rehearse-bags">
          <h2 id="rehearse-bags">To rehearse one with bags</h2>
          <ol>
            <li>Release notify-api so that it “fails its tests”, in notify-production only.</li>
            <li>
              On <strong>Bags</strong>, pack the newest published versions. The bag moves on automatically
              until the production tests fail. Production stays locked.
            </li>
            <li>
              Force-unlock production, then press <strong>Roll back</strong>: the bag is marked bad there and
              the previous one is deployed.
            </li>
            <li>Release a good version and pack again: the next bag moves on automatically.</li>
          </ol>
        </section>
      )}
    </div>
  );
}
