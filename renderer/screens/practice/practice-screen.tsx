import { useState } from 'react';
import type { InputOf } from '../../../shared/contract/contract';
import { useBoard, usePracticeAct, useSession } from '../../data/queries';
import { announce } from '../../ui/announcer';
import { FailurePanel } from '../../ui/failure-panel';
import { Empty } from '../../ui/panel';
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
  return (
    <section className={classes.how} aria-labelledby="rehearse">
      <h2 id="rehearse">To rehearse an incident</h2>
      <ol>
        <li>Release an app that “crashes as it starts”, in production only.</li>
        <li>
          Watch the board: it passes its tests on the way and is promoted by itself, until production breaks.
        </li>
        <li>
          On the board, select the app in production and press <strong>Roll back</strong>. One click: it goes
          back and holds automatic deploys.
        </li>
        <li>
          When it is healthy again, release the hold. Nothing is deployed by that; the next good release is.
        </li>
      </ol>
    </section>
  );
}
