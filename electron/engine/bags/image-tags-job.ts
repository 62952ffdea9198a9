import { setMaxListeners } from 'node:events';
import { noteTagged } from '../../../shared/domain/bags/deploying';
import { versionsOf } from '../../../shared/domain/bags/difference';
import type { DeployJob } from '../../../shared/domain/estate/bags-pipeline';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { Snapshot } from '../../ledger/ledger';
import { changeImageTag } from '../../ledger/ledger-board';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { rollout } from '../steps/follow-rollout';
import { refreshParent, versionArrives } from '../steps/refresh-parent';
import { sync } from '../steps/sync';
import type { FullDecision } from '../steps/write-ledger';
import { recordsNow } from './pipelines';
import { type JobEnd, type JobTask, reportJob } from './run-job';
import { writeRecords } from './write-records';

/** All image tags of the bag, and the note that they are set: one commit, on the snapshot that the lock is checked on. */
function tagAll(
  task: JobTask,
  versions: Readonly<Record<string, string>>,
  snapshot: Snapshot,
  noted: FullDecision<unknown>,
): FullDecision<unknown> {
  if (noted.kind !== 'change') return noted;
  const { environment } = task.deployment;
  const files = new Map<string, string>();
  for (const [app, imageTag] of Object.entries(versions)) {
    const place = { environment, app };
    const changed = changeImageTag(snapshot, task.context.world.reader.layout, place, {
      imageTag,
      promote: false,
    });
    if (!changed.ok) return { kind: 'refusal', failure: changed.failure };
    if (changed.value.changed) files.set(changed.value.path, changed.value.text);
  }
  return { ...noted, files };
}

/** The context of one service of the bag: its waits are told together with those of the others. */
function contextOf(
  task: JobTask,
  app: string,
  version: string,
  waits: Map<string, string>,
): StepContext<VersionIntent> {
  const { context, deployment } = task;
  const { environment } = deployment;
  const [newest] = context.world.history.deployments(app, environment);
  const intent: VersionIntent = {
    kind: deployment.cause === 'rollback' ? 'rollback' : 'deploy',
    app,
    environment,
    version,
    // What is left, so that its failing syncs do not come first.
    expected: newest?.to === version ? newest.from : null,
  };
  return {
    ...context,
    intent,
    waiting: (text) => {
      if (text === null) waits.delete(app);
      else waits.set(app, text);
      const first = [...waits].slice(0, 3).map(([service, wait]) => `${service}: ${wait}`);
      const more = waits.size > 3 ? ` (and ${waits.size - 3} more)` : '';
      reportJob(task, { state: 'running', text: `${first.join(' ')}${more}` });
      context.waiting(`${first.join(' ')}${more}`);
    },
  };
}

async function follow(
  task: JobTask,
  app: string,
  version: string,
  waits: Map<string, string>,
): Promise<StepEnd> {
  const own = contextOf(task, app, version, waits);
  for (const step of [versionArrives, sync, rollout]) {
    const end = await step(own);
    // What can't be asked of Argo CD, or seen there, is skipped: the rollout tells.
    if (end.state !== 'succeeded' && end.state !== 'skipped') return end;
  }
  own.waiting(null);
  return { state: 'succeeded' };
}

/** Of the operation's signal: the wait of its step, its requests to the cluster, and the looks for what keeps it. */
const listenersPerApp = 4;

/** A bag is one unit: one of its services that was given another version is no success of the bag. */
const replaced = (text: string): Failure => ({
  code: 'conflict',
  message: text,
  meaning: 'The environment does not run all of this bag.',
  next: [{ do: 'advice', label: 'Check who else deployed there.' }],
});

/** Sets all image tags of the bag in one commit, then waits until every app of it is synced and healthy. */
export async function runImageTagsJob(
  task: JobTask<Extract<DeployJob, { kind: 'image-tags' }>>,
): Promise<JobEnd> {
  const { context, deployment, hold } = task;
  const { world } = context;
  const { environment, pipeline } = deployment;
  const bag = recordsNow(world, pipeline).bags.get(deployment.bag);
  if (!bag?.ok) {
    const text = bag ? bag.failure.message : `The release repo has no file for bag ${deployment.bag}.`;
    return { state: 'failed', text, failure: bag?.failure ?? null };
  }
  const versions = versionsOf(bag.value.services);
  const reason = deployment.reason;
  const written = await writeRecords(
    context,
    'tags',
    (records, snapshot) => tagAll(task, versions, snapshot, noteTagged(records, environment, hold)),
    {
      patience: world.limits.ledger,
      kind: deployment.cause === 'rollback' ? 'rollback' : 'bag',
      ...(reason ? { reason } : {}),
    },
  );
  if (!written.ok) {
    const { failure } = written;
    const lost = failure.code === 'unknown-outcome' || failure.code === 'unreachable';
    return { state: lost ? 'unknown' : 'failed', text: failure.message, failure };
  }
  if (world.clusters.has(environment)) await refreshParent(context, environment);
  const waits = new Map<string, string>();
  // All of the bag's apps are waited for at a time, each by a few listeners that are gone when it has arrived.
  setMaxListeners(10 + listenersPerApp * Object.keys(versions).length, context.signal);
  const ends = await Promise.all(
    Object.entries(versions).map(async ([app, version]) => {
      const end = await follow(task, app, version, waits);
      return { app, end };
    }),
  );
  const failures = ends.flatMap(({ app, end }): { app: string; failure: Failure }[] =>
    end.state === 'failed'
      ? [{ app, failure: end.failure }]
      : end.state === 'superseded'
        ? [{ app, failure: replaced(end.by.text) }]
        : [],
  );
  const [first] = failures;
  if (first) {
    const names = failures.map(({ app }) => app).join(', ');
    return { state: 'failed', text: `${names}: ${first.failure.message}`, failure: first.failure };
  }
  const open = ends.find(({ end }) => end.state === 'unknown');
  if (open?.end.state === 'unknown')
    return { state: 'unknown', text: `${open.app}: ${open.end.because}`, failure: null };
  return { state: 'succeeded' };
}
