import { IconHandStop, IconPlayerPlay, IconRocket, IconTrain } from '@tabler/icons-react';
import type { Cell } from '../../../shared/domain/board/board';
import { ownHold } from '../../../shared/domain/board/own-hold';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { useCell, useReadOnly } from '../../data/queries';
import { openSheet } from '../layout/ui-state';
import { ActionButton } from './action-button';
import classes from './cell-actions.module.css';

interface CellActionsProps {
  cell: Cell;
  /** Where a promotion from here goes, `null` at the end of the chain. */
  next: string | null;
  /** Keeps the room of a row that the other cells of a line have, so that what stands below is level. */
  level?: boolean;
  /** Why nothing can be done here at all. */
  blocked?: string;
}

/** What can be asked for in a cell besides a rollback: deploy, hold or release the hold, promote. */
export function CellActions({ cell, next, level, blocked: off }: CellActionsProps) {
  const readOnlyBecause = useReadOnly();
  const blocked = off ?? readOnlyBecause;
  const { app, environment } = cell;
  const version = cell.ledger?.version ?? null;
  const there = useCell(app, next);
  // Where it is there already, or there is no file for it, there is nothing to promote.
  const promotes = version !== null && there?.ledger != null && there.ledger.version !== version;
  return (
    <div className={classes.actions} data-level={level || undefined}>
      <ActionButton
        variant="default"
        leftSection={<IconRocket size={14} aria-hidden />}
        blocked={blocked}
        label={`Deploy ${app} to ${environment}`}
        onAction={() => openSheet({ kind: 'deploy', app, environment })}
      >
        Deploy…
      </ActionButton>
      <ActionButton
        variant="default"
        leftSection={
          ownHold(cell) ? <IconPlayerPlay size={14} aria-hidden /> : <IconHandStop size={14} aria-hidden />
        }
        blocked={blocked}
        label={
          ownHold(cell) ? `Release the hold on ${app} in ${environment}` : `Hold ${app} in ${environment}`
        }
        onAction={() => openSheet({ kind: ownHold(cell) ? 'release-hold' : 'hold', app, environment })}
      >
        {ownHold(cell) ? 'Release the hold…' : 'Hold…'}
      </ActionButton>
      {next && promotes && (
        <ActionButton
          variant="default"
          className={classes.whole ?? ''}
          leftSection={<IconTrain size={14} aria-hidden />}
          blocked={blocked}
          onAction={() => openSheet({ kind: 'promote', app, environment: next, from: environment, version })}
        >
          Promote {app} {shortVersion(version)} to {next}
        </ActionButton>
      )}
    </div>
  );
}
