import { IconTrain } from '@tabler/icons-react';
import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { afterwards } from '../../../shared/domain/operation/afterwards';
import { isAppIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { useBoard, useCell, useReadOnly } from '../../data/queries';
import { ActionButton } from '../../ui/action/action-button';
import { RollbackButton } from '../../ui/action/rollback-button';
import { openSheet } from '../../ui/layout/ui-state';
import classes from './operation-screen.module.css';

/** What is to be done next: on with the version after a success; back where it changed something that is not well. */
export function NextStep({ operation }: { operation: Operation }) {
  const { intent, state } = operation;
  const target = isAppIntent(intent) ? intent : null;
  const cell = useCell(target?.app ?? null, target?.environment ?? null);
  const next =
    useBoard().data?.environments.find(({ before }) => before !== null && before === target?.environment)
      ?.name ?? null;
  const there = useCell(target?.app ?? null, next);
  const blocked = useReadOnly();
  if (!target || !cell) return null;
  const troubled = needsAttention(cell);
  const version = 'version' in target ? target.version : null;
  switch (afterwards(operation, { version: cell.ledger?.version ?? null, troubled })) {
    case 'roll-back':
      // Where the failure is told, its way out stands with it.
      return operation.failure ? null : (
        <RollbackButton cell={cell} urgent={state === 'failed' || troubled} />
      );
    case 'nothing':
      return null;
    case 'next':
      if (version === null || cell.ledger?.version !== version) return null;
  }
  if (target.kind !== 'deploy' && target.kind !== 'promote') return null;
  if (next === null || !there)
    return (
      <p className={classes.why}>
        {next === null
          ? 'This is the last environment of the pipeline.'
          : `${target.app} has no image-tag file in ${next}.`}
      </p>
    );
  const { app, environment } = target;
  if (there.ledger?.version === version)
    return (
      <p className={classes.why}>
        {next} has {shortVersion(version)}, too.
      </p>
    );
  return (
    <ActionButton
      fullWidth
      leftSection={<IconTrain size={15} aria-hidden />}
      blocked={blocked}
      onAction={() => openSheet({ kind: 'promote', app, environment: next, from: environment, version })}
    >
      Promote {app} {shortVersion(version)} to {next}
    </ActionButton>
  );
}
