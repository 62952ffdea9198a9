import { setTimeout as pause } from 'node:timers/promises';
import { type DebtView, debtSchema } from '../../../shared/domain/emergency/debt';
import { tellDebt } from '../../../shared/domain/emergency/debt-records';
import { commitMessage } from '../../../shared/domain/ledger/trailers';
import { inBackground } from '../../log/log';
import { canRecord } from '../routes/can-record';
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
  /** Tries of each that told nobody, by operation. */
  const vain = new Map<string, number>();
  const triesOf = ({ operation }: DebtView): number => vain.get(operation) ?? 0;
  /** A debt that no note proves now may be paid by others: it must not come back in the release repo. */
  const mayTell = (debt: DebtView): boolean =>
    !debt.shared && world.emergencies.isProved(debt) && canRecord(world, debt);
  /** Those that were tried least come first. */
  const open = (): DebtView[] =>
    world.ledger.freshness().state === 'live'
      ? world.emergencies
          .debts()
          .filter(mayTell)
          .sort((a, b) => triesOf(a) - triesOf(b))
      : [];

  /** @returns whether others were told by it. */
  async function share(debt: DebtView): Promise<boolean> {
    const { app, environment, operation } = debt;
    const what = `Emergency rollback of ${app} in ${environment} to ${debt.imageTag}`;
    const written = await world.ledger.transact(
      { operationId: `${operation}-emergency`, what, identity: world.identity() },
      (snapshot) => {
        // Reconciled meanwhile, or by another console.
        const isOpen = world.emergencies
          .debts()
          .some((one) => one.operation === operation && world.emergencies.isProved(one));
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
    return written.ok && written.value.changed;
  }

  async function work(): Promise<void> {
    for (;;) {
      const [debt] = open();
      if (!debt || signal.aborted) return;
      const tries = (await share(debt)) ? 0 : triesOf(debt) + 1;
      vain.set(debt.operation, tries);
      if (tries > 0) await pause(Math.min(world.limits.tag * 2 ** tries, longestWait), undefined, { signal });
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
