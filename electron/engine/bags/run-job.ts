import { setTimeout as pause } from 'node:timers/promises';
import type { Hold } from '../../../shared/domain/bags/decisions';
import { fence } from '../../../shared/domain/bags/decisions';
import { versionsOf } from '../../../shared/domain/bags/difference';
import type { BagDeployment } from '../../../shared/domain/bags/records';
import { type DeployJob, jobName } from '../../../shared/domain/estate/bags-pipeline';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import type { Job } from '../../../shared/domain/operation/operation';
import { fillTemplates } from '../../../shared/domain/text/fill-template';
import type { StepContext } from '../operation-context';
import { recordsNow } from './pipelines';

/**
 * How a job ended. `finishedAt`: when, as the system that ran it tells; left out: it does not, and the moment in which this
 * console saw it has to do.
 */
export type JobEnd = { finishedAt?: string | null } & (
  | { state: 'succeeded' }
  | { state: 'failed' | 'aborted' | 'unknown'; text: string; failure: Failure | null }
);

/** One job of a deployment with all that it needs. */
export interface JobTask<J extends DeployJob = DeployJob> {
  context: StepContext<Extract<BagIntent, { environment: string }>>;
  deployment: BagDeployment;
  hold: Hold;
  job: J;
  phase: Job['phase'];
  /** Place in its list, for short names. */
  index: number;
}

/** Fills `{bag}`, `{pipeline}`, `{environment}`, `{operation}` and `{version:<service>}` in. */
export function fillIn(task: JobTask, texts: Readonly<Record<string, string>>): Record<string, string> {
  const { context, deployment } = task;
  const bag = recordsNow(context.world, deployment.pipeline).bags.get(deployment.bag);
  const versions = bag?.ok ? versionsOf(bag.value.services) : {};
  return fillTemplates(texts, {
    bag: String(deployment.bag),
    pipeline: deployment.pipeline,
    environment: deployment.environment,
    operation: context.id,
    ...Object.fromEntries(
      Object.entries(versions).map(([service, version]) => [`version:${service}`, version]),
    ),
  });
}

/** The job as it is shown before it began. */
export const blankJob = (task: JobTask): Job => ({
  name: jobName(task.job),
  phase: task.phase,
  kind: task.job.kind,
  state: 'waiting',
  text: null,
  workflow: null,
  url: null,
  startedAt: null,
  finishedAt: null,
});

/** Tells what is known of the job from now on. */
export function reportJob(task: JobTask, change: Partial<Job>): void {
  const name = jobName(task.job);
  const known = task.context.record().operation.jobs.find((one) => one.name === name) ?? blankJob(task);
  task.context.job({ ...known, ...change });
}

/**
 * Whether the lock is still this operation's, asked of the remote right before something is done outside: what is done
 * in a cluster cannot be guarded by the ledger's own compare-and-swap.
 * @returns why it is not, or `null`.
 */
export async function lostLock(task: JobTask): Promise<Failure | null> {
  const { context, deployment, hold } = task;
  const { ledger, limits, now } = context.world;
  const until = now().getTime() + limits.ledger;
  for (;;) {
    const seen = await ledger.refresh(context.signal);
    context.signal.throwIfAborted();
    if (seen.ok) break;
    // A ledger that stumbles is no reason to break a deployment off in the middle.
    if (now().getTime() >= until) return seen.failure;
    context.waiting(`Release repo: ${seen.failure.message}`);
    await pause(3_000, undefined, { signal: context.signal });
  }
  const fenced = fence(recordsNow(context.world, deployment.pipeline), deployment.environment, hold);
  return 'refused' in fenced ? fenced.refused.failure : null;
}
