import { shortVersion } from '../../../shared/domain/ledger/version';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import { goBack } from '../commit-rollback';
import type { StepContext, StepEnd } from '../operation-context';
import { commit } from '../steps/commit';

export type Reconcile = Extract<AppIntent, { kind: 'reconcile' }>;

/**
 * Writes the version of an emergency rollback into Git, with the hold that a rollback takes, by the route that any
 * rollback takes. Where Git wants it already (a push whose answer was lost, somebody else's commit, or since the person
 * chose to keep what Git wants), nothing is written.
 */
export async function commitReconciled(context: StepContext<Reconcile>): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment, version } = intent;
  await world.ledger.refresh(context.signal);
  context.signal.throwIfAborted();
  const there = world.reader.facts(world.ledger.snapshot(), app, environment, null).version;
  const isBegun = context.record().effects.has('commit');
  if (there === version && !isBegun)
    return { state: 'skipped', because: `Git wants ${shortVersion(version)} already.` };
  return commit(goBack)(context);
}
