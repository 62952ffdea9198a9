import { settleDebt } from '../../../shared/domain/emergency/debt-records';
import type { Snapshot } from '../../ledger/ledger';
import type { StepContext } from '../operation-context';
import { writeLedger } from '../steps/write-ledger';
import type { Reconcile } from './commit-reconciled';

/** Takes the record of the debt out of the release repo. What can't be written is told: the cluster is put back all the same. */
export async function forgetRecord(context: StepContext<Reconcile>): Promise<void> {
  const { world, intent } = context;
  const { app, environment } = intent;
  const known = (snapshot: Snapshot) => world.reader.emergency(snapshot, app, environment);
  if (known(world.ledger.snapshot()) === null && !context.record().effects.has('record')) return;
  const written = await writeLedger(context, {
    effect: 'record',
    kind: 'emergency-reconciled',
    what: `Reconciled the emergency rollback of ${app} in ${environment}`,
    settled: { value: null },
    decide: (snapshot) => settleDebt(known(snapshot), { app, environment }),
    patience: 0,
  });
  if (!written.ok)
    context.saw(`Other consoles may still show the emergency rollback: ${written.failure.message}`);
}
