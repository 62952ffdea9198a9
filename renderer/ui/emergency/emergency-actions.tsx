import { IconArrowsJoin, IconUrgent } from '@tabler/icons-react';
import type { Cell } from '../../../shared/domain/board/board';
import type { DebtView } from '../../../shared/domain/emergency/debt';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { useEmergencyOffer, useReconcileBlocked } from '../../data/emergency';
import { ActionButton } from '../action/action-button';
import { openSheet } from '../layout/ui-state';

/** The way back while the release repo is away; nothing is offered otherwise. */
export function EmergencyButton({ cell, compact }: { cell: Cell; compact?: boolean }) {
  const { offered, blocked } = useEmergencyOffer(cell);
  const { app, environment, rollbackTarget } = cell;
  if (!offered || !rollbackTarget) return null;
  const { version } = rollbackTarget;
  const label = `Emergency rollback of ${app} to ${shortVersion(version)} in ${environment}`;
  return (
    <ActionButton
      fullWidth={!compact}
      variant={compact ? 'filled' : 'outline'}
      color={compact ? 'brick' : 'signal'}
      leftSection={<IconUrgent size={15} aria-hidden />}
      blocked={blocked}
      label={label}
      onAction={() => openSheet({ kind: 'emergency-rollback', app, environment, version })}
    >
      Emergency rollback of {app} to {shortVersion(version)}…
    </ActionButton>
  );
}

/** Ends an emergency rollback. */
export function ReconcileButton({ debt }: { debt: DebtView }) {
  const blocked = useReconcileBlocked(debt);
  const { app, environment, imageTag, operation } = debt;
  return (
    <ActionButton
      size="compact-sm"
      variant="default"
      leftSection={<IconArrowsJoin size={14} aria-hidden />}
      blocked={blocked}
      label={`Reconcile ${app} in ${environment}`}
      onAction={() => openSheet({ kind: 'reconcile', app, environment, version: imageTag, debt: operation })}
    >
      Reconcile…
    </ActionButton>
  );
}
