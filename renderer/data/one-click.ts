import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type { Preview } from '../../shared/contract/operations';
import type { Cell } from '../../shared/domain/board/board';
import type { DebtView } from '../../shared/domain/emergency/debt';
import type { Failure } from '../../shared/domain/failure/failure';
import { shortVersion } from '../../shared/domain/ledger/version';
import type { AppIntent } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import { isRolledOut } from '../../shared/domain/operation/operation-reducer';
import { type Finding, needsAttention } from '../../shared/domain/preflight/finding';
import { useAttempts } from './attempts';
import { useDebt } from './emergency';
import { useOperations, usePreview, useReadOnly } from './queries';
import { queryOf } from './query-client';

export type RollbackIntent = Extract<AppIntent, { kind: 'rollback' }>;

/** The rollback that one click on a cell means, `null` when there is nothing to go back to. */
export function rollbackIntent(cell: Cell): RollbackIntent | null {
  if (!cell.rollbackTarget) return null;
  return {
    kind: 'rollback',
    app: cell.app,
    environment: cell.environment,
    version: cell.rollbackTarget.version,
    expected: cell.ledger?.version ?? null,
  };
}

const rollbackRunning = (cell: Cell): string => `${cell.app} is already rolling back in ${cell.environment}.`;

/** Why a cell cannot be rolled back now, in words; `null` when it can. */
export function rollbackBlockedBecause(
  cell: Cell,
  readOnlyBecause: string | null,
  operations: readonly Operation[],
  debt: Pick<DebtView, 'imageTag'> | null,
): string | null {
  if (readOnlyBecause) return readOnlyBecause;
  // Any other operation may be overtaken by a rollback once its commit has landed: preflight knows. But a rollback
  // that runs already must not be followed by one to the version before it, by a hand that clicked twice.
  // One that is rolled out only waits for its tests and its hold.
  const running = operations.some(
    (one) =>
      one.finishedAt === null &&
      one.intent.kind === 'rollback' &&
      one.intent.app === cell.app &&
      one.intent.environment === cell.environment &&
      !isRolledOut(one),
  );
  if (running) return rollbackRunning(cell);
  if (!cell.ledger)
    return `${cell.app} has no file in ${cell.environment}, so there is nothing to roll back.`;
  if (!cell.rollbackTarget) return `No earlier version of ${cell.app} is known in ${cell.environment}.`;
  // Git is what is behind then, and a commit alone would not switch automatic sync on again.
  if (debt?.imageTag === cell.rollbackTarget.version)
    return `${cell.app} already runs ${shortVersion(debt.imageTag)} by emergency rollback. Reconcile it instead.`;
  return null;
}

/**
 * The one-click rule: a rollback acts at once only when its preview speaks of exactly the version that the person
 * saw, and nothing in it warns, blocks or is unknown. Everything else opens the sheet.
 */
export function oneClick(
  intent: AppIntent,
  preview: Preview,
): { action: 'start'; seen: Finding[] } | { action: 'review' } {
  const expected = 'expected' in intent ? intent.expected : null;
  if (preview.current !== expected) return { action: 'review' };
  if ('version' in intent && preview.incoming !== intent.version) return { action: 'review' };
  if (needsAttention(preview.findings)) return { action: 'review' };
  return { action: 'start', seen: preview.findings };
}

export interface OneClickRollback {
  intent: RollbackIntent | null;
  /** Why the button cannot act, `null` when it can. */
  blocked: string | null;
  /** Whether a click will open the sheet instead of acting, as far as is known now. */
  review: boolean;
  /** What asks for a look, in words. */
  warnings: string[];
  /** What it does besides, in words: a sync that it ends. */
  besides: string[];
  busy: boolean;
  failure: Failure | null;
  /** Acts, or opens the sheet by `onReview`. Resolves to the operation's id when one was started. */
  click: (onReview: () => void) => Promise<string | null>;
}

/**
 * Roll back a cell with one click. The preview is fetched as soon as the cell is shown, so that the click itself
 * only starts the operation; the main process checks everything again when it lands.
 */
export function useOneClickRollback(cell: Cell): OneClickRollback {
  const client = useQueryClient();
  const attempts = useAttempts();
  const readOnlyBecause = useReadOnly();
  const debt = useDebt(cell);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const operations = useOperations({ limit: 50 }).data ?? [];
  const [startedId, setStartedId] = useState<string | null>(null);
  // From the click until the operation has rolled out or ended, also while it is in no list yet.
  const started =
    startedId !== null &&
    !operations.some((one) => one.id === startedId && (one.finishedAt !== null || isRolledOut(one)));
  const blocked = started
    ? rollbackRunning(cell)
    : rollbackBlockedBecause(cell, readOnlyBecause, operations, debt);
  const intent = rollbackIntent(cell);
  const preview = usePreview(blocked === null ? intent : null);

  const click = useCallback(
    async (onReview: () => void): Promise<string | null> => {
      const clickedAt = Date.now();
      if (blocked !== null || !intent || busy) return null;
      setBusy(true);
      setFailure(null);
      try {
        const seen = await client
          .fetchQuery({ ...queryOf('preview.get', intent), staleTime: 30_000 })
          // Then the sheet opens, where the failure is shown.
          .catch(() => null);
        const decision = seen ? oneClick(intent, seen) : { action: 'review' as const };
        if (decision.action === 'review') {
          onReview();
          return null;
        }
        const started = await attempts.send(
          { name: 'operation.start', input: { intent, seen: decision.seen, clickedAt } },
          intent,
        );
        if (started.ok) {
          setStartedId(started.value.operationId);
          return started.value.operationId;
        }
        setFailure(started.failure);
        return null;
      } finally {
        setBusy(false);
      }
    },
    [attempts, blocked, busy, client, intent],
  );

  const warnings = (preview.data?.findings ?? [])
    .filter((finding) => needsAttention([finding]))
    .map(({ message }) => message);
  const besides = (preview.data?.findings ?? [])
    .filter(({ code, level }) => code === 'sync-running' && level === 'info')
    .map(({ message }) => message);
  const review =
    preview.isError ||
    (preview.data !== undefined && intent !== null && oneClick(intent, preview.data).action === 'review');
  return { intent, blocked, review, warnings, besides, busy, failure, click };
}
