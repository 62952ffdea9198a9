import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import type { Board } from '../../../shared/domain/board/board';
import { Panel } from '../../ui/layout/panel';
import type { PracticeAction } from './practice-action';
import classes from './practice-screen.module.css';

type Outcome = Extract<PracticeAction, { action: 'suite' }>['outcome'];

const suites = ['functional-tests', 'smoke-tests', 'provider-tests'];
const outcomes: { value: Outcome; label: string }[] = [
  { value: 'flaky', label: 'Fail once, in the next run' },
  { value: 'fail', label: 'Fail from now on' },
  { value: 'pass', label: 'Run normally again' },
];

/** Makes a test suite of an environment fail, whatever runs there. */
export function SuiteForm({ board, onAction }: { board: Board; onAction: (action: PracticeAction) => void }) {
  const environments = board.environments
    .filter(({ pipeline }) => pipeline?.kind === 'bags')
    .map(({ name }) => name);
  const [picked, setPicked] = useState<string | null>(null);
  const [suite, setSuite] = useState('smoke-tests');
  const [outcome, setOutcome] = useState<Outcome>('flaky');
  const environment = environments.find((name) => name === picked) ?? environments.at(-1);
  if (environment === undefined) return null;
  return (
    <Panel title="Break the tests of bags">
      <div className={classes.form}>
        <Select
          label="Environment"
          data={environments}
          value={environment}
          onChange={setPicked}
          allowDeselect={false}
        />
        <Select
          label="Suite"
          data={suites}
          value={suite}
          onChange={(value) => value && setSuite(value)}
          allowDeselect={false}
        />
        <Select
          label="What they do"
          data={outcomes}
          value={outcome}
          onChange={(value) => value && setOutcome(value as Outcome)}
          allowDeselect={false}
        />
        <Button variant="default" onClick={() => onAction({ action: 'suite', environment, suite, outcome })}>
          Change {suite}
        </Button>
      </div>
    </Panel>
  );
}
