import { Button, Progress, Switch } from '@mantine/core';
import { updateText } from '../../../shared/domain/update/update-text';
import { useInstallUpdate, useLoadUpdate, useLookForUpdates, useUpdate } from '../../data/about-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Panel } from '../../ui/layout/panel';
import { fullTime } from '../../ui/time/time';
import classes from './settings-screen.module.css';

/** Newer versions of Signalbox: whether there is one, what changed in it, and how it comes here. */
export function UpdatesPanel({ byItself, onChange }: { byItself: boolean; onChange: (on: boolean) => void }) {
  const update = useUpdate().data;
  const look = useLookForUpdates();
  const load = useLoadUpdate();
  const install = useInstallUpdate();
  if (!update) return null;
  const { phase, canLook, cannot, notes, version, progress, waitsFor, lookedAt } = update;
  const failure = install.error ?? load.error ?? look.error;
  return (
    <Panel
      title="Updates"
      aside={lookedAt === null ? null : <span className={classes.quiet}>{fullTime(lookedAt)}</span>}
    >
      <div className={classes.row}>
        <p role="status">{updateText(update)}</p>
        <div className={classes.controls}>
          {canLook && ['not-looked', 'looking', 'newest', 'found'].includes(phase) && (
            <Button
              size="xs"
              variant="default"
              loading={phase === 'looking' || look.isPending}
              onClick={() => look.mutate()}
            >
              Check for updates
            </Button>
          )}
          {phase === 'found' && cannot === null && (
            <Button size="xs" loading={load.isPending} onClick={() => load.mutate()}>
              Download
            </Button>
          )}
          {phase === 'ready' && (
            <Button
              size="xs"
              loading={install.isPending}
              disabled={waitsFor.length > 0}
              onClick={() => install.mutate()}
            >
              Install and restart
            </Button>
          )}
        </div>
      </div>
      {phase === 'loading' && (
        <div className={classes.choices}>
          <Progress aria-label="Download" value={(progress ?? 0) * 100} flex={1} />
        </div>
      )}
      {failure && <FailurePanel failure={failure.failure} />}
      {notes !== null && version !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.notes} aria-label={`What changed in ${version}`} tabIndex={0}>
          {notes}
        </section>
      )}
      {canLook && (
        <div className={classes.row}>
          <div>
            <p>Check for updates automatically</p>
            <p className={classes.quiet}>
              Every six hours, except on the practice estate. Only the newest version is asked for: nothing is
              sent. Nothing is downloaded or installed without you, or while an operation runs.
            </p>
          </div>
          <Switch
            aria-label="Check for updates automatically"
            checked={byItself}
            onChange={(event) => onChange(event.currentTarget.checked)}
          />
        </div>
      )}
    </Panel>
  );
}
