import type { SavedStages, Stage, Timeline } from './timeline';
import { spanOf } from './timeline';
import { hooksStage, refreshStage, syncStage } from './timeline-argo';
import type { TimelineFacts } from './timeline-facts';
import { stage } from './timeline-stage';
import { commitStage, promotionStage, rolloutStage, runStage, testsStage } from './timeline-stages';

const settled = ({ state }: Stage): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'skipped';

/**
 * What the cluster tells now over what was kept. Kept wins where the cluster has forgotten, and where it tells of a
 * later run of a stage that had ended well before: a sync that heals drift is no part of the deployment.
 */
function withSaved(live: Stage, saved: SavedStages | null): Stage {
  const known = saved?.stages.find(({ name }) => name === live.name);
  if (!saved || !known || known.state === 'unknown' || live.name === 'run' || live.name === 'commit')
    return live;
  const asOf = known.asOf ?? saved.at;
  if (live.state === 'unknown') return { ...known, asOf };
  if (known.state !== 'succeeded') return live;
  if (live.state === 'waiting' || live.state === 'skipped') return { ...known, asOf };
  const restarted =
    known.finishedAt && live.startedAt && Date.parse(live.startedAt.at) > Date.parse(known.finishedAt.at);
  // The tests that were run once more are of this deployment, whatever they say.
  if (restarted && live.name !== 'tests') return { ...known, asOf };
  // Whoever saw it end knows a time that the cluster does not tell.
  if (live.state === 'succeeded' && !live.finishedAt && known.finishedAt) return known;
  return live;
}

/**
 * A stage that came to an end proves that those before it have: what nobody saw of them is not still to come. Pods that
 * run the version since before the commit prove nothing: a version that is rolled back to may never have been left.
 */
function provenBy(stages: readonly Stage[]): Stage[] {
  const lastDone = stages.findLastIndex(
    ({ name, state, startedAt, finishedAt }) =>
      state === 'succeeded' &&
      name !== 'run' &&
      name !== 'commit' &&
      (name !== 'rollout' || startedAt !== null || finishedAt !== null),
  );
  return stages.map((one, index) =>
    index < lastDone && (one.state === 'waiting' || (one.state === 'running' && one.startedAt === null))
      ? { ...one, state: 'unknown', text: 'Done; the time is not known.' }
      : one,
  );
}

function whereItIs(stages: readonly Stage[]): Timeline['at'] {
  // A run that failed, or goes on beside the deployment, does not keep it: the commit is there.
  const own = stages.filter(({ name }) => name !== 'run');
  const failed = own.find(({ state }) => state === 'failed');
  if (failed) return { stage: failed.name, state: 'failed', why: failed.text };
  const running = own.filter(({ state }) => state === 'running');
  // A hook says more than the sync that waits for it.
  const telling = running.find(({ name }) => name === 'hooks') ?? running[0];
  if (telling) return { stage: telling.name, state: 'running', why: telling.text };
  const waiting = own.find(({ state }) => state === 'waiting');
  return waiting ? { stage: waiting.name, state: 'waiting', why: waiting.text } : null;
}

/**
 * The timeline of one deployment, whoever started it. Pure: the same facts give the same timeline. What the cluster
 * last said stays, marked, while it is away.
 */
export function assembleTimeline(facts: TimelineFacts): Timeline {
  const { deployment, cluster } = facts;
  const absent = cluster.state === 'absent' && facts.applications.length === 0;
  const none = (name: Stage['name']): Stage =>
    stage(name, 'unknown', `The estate file has no cluster for ${facts.environment}.`);
  /** What is not told by anything that can be seen is not forgotten by Argo CD, but kept from the person. */
  const argo = (found: Stage): Stage =>
    facts.hidden.argo && facts.applications.length === 0 && found.state !== 'succeeded'
      ? stage(found.name, 'unknown', 'Argo CD is not visible to you there.')
      : found;
  const sync = absent ? none('sync') : withSaved(argo(syncStage(facts)), facts.saved);
  const hooks = absent ? none('hooks') : withSaved(argo(hooksStage(facts, sync)), facts.saved);
  const refresh = absent ? none('refresh') : withSaved(argo(refreshStage(facts)), facts.saved);
  const rollout = absent ? none('rollout') : withSaved(rolloutStage(facts, sync), facts.saved);
  const tests = withSaved(testsStage(facts, rollout), facts.saved);
  const promotion = promotionStage(facts, tests);
  const ofCluster = provenBy([
    refresh,
    sync,
    hooks,
    rollout,
    tests,
    ...(promotion ? [withSaved(promotion, facts.saved)] : []),
  ]);
  const asOf = cluster.state === 'unreachable' || cluster.state === 'connecting' ? cluster.asOf : null;
  const stages = [
    runStage(facts),
    commitStage(facts),
    ...ofCluster.map((one) =>
      asOf !== null && !settled(one) && one.state !== 'unknown' ? { ...one, asOf: one.asOf ?? asOf } : one,
    ),
  ];
  const end = rollout.finishedAt ?? null;
  return {
    app: facts.app,
    environment: facts.environment,
    version: deployment.to,
    from: deployment.from,
    kind: deployment.kind,
    author: deployment.author,
    commit: deployment.commit,
    replaced: facts.replaced,
    operationId: deployment.operationId,
    cluster,
    stages,
    at: facts.replaced ? null : whereItIs(stages),
    totalMs: rollout.state === 'succeeded' ? spanOf({ at: deployment.at, source: 'Git' }, end).tookMs : null,
  };
}

/**
 * What of a timeline is worth keeping: the cluster's stages, without what only passes by. Two that say the same are
 * equal as JSON.
 */
export function stagesToKeep(timeline: Timeline): Stage[] {
  return timeline.stages
    .filter(({ name }) => name !== 'run' && name !== 'commit')
    .filter((one) => settled(one) && one.asOf === null);
}
