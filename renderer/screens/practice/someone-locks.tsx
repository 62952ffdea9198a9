import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import type { Board } from '../../../shared/domain/board/board';
import { Panel } from '../../ui/layout/panel';
import type { PracticeAct } from './practice-act';
import classes from './practice-screen.module.css';

type How = Extract<PracticeAct, { act: 'someone-else-locks' }>['how'];

const ways: { value: How; label: string }[] = [
  { value: 'by-hand', label: 'Manually, with a reason' },
  { value: 'killed', label: 'By a console that is then killed' },
];

/** Plays another release manager who has the lock of an environment. */
export function SomeoneLocks({ board, onAct }: { board: Board; onAct: (act: PracticeAct) => void }) {
  const environments = board.environments
    .filter(({ pipeline }) => pipeline?.kind === 'bags')
    .map(({ name }) => name);
  const [picked, setPicked] = useState<string | null>(null);
  const [how, setHow] = useState<How>('by-hand');
  const environment = environments.find((name) => name === picked) ?? environments.at(-1);
  if (environment === undefined) return null;
  const act = (locked: boolean) => onAct({ act: 'someone-else-locks', environment, how, locked });
  return (
    <Panel title="Someone else has the lock">
      <div className={classes.form}>
        <Select
          label="Locked environment"
          data={environments}
          value={environment}
          onChange={setPicked}
          allowDeselect={false}
        />
        <Select
          label="How"
          data={ways}
          value={how}
          onChange={(value) => value && setHow(value as How)}
          allowDeselect={false}
        />
        <span className={classes.pair}>
          <Button variant="default" onClick={() => act(true)}>
            Lock as someone else
          </Button>
          <Button variant="default" onClick={() => act(false)}>
            Release the lock
          </Button>
        </span>
      </div>
    </Panel>
  );
}
