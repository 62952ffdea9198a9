import { z } from 'zod';
import { effects } from '../../../shared/domain/emergency/debt';
import {
  type ImageChange,
  imageChanges,
  type LiveWorkload,
} from '../../../shared/domain/emergency/live-image';
import type { Failure, Result } from '../../../shared/domain/failure/failure';
import { imageParts, versionedRepositories } from '../../../shared/domain/ledger/image';
import { shortVersion, versionShape } from '../../../shared/domain/ledger/version';
import { count } from '../../../shared/domain/text/count';
import type { Cluster } from '../../observation/types';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { unheard } from '../routes/route-run';
import { noCluster } from '../steps/wait';
import { asked } from './idle-application';
import { type Emergency, switchedOnAgain } from './switch-off';

/** What is written down before an image is set, to go on from after a crash. */
const dataSchema = z.object({
  changes: z.array(z.object({ container: z.string(), from: z.string(), to: z.string() })),
});

/** The repositories whose tag is the app's version, among the images of its live workloads. */
function repositoriesOf(
  { world, intent }: StepContext<VersionIntent>,
  cluster: Cluster,
  workloads: readonly LiveWorkload[],
): ReadonlySet<string> {
  const { app, environment, version } = intent;
  const expected = 'expected' in intent ? intent.expected : null;
  const known = new Set([
    version,
    ...(expected === null ? [] : [expected]),
    ...world.history
      .deployments(app, environment)
      .flatMap(({ to, from }) => (from === null ? [to] : [to, from])),
  ]);
  const images = workloads.flatMap(({ containers }) => containers.map(({ image }) => image));
  const shape = versionShape(version);
  return versionedRepositories(
    app,
    [...images, ...cluster.view.workloads(app).pastImages],
    (tag) => known.has(tag),
    (tag) => shape !== 'other' && versionShape(tag) === shape,
  );
}

/** What the live workloads of an app would have to change to run a version, read from the cluster itself. */
export async function imagesBehind(
  context: StepContext<VersionIntent>,
  cluster: Cluster,
): Promise<Result<{ workload: LiveWorkload; changes: ImageChange[]; own: boolean }[]>> {
  const { app, version } = context.intent;
  const live = await asked(context, cluster, (signal) =>
    cluster.actions.emergency.liveWorkloads(app, signal),
  );
  if (!live.ok) return live;
  const repositories = repositoriesOf(context, cluster, live.value);
  return {
    ok: true,
    value: live.value.map((workload) => ({
      workload,
      changes: imageChanges(workload, repositories, version),
      own: workload.containers.some(({ image }) => repositories.has(imageParts(image).repository)),
    })),
  };
}

const noImage = (app: string, environment: string): Failure => ({
  code: 'not-found',
  message: `No live workload of ${app} in ${environment} has an image that shows its version.`,
  meaning: 'No image was set. Automatic sync stays off until you reconcile.',
  next: [{ do: 'advice', label: 'Set the image by hand, then reconcile.' }],
});

/**
 * Sets the version in the app's live workloads: one patch for each, so that its pods are replaced once. What somebody
 * else has set since it was read stays, and ends the operation.
 */
export async function setLiveImage(context: StepContext<Emergency>): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment, version } = intent;
  const cluster = world.clusters.get(environment);
  if (!cluster) return noCluster(environment);
  context.waiting(`Waiting for the live workloads of ${app} in ${environment}.`);
  const again = await switchedOnAgain(context, cluster);
  if (again) return { state: 'failed', failure: again };
  const behind = await imagesBehind(context, cluster);
  if (!behind.ok) return { state: 'failed', failure: behind.failure };
  if (!behind.value.some(({ own }) => own)) return { state: 'failed', failure: noImage(app, environment) };
  let set = 0;
  for (const { workload, changes: needed, own } of behind.value) {
    if (!own) continue;
    const { kind, name } = workload;
    const effect = effects.image(kind, name);
    const before = context.record().effects.get(effect);
    if (before?.outcome === 'done') continue;
    // What was on its way when an earlier process died is asked for as it was: the same change twice is one.
    const noted = before?.outcome === 'pending' ? dataSchema.safeParse(before.data) : null;
    const changes = noted?.success ? noted.data.changes : needed;
    if (changes.length === 0) continue;
    const failedBefore =
      cluster.view.rollouts(app).find((one) => one.deployment === name && (one.kind ?? 'Deployment') === kind)
        ?.failedAt ?? null;
    context.intend(effect, `Set ${kind} ${name} to ${shortVersion(version)}.`, { changes, failedBefore });
    const answer = await asked(context, cluster, (signal) =>
      cluster.actions.emergency.setImages(workload, changes, signal),
    );
    if (!answer.ok) {
      const outcome = unheard.has(answer.failure.code) ? 'unknown' : 'not-done';
      context.result(effect, { outcome, text: answer.failure.message });
      return { state: 'failed', failure: answer.failure };
    }
    set += 1;
    const from = changes.map((one) => imageParts(one.from).tag ?? one.from);
    context.result(effect, {
      outcome: 'done',
      text: `${kind} ${name}: ${[...new Set(from)].map(shortVersion).join(', ')} → ${shortVersion(version)}.`,
    });
  }
  const text =
    set === 0
      ? `The live workloads have ${shortVersion(version)} already.`
      : `${shortVersion(version)} set in ${count(set, 'workload')}.`;
  return { state: 'succeeded', text };
}
