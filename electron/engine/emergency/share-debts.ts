import { setTimeout as pause } from 'node:timers/promises';
import { type DebtView, debtSchema } from '../../../shared/domain/emergency/debt';
import { tellDebt } from '../../../shared/domain/emergency/debt-records';
import { commitMessage } from '../../../shared/domain/ledger/trailers';
import { inBackground } from '../../log/log';
import type { World } from '../world';

/** The longest wait after a record could not be written, in milliseconds. */
const longestWait = 10 * 60_000;

/**
 * Tells other consoles of emergency rollbacks, by a record in the release repo, as soon as that is there again. Only what
 * this console's own journal or the Applications themselves say, and only where the person may write.
 * @returns to be called when the ledger, a cluster or an operation moved.
 */
export function shareDebts(world: World, signal: AbortSignal): { look: () => void } {
  let working = false;
  let failures = 0;
  const open = (): DebtView[] =>
    world.ledger.freshness().state === 'live' ? world.emergencies.debts().filter((one) => !one.shared) : [];

  async function share(debt: DebtView): Promise<boolean> {
    const { app, environment, operation } = debt;
    const what = `Emergency rollback of ${app} in ${environment} to ${debt.imageTag}`;
    const written = await world.ledger.transact(
      { operationId: `${operation}-emergency`, what, identity: world.identity() },
      (snapshot) => {
        // Reconciled meanwhile, or by another console.
        const isOpen = world.emergencies.debts().some((one) => one.operation === operation);
        const known = world.reader.emergency(snapshot, app, environment);
        const decision = tellDebt(known, debtSchema.parse(debt), isOpen);
        if (decision.kind !== 'change') return decision;
        const { changes: records, subject, value } = decision;
        const message = commitMessage(subject, {
          operation,
          kind: 'emergency-rollback',
          reason: debt.reason,
        });
        return { kind: 'change', records, message, value };
      },
      { signal },
    );
    return written.ok;
  }

  async function work(): Promise<void> {
    for (;;) {
      const [debt] = open();
      if (!debt || signal.aborted) return;
      failures = (await share(debt)) ? 0 : failures + 1;
      if (failures > 0)
        await pause(Math.min(world.limits.tag * 2 ** failures, longestWait), undefined, { signal });
    }
  }

  const look = (): void => {
    if (working || signal.aborted || world.ledger.readOnlyBecause !== null || open().length === 0) return;
    working = true;
    inBackground(
      world.log,
      'emergency.not-shared',
      work().finally(() => {
        working = false;
      }),
      { signal },
    );
  };
  return { look };
}
