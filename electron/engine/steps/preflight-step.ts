import { environmentBefore } from '../../../shared/domain/estate/chain';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import { type Finding, worsened } from '../../../shared/domain/preflight/finding';
import { obstacles } from '../../../shared/domain/preflight/preflight';
import type { OutsideFacts } from '../../../shared/domain/preflight/preflight-facts';
import type { Snapshot } from '../../ledger/ledger';
import { askLedgerAgain, findingsOn, firstLook, gatherAhead, outsideFacts } from '../app-preflight';
import type { StepContext, StepEnd } from '../operation-context';
import type { World } from '../world';
import { clusterMoves, waitUntil } from './wait';

const list = (findings: readonly Finding[]): string => findings.map((one) => one.message).join(' ');

/**
 * Why an operation with these findings must not go on; `null` when it may: something is worse than what the person
 * saw when deciding, or stands in the way and was not overridden with a reason.
 */
function stopsBy(intent: AppIntent, seen: readonly Finding[], now: readonly Finding[]): Failure | null {
  const isAsked = (one: Finding): boolean => one.code === 'sync-running' && one.level === 'warn';
  // A sync that began after the person looked is neither ended without being told to nor a reason to turn a rollback
  // away: it is waited for, and the step says so.
  const told = seen.some(isAsked) ? now : now.filter((one) => !isAsked(one));
  const standing = obstacles(intent, told);
  const worse = worsened(seen, told);
  const running = now.find((one) => one.code === 'operation-running' && one.level === 'block');
  if (running)
    return {
      code: 'busy',
      message: running.message,
      meaning: 'Nothing was changed.',
      next: [{ do: 'advice', label: 'Wait until the other one ends.' }],
      detail: running.evidence,
    };
  if (worse.length > 0)
    return {
      code: 'conflict',
      message: `The checks changed after you opened this: ${list(worse)}`,
      meaning: 'Nothing was changed. Review and try again.',
      next: [{ do: 'retry', label: 'Review again' }],
    };
  if (standing.length > 0)
    return {
      code: 'refused',
      message: list(standing),
      meaning: 'Nothing was changed.',
      next:
        'version' in intent && standing.every((one) => one.overridable)
          ? [{ do: 'retry', label: 'Override with a reason' }]
          : [{ do: 'advice', label: 'Resolve what blocks it first.' }],
    };
  return null;
}

/** Findings on a snapshot, and whether they stop the operation: for the transaction's `mutate`. */
export function judge(
  world: World,
  intent: AppIntent,
  snapshot: Snapshot,
  outside: OutsideFacts,
  seen: readonly Finding[],
): { findings: Finding[]; failure: Failure | null } {
  const findings = findingsOn(world, intent, snapshot, outside);
  return { findings, failure: stopsBy(intent, seen, findings) };
}

/**
 * Collects all findings before anyone commits. A rollback and a hold ask nobody for that (they are in a hurry; what
 * was not worked out ahead is unknown); a deploy or promotion asks the app's repo, for a few seconds at most.
 */
export const preflight =
  ({ askRepo }: { askRepo: boolean }) =>
  async (context: StepContext): Promise<StepEnd> => {
    const { world, intent, id } = context;
    await gatherFacts(context, askRepo);
    const outside = outsideFacts(world, intent, id);
    const { findings, failure } = judge(
      world,
      intent,
      world.ledger.snapshot(),
      outside,
      context.record().seen,
    );
    context.findings(findings);
    if (failure) return { state: 'failed', failure };
    const open = findings.filter((one) => one.level !== 'pass' && one.level !== 'info').length;
    return {
      state: 'succeeded',
      text: open === 0 ? 'No problems found.' : `${open} overridden with a reason.`,
    };
  };

/**
 * Gives what is only just starting, or just stumbled, a moment: a ledger that did not answer, a cluster that was not
 * looked at yet, and after a restart (or where `askRepo` says so) the app's repo. Otherwise this returns at once.
 */
export async function gatherFacts(context: StepContext, askRepo: boolean): Promise<void> {
  const { world, intent } = context;
  if (world.ledger.freshness().state === 'unreachable') context.waiting('Waiting for the release repo.');
  await askLedgerAgain(world, context.signal);
  const before = environmentBefore(world.estate, intent.environment);
  for (const name of [intent.environment, before]) {
    const cluster = name === null ? undefined : world.clusters.get(name);
    if (!cluster || firstLook(cluster) === null) continue;
    await waitUntil(context, {
      limit: world.limits.look,
      sources: [clusterMoves(cluster)],
      look: () => {
        const waitingFor = firstLook(cluster);
        return waitingFor === null ? { done: true } : { waitingFor };
      },
    });
  }
  // After a restart nothing is known of the person's rights, and what is closed to them must not be tried.
  if (context.resumed)
    await world.routes.ask(intent, AbortSignal.any([context.signal, AbortSignal.timeout(world.limits.look)]));
  if ('version' in intent && (askRepo || context.resumed)) {
    context.waiting(`Waiting for ${intent.app}'s repo.`);
    await gatherAhead(world, intent, context.signal);
  }
}
