import { Button, Checkbox, Select } from '@mantine/core';
import { useState } from 'react';
import type { Board } from '../../../shared/domain/board/board';
import { boardAround } from '../../../shared/domain/board/board-scope';
import { Panel } from '../../ui/layout/panel';
import type { PracticeAction } from './practice-action';
import classes from './practice-screen.module.css';

type Breaks = Extract<PracticeAction, { action: 'release' }>['breaks'];

const ways: { value: Breaks; label: string }[] = [
  { value: 'nothing', label: 'Good: nothing breaks' },
  { value: 'crash-loop', label: 'Crashes on start' },
  { value: 'image-missing', label: 'Its image can’t be pulled' },
  { value: 'migration-fails', label: 'Fails its migration' },
  { value: 'tests-fail', label: 'Fails its tests' },
  { value: 'tests-flaky', label: 'Has flaky tests' },
  { value: 'slow', label: 'Rolls out slowly' },
];
const everywhere = 'everywhere';

interface ReleaseFormProps {
  board: Board | undefined;
  onAction: (action: PracticeAction) => void;
}

/** Publishes a new version of an app, as its developers would by merging. */
export function ReleaseForm({ board, onAction }: ReleaseFormProps) {
  const [picked, setPicked] = useState<string | null>(null);
  const [breaks, setBreaks] = useState<Breaks>('nothing');
  const [onlyIn, setOnlyIn] = useState(everywhere);
  const [migration, setMigration] = useState(false);
  const apps = board?.apps ?? [];
  const app = picked ?? apps[0] ?? null;
  const environments = board && app ? boardAround(board, app).environments.map((each) => each.name) : [];
  return (
    <Panel title="Release a version">
      <div className={classes.form}>
        <Select
          label="App"
          data={apps}
          value={app}
          onChange={(value) => {
            setPicked(value);
            setOnlyIn(everywhere);
          }}
          searchable
          allowDeselect={false}
        />
        <Select
          label="Behaviour"
          data={ways}
          value={breaks}
          allowDeselect={false}
          onChange={(value) => value && setBreaks(value as Breaks)}
        />
        <Select
          label="Where"
          data={[
            { value: everywhere, label: 'In every environment' },
            ...environments.map((name) => ({ value: name, label: `In ${name} only` })),
          ]}
          value={onlyIn}
          allowDeselect={false}
          disabled={breaks === 'nothing'}
          onChange={(value) => value && setOnlyIn(value)}
        />
        <Checkbox
          size="sm"
          label="Includes a migration"
          checked={migration}
          onChange={(event) => setMigration(event.currentTarget.checked)}
        />
        <Button
          onClick={() =>
            app &&
            onAction({
              action: 'release',
              app,
              breaks,
              migration,
              ...(onlyIn === everywhere || breaks === 'nothing' ? {} : { onlyIn }),
            })
          }
        >
          Release {app ?? 'an app'}
        </Button>
      </div>
    </Panel>
  );
}
