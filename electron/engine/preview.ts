import type { Preview } from '../../shared/contract/operations';
import { type Failure, fail, ok, type Result } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import type { AppIntent } from '../../shared/domain/operation/intent';
import { askLedgerAgain, findingsOn, gatherAhead, gatherOnce, outsideFacts } from './app-preflight';
import type { World } from './world';

const cancelled: Failure = {
  code: 'cancelled',
  message: 'The check was cancelled.',
  meaning: 'Nothing was changed.',
  next: [],
};

/** What an intent would do, and all findings, before anyone commits. Asks the outside, with a limit. */
export async function preview(
  world: World,
  intent: AppIntent,
  signal: AbortSignal,
): Promise<Result<Preview>> {
  try {
    await Promise.all([
      askLedgerAgain(world, signal),
      gatherAhead(world, intent, signal),
      gatherOnce(world, intent, signal),
      world.routes.ask(intent, AbortSignal.any([signal, AbortSignal.timeout(world.limits.look)])),
    ]);
    signal.throwIfAborted();
  } catch (error) {
    return fail(signal.aborted ? cancelled : failureOf(error));
  }
  const snapshot = world.ledger.snapshot();
  const current = world.reader.facts(snapshot, intent.app, intent.environment, null).version;
  const outside = outsideFacts(world, intent, null);
  const incoming = 'version' in intent ? intent.version : (current ?? '');
  const because = "The app's repo did not answer in time.";
  return ok({
    intent,
    current,
    incoming,
    change: outside.change ?? {
      state: 'unknown',
      because: current === null ? 'Nothing is deployed there.' : because,
    },
    findings: findingsOn(world, intent, snapshot, outside),
    route: world.routes.plan(intent),
    commit: snapshot.commit,
  });
}
