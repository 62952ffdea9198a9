import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import type { Board } from '../../../shared/domain/board/board';
import { Panel } from '../../ui/layout/panel';
import type { PracticeAction } from './practice-action';
import classes from './practice-screen.module.css';

type How = Extract<PracticeAction, { action: 'someone-else-locks' }>['how'];

const ways: { value: How; label: string }[] = [
  { value: 'by-hand', label: 'Manually, with a reason' },
  { value: 'killed', label: 'By a console that is then killed' },
];

/** Plays another release manager who has the lock of an environment. */
export function SomeoneLocks({
  board,
  onAction,
}: {
  board: Board;
  onAction: (action: PracticeAction) => void;
}) {
  const environments = board.environments
    .filter(({ pipeline }) => pipeline?.kind === 'bags')
    .map(({ name }) => name);
  const [picked, setPicked] = useState<string | null>(null);
  const [how, setHow] = useState<How>('by-hand');
  const environment = environments.find((name) => name === picked) ?? environments.at(-1);
  if (environment === undefined) return null;
  const action = (locked: boolean) => onAction({ action: 'someone-else-locks', environment, how, locked });
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
          <Button variant="default" onClick={() => action(true)}>
            Lock as someone else
          </Button>
          <Button variant="default" onClick={() => action(false)}>
            Release the lock
          </Button>
        </span>
      </div>
    </Panel>
  );
}
