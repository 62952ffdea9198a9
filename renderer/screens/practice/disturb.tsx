import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Board } from '../../../shared/domain/board/board';
import { boardAround } from '../../../shared/domain/board/board-scope';
import { isImageTag } from '../../../shared/domain/ledger/version';
import { ActionButton } from '../../ui/action/action-button';
import { Panel } from '../../ui/layout/panel';
import type { PracticeAction } from './practice-action';
import classes from './practice-screen.module.css';

interface DisturbProps {
  board: Board | undefined;
  onAction: (action: PracticeAction) => void;
}

/** Takes things away and brings them back, one by one. */
export function Disturb({ board, onAction }: DisturbProps) {
  return (
    <Panel title="Disconnect clusters, Argo CD and Git">
      <div className={classes.lines}>
        {board?.environments.map(({ name }) => (
          <div key={name} className={classes.line}>
            <span>{name}</span>
            <span className={classes.pair}>
              <Button
                variant="default"
                aria-label={`Disconnect the ${name} cluster`}
                onClick={() => onAction({ action: 'cluster', environment: name, up: false })}
              >
                Disconnect
              </Button>
              <Button
                variant="default"
                aria-label={`Reconnect the ${name} cluster`}
                onClick={() => onAction({ action: 'cluster', environment: name, up: true })}
              >
                Reconnect
              </Button>
            </span>
          </div>
        ))}
        {board?.environments.map(({ name }) => (
          <div key={name} className={classes.line}>
            <span>Argo CD in {name}</span>
            <span className={classes.pair}>
              <Button
                variant="default"
                aria-label={`Stop Argo CD in ${name}`}
                onClick={() => onAction({ action: 'argo-cd', environment: name, stopped: true })}
              >
                Stop
              </Button>
              <Button
                variant="default"
                aria-label={`Start Argo CD in ${name}`}
                onClick={() => onAction({ action: 'argo-cd', environment: name, stopped: false })}
              >
                Start
              </Button>
            </span>
          </div>
        ))}
        <div className={classes.line}>
          <span>Git remote</span>
          <span className={classes.pair}>
            <Button
              variant="default"
              aria-label="Disconnect the Git remote"
              onClick={() => onAction({ action: 'git', up: false })}
            >
              Disconnect
            </Button>
            <Button
              variant="default"
              aria-label="Reconnect the Git remote"
              onClick={() => onAction({ action: 'git', up: true })}
            >
              Reconnect
            </Button>
          </span>
        </div>
      </div>
    </Panel>
  );
}

/** Plays another release manager who was faster. */
export function SomeoneElse({ board, onAction }: DisturbProps) {
  const [pickedApp, setApp] = useState<string | null>(null);
  const [pickedEnvironment, setEnvironment] = useState<string | null>(null);
  const [version, setVersion] = useState('');
  const app = pickedApp ?? board?.apps[0] ?? null;
  const environments = board && app ? boardAround(board, app).environments.map((each) => each.name) : [];
  const environment = environments.find((name) => name === pickedEnvironment) ?? environments.at(-1) ?? null;
  const wanted = version.trim();
  const blocked = isImageTag(wanted) ? null : 'Enter the version that someone else deploys, such as v12.';
  return (
    <Panel title="Someone else deploys first">
      <div className={classes.form}>
        <Select
          label="App"
          data={board?.apps ?? []}
          value={app}
          onChange={setApp}
          searchable
          allowDeselect={false}
        />
        <Select
          label="Environment"
          data={environments}
          value={environment}
          onChange={setEnvironment}
          allowDeselect={false}
        />
        <TextInput
          label="Version"
          placeholder="v12"
          value={version}
          onChange={(event) => setVersion(event.currentTarget.value)}
        />
        <ActionButton
          variant="default"
          blocked={blocked}
          onAction={() =>
            app &&
            environment &&
            onAction({ action: 'someone-else-deploys', app, environment, version: wanted })
          }
        >
          Deploy as someone else
        </ActionButton>
        <ActionButton
          variant="default"
          blocked={blocked}
          onAction={() =>
            app && environment && onAction({ action: 'set-image', app, environment, version: wanted })
          }
        >
          Set the image by hand, bypassing Git
        </ActionButton>
      </div>
    </Panel>
  );
}
