import { useState } from 'react';
import type { InputOf } from '../../../shared/contract/contract';
import { useBagPipelines } from '../../data/bags-queries';
import { useBoard, usePracticeAct, useSession } from '../../data/queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Empty } from '../../ui/layout/panel';
import { announce } from '../../ui/text/announcer';
import { Disturb, SomeoneElse } from './disturb';
import { Estate } from './estate';
import classes from './practice-screen.module.css';
import { ReleaseForm } from './release-form';
import { SomeoneLocks } from './someone-locks';
import { SuiteForm } from './suite-form';

export type PracticeAct = InputOf<'practice.act'>;

/** Makes things go right or wrong on the practice estate, and says how to rehearse with it. */
export function PracticeScreen() {
  const mode = useSession().data?.mode;
  const board = useBoard().data;
  const act = usePracticeAct();
  const [log, setLog] = useState<{ key: number; text: string }[]>([]);
  if (mode !== 'practice') {
    return (
      <Empty title="Only on the practice estate">
        Rehearsals are refused on a real estate. Start Signalbox without a ledger to practise.
      </Empty>
    );
  }
  const run = (wanted: PracticeAct) =>
    act.mutate(wanted, {
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
          Nothing here is real, and everything behaves like it: Git, Argo CD, tests, promotions. Break it,
          then use the board to put it right.
        </p>
      </header>
      <HowTo />
      {act.error && <FailurePanel failure={act.error.failure} />}
      <ol className={classes.said} aria-label="What was done">
        {log.length === 0 && <li className={classes.quiet}>What you do below is told here.</li>}
        {log.map(({ key, text }) => (
          <li key={key}>{text}</li>
        ))}
      </ol>
      <div className={classes.columns}>
        <div className={classes.stack}>
          <ReleaseForm board={board} onAct={run} />
          {board && <SuiteForm board={board} onAct={run} />}
        </div>
        <Disturb board={board} onAct={run} />
        <div className={classes.stack}>
          <SomeoneElse board={board} onAct={run} />
          {board && <SomeoneLocks board={board} onAct={run} />}
          <Estate onAct={run} />
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
          <li>Release an app that “crashes as it starts”, in production only.</li>
          <li>
            Watch the board: it passes its tests on the way and is promoted by itself, until production
            breaks.
          </li>
          <li>
            On the board, select the app in production and press <strong>Roll back</strong>. One click: it
            goes back and holds automatic deploys.
          </li>
          <li>
            When it is healthy again, release the hold. Nothing is deployed by that; the next good release is.
          </li>
        </ol>
      </section>
      {bags > 0 && (
        <section aria-labelledby="rehearse-bags">
          <h2 id="rehearse-bags">To rehearse one with bags</h2>
          <ol>
            <li>Release notify-api so that it “fails its tests”, in notify-production only.</li>
            <li>
              On <strong>Bags</strong>, pack the newest published. It goes on by itself, until the tests of
              production fail and the lock is kept.
            </li>
            <li>
              Unlock production by force, then press <strong>Roll back</strong>: the bag is marked bad there
              and the one before is deployed.
            </li>
            <li>Release a good version and pack again: the next bag goes on by itself.</li>
          </ol>
        </section>
      )}
    </div>
  );
}
