import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Diagnostics } from '../../../shared/domain/diagnostics/diagnostics';
import { bytesText } from '../../../shared/domain/diagnostics/diagnostics-text';
import { count } from '../../../shared/domain/text/count';
import { useDiagnostics, useSaveDiagnostics } from '../../data/diagnostics-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Panel } from '../../ui/layout/panel';
import { FreshnessMark } from '../../ui/time/freshness-mark';
import { fullTime } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import classes from './diagnostics-screen.module.css';

/** What this console can tell of itself, and a file of it for whoever is asked for help. */
export function DiagnosticsScreen() {
  const taken = useDiagnostics();
  const save = useSaveDiagnostics();
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <h1>Diagnostics</h1>
        <p>
          What Signalbox knows of itself on this computer. Nothing of it is sent anywhere: Signalbox has no
          telemetry.
        </p>
        <div className={classes.actions}>
          <Button size="sm" loading={save.isPending} onClick={() => save.mutate()}>
            Save diagnostics…
          </Button>
          <Button size="sm" variant="default" loading={taken.isFetching} onClick={() => void taken.refetch()}>
            Look again
          </Button>
          <p role="status" className={classes.quiet}>
            {save.data?.saved
              ? `Saved as ${save.data.saved}. Secrets, your home folder and the name of this computer are left out.`
              : 'The file also holds the end of the log. Secrets, your home folder and the name of this computer are left out.'}
          </p>
        </div>
      </header>
      {save.error && <FailurePanel failure={save.error.failure} />}
      {taken.error && <FailurePanel failure={taken.error.failure} onRetry={() => void taken.refetch()} />}
      {taken.data ? <Found taken={taken.data} /> : !taken.error && <p role="status">Looking…</p>}
    </div>
  );
}

function Found({ taken }: { taken: Diagnostics }) {
  const { app, estate, history, files, faults, operations, notices } = taken;
  return (
    <>
      <Panel title="Signalbox">
        <Facts
          facts={[
            ['Version', app.version],
            ['Runtime', `${app.runtime}, Node.js ${app.node}, ${app.platform}`],
            [
              'Estate',
              `${estate.name}: ${count(estate.environments, 'environment')}, ${count(estate.apps, 'app')}, ${count(estate.pipelines, 'pipeline')}`,
            ],
            ['Looked at', fullTime(taken.takenAt)],
          ]}
        />
      </Panel>
      <Panel title="Connections">
        <ul className={classes.list}>
          {taken.connections.map(({ name, freshness }) => (
            <li key={name}>
              <span className={classes.name}>{name}</span>
              <FreshnessMark value={freshness} />
              {freshness.state === 'unreachable' && (
                <p className={classes.quiet}>{freshness.failure.message}</p>
              )}
            </li>
          ))}
          {taken.ways.map(({ name, text }) => (
            <li key={name}>
              <span className={classes.name}>{name}</span>
              <p className={classes.quiet}>
                <TimedText text={text} />
              </p>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Work">
        <Facts
          facts={[
            [
              'Open operations',
              operations.length === 0 ? 'none' : operations.map(({ title }) => title).join(', '),
            ],
            ['History index', history.failure ? `${history.state}: ${history.failure}` : history.state],
            ...(history.beginning === null
              ? []
              : [['History reaches back to', fullTime(history.beginning)] as [string, string]]),
          ]}
        />
      </Panel>
      <Panel title="Files">
        <Facts
          facts={[
            ...files.parts.map(({ name, bytes }): [string, string] => [name, bytesText(bytes)]),
            ['Left on the disk', bytesText(files.free)],
          ]}
        />
      </Panel>
      <Panel title="What went wrong since the start">
        {faults.length === 0 && notices.length === 0 && (
          <p className={classes.note}>Nothing was logged as a warning or an error.</p>
        )}
        <ul className={classes.list}>
          {notices.map((notice) => (
            <li key={notice}>{notice}</li>
          ))}
          {faults.map(({ event, level, count: times, lastAt }) => (
            <li key={event}>
              <code className={classes.name}>{event}</code>
              <span>
                {level === 'error' ? 'error' : 'warning'}, {count(times, 'time')}, last {fullTime(lastAt)}
              </span>
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}

function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
