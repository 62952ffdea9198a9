import { Button, Menu, Progress } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { HistoryFilter } from '../../../shared/domain/history/history-event';
import { count } from '../../../shared/domain/text/count';
import { type ExportState, useExport } from '../../data/history-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { announce } from '../../ui/text/announcer';
import classes from './export-menu.module.css';

/** Exports what the filter leaves; where to is asked by the system's own dialog. */
export function ExportMenu({ filter }: { filter: HistoryFilter }) {
  const { state, start, cancel, clear } = useExport();
  const busy = state?.type === 'choosing' || state?.type === 'progress';
  const said = saidOf(state);
  useEffect(() => {
    if (state?.type === 'saved' || state?.type === 'cancelled') announce(saidOf(state));
  }, [state]);
  return (
    <div className={classes.box}>
      <Menu position="bottom-end" width={180}>
        <Menu.Target>
          <Button variant="default" disabled={busy} leftSection={<IconDownload size={14} aria-hidden />}>
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => start(filter, 'csv')}>As CSV…</Menu.Item>
          <Menu.Item onClick={() => start(filter, 'json')}>As JSON…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {state && state.type !== 'not-chosen' && (
        <section className={classes.panel} aria-label="Export">
          {state.type === 'failed' ? <FailurePanel failure={state.failure} /> : <p>{said}</p>}
          {state.type === 'progress' && (
            <Progress
              size="sm"
              aria-label="Export"
              value={state.total ? (100 * state.done) / state.total : 0}
            />
          )}
          <div className={classes.actions}>
            <Button variant="default" size="compact-xs" onClick={busy ? cancel : clear}>
              {busy ? 'Cancel' : 'Close'}
            </Button>
          </div>
        </section>
      )}
    </div>
  );
}

function saidOf(state: ExportState): string {
  switch (state?.type) {
    case 'choosing':
      return 'Choose where to save…';
    case 'progress':
      return state.total === null
        ? count(state.done, 'event')
        : `${state.done.toLocaleString('en-GB')} of ${count(state.total, 'event')}`;
    case 'saved':
      return `${count(state.rows, 'event')} saved to ${state.file}`;
    case 'cancelled':
      return 'Cancelled. Nothing was saved.';
    default:
      return '';
  }
}
