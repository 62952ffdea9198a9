import { setTimeout as pause } from 'node:timers/promises';
import type { AutomaticSync } from '../../../shared/domain/emergency/automatic-sync';
import { type Failure, fail, ok, type Result } from '../../../shared/domain/failure/failure';
import type { Cluster } from '../../observation/types';
import type { StepContext } from '../operation-context';
import { unheard } from '../routes/route-run';
import { standingSync } from '../standing-syncs';
import { askPatiently } from '../steps/outside';
import { clusterMoves, isTimedOut, span, waitUntil } from '../steps/wait';

/** Milliseconds between a look at the watch and one at the cluster itself, which may be ahead of it. */
const settles = 500;

/** The answer of a cluster, or a failure that says that none came. */
export async function asked<T>(
  context: StepContext,
  cluster: Cluster,
  ask: (signal: AbortSignal) => Promise<Result<T>>,
): Promise<Result<T>> {
  const answer = await askPatiently(context, cluster, context.world.limits.sync, ask);
  if (!isTimedOut(answer)) return answer;
  return fail({
    code: 'timeout',
    message: `The ${cluster.view.environment} cluster did not answer within ${span(context.world.limits.sync)}.`,
    meaning: answer.waitingFor,
    next: [{ do: 'retry', label: 'Try again' }],
  });
}

const stillRuns = (application: string, limit: number, kind: StepContext['intent']['kind']): Failure => ({
  code: 'busy',
  message: `A sync of ${application} is still running after ${span(limit)}.`,
  meaning:
    kind === 'emergency-rollback'
      ? 'No image was set: the sync would overwrite it. What was switched off stays off until you reconcile.'
      : 'What is still switched off stays off until you reconcile again.',
  next: [{ do: 'advice', label: 'Check Argo CD’s application controller, then try again.' }],
});

/** Ends the sync that runs, by when it began: another one that begins meanwhile is looked at anew. */
async function terminate(context: StepContext, cluster: Cluster, name: string): Promise<void> {
  const detail = cluster.view.applicationDetail(name);
  const startedAt = detail?.currentOperation?.startedAt ?? null;
  const effect = `terminate:${context.intent.environment}/${name}@${startedAt}`;
  context.intend(effect, `Terminate the sync of ${name}.`);
  const answer = await asked(context, cluster, (signal) =>
    cluster.actions.terminate(name, startedAt, signal),
  );
  context.result(effect, {
    outcome: answer.ok ? 'done' : unheard.has(answer.failure.code) ? 'unknown' : 'not-done',
    text: answer.ok
      ? `Terminated the sync of ${name}.`
      : `The sync of ${name} was not terminated: ${answer.failure.message}`,
  });
}

/**
 * Waits until no sync of an Application is asked for or runs, ending one that takes longer than it may. Read from the
 * cluster itself: a sync that the watch has not told of yet would put back what is about to be changed.
 * @param patience milliseconds that a sync is waited for before it is terminated.
 * @returns automatic sync as it stands then.
 */
export async function untilIdle(
  context: StepContext,
  cluster: Cluster,
  name: string,
  patience: number,
): Promise<Result<AutomaticSync>> {
  const { limits, now } = context.world;
  const begun = now().getTime();
  const ended = new Set<string | null>();
  for (;;) {
    const read = await asked(context, cluster, (signal) =>
      cluster.actions.emergency.automaticSync(name, signal),
    );
    if (!read.ok || !read.value.busy) return read.ok ? ok(read.value) : read;
    const waited = now().getTime() - begun;
    if (waited > limits.sync) return fail(stillRuns(name, limits.sync, context.intent.kind));
    const parent = name === cluster.actions.parentApplication;
    const look = (): string | null => {
      const detail = cluster.view.applicationDetail(name);
      const sync = detail && standingSync(detail, parent, now());
      return sync ? (sync.operation.startedAt ?? 'requested') : null;
    };
    const stands = look();
    const started = stands === 'requested' ? null : stands;
    if (started !== null && waited >= patience && !ended.has(started)) {
      ended.add(started);
      await terminate(context, cluster, name);
      continue;
    }
    const left = waited < patience ? patience - waited : limits.sync - waited;
    await waitUntil(context, {
      limit: Math.max(settles, left),
      sources: [clusterMoves(cluster, context.intent.app, name)],
      look: () =>
        look() !== stands || stands === null
          ? { done: true }
          : { waitingFor: `Waiting for the sync of ${name} to end.` },
    });
    await pause(settles, undefined, { signal: context.signal });
  }
}
