import { doneBy } from '../attribution/done-by';
import { shortVersion } from '../ledger/version';
import { areOfVersion } from '../rollout/rollout-rules';
import { failedInPromotionAlone } from '../workflows/test-run';
import type { Workflow } from '../workflows/workflow';
import { earliest, latest, type MomentOf, type Stage } from './timeline';
import type { TimelineFacts } from './timeline-facts';
import { beforeReplaced, isOwn, mayFollow, moment, sinceCommit, stage } from './timeline-stage';

/** The run of GitHub Actions that built the version. */
export function runStage({ run }: TimelineFacts): Stage {
  if (run.state === 'unknown') return stage('run', 'unknown', run.because);
  if (run.state === 'none')
    return stage('run', 'unknown', 'GitHub has no run that builds or deploys this version.');
  const { name, status, conclusion, startedAt, finishedAt, url } = run.run;
  const times = { startedAt: moment(startedAt, 'GitHub'), finishedAt: moment(finishedAt, 'GitHub'), url };
  if (status !== 'completed')
    return stage('run', 'running', `${name}: ${status.replaceAll('_', ' ')}.`, {
      ...times,
      finishedAt: null,
    });
  if (conclusion === 'success') return stage('run', 'succeeded', `${name} succeeded.`, times);
  const state = conclusion === 'skipped' || conclusion === 'neutral' ? 'skipped' : 'failed';
  return stage('run', state, `${name} ended: ${(conclusion ?? 'unknown').replaceAll('_', ' ')}.`, times);
}

/** The commit on the ledger's branch: it is there, or there would be no deployment. */
export function commitStage({ deployment, operation }: TimelineFacts): Stage {
  const at: MomentOf = { at: deployment.at, source: 'Git' };
  const took = operation?.requestToCommitMs ?? null;
  const started = operation ? moment(operation.requestedAt, 'this computer') : null;
  return {
    ...stage('commit', 'succeeded', `${deployment.commit.slice(0, 10)} by ${doneBy(deployment)}.`, {
      startedAt: started ?? at,
      finishedAt: at,
    }),
    // Measured here by one clock, which is truer than Git's whole seconds.
    ...(took === null ? { tookMs: null, clocks: null } : { tookMs: took, clocks: null }),
  };
}

/** The rollout of the app's Deployments to the version's pods. */
export function rolloutStage(facts: TimelineFacts, sync: Stage): Stage {
  const { rollouts, deployment, replaced } = facts;
  if (replaced) return stage('rollout', 'unknown', 'The cluster now shows a later version.');
  if (rollouts.length === 0)
    return stage('rollout', 'unknown', `No Deployment of ${facts.app} found in ${facts.environment}.`);
  if (!areOfVersion(rollouts, deployment.to))
    return stage('rollout', 'waiting', `No Deployment runs ${shortVersion(deployment.to)} yet.`);
  const parts = rollouts.map((rollout) => {
    const failing = rollout.pods.find(({ name }) => name === rollout.failingPod);
    return {
      name: rollout.deployment,
      state:
        rollout.state === 'done'
          ? ('succeeded' as const)
          : rollout.state === 'failed'
            ? ('failed' as const)
            : ('running' as const),
      text: failing && rollout.state !== 'done' ? `${failing.reason}: pod ${failing.name}` : rollout.message,
    };
  });
  const startedAt =
    earliest(
      rollouts.map((one) =>
        isOwn(facts, one.startedAt ?? null) ? moment(one.startedAt, 'Kubernetes') : null,
      ),
    ) ?? sync.startedAt;
  const failed = parts.find(({ state }) => state === 'failed');
  if (failed)
    return stage('rollout', 'failed', `${failed.name}: ${failed.text}`, {
      startedAt,
      finishedAt: latest(rollouts.map((one) => moment(one.failedAt, 'Kubernetes'))),
      parts,
    });
  const open = parts.find(({ state }) => state !== 'succeeded');
  if (open) return stage('rollout', 'running', `${open.name}: ${open.text}`, { startedAt, parts });
  const ends = rollouts.map((one) =>
    isOwn(facts, one.startedAt ?? null) && sinceCommit(facts, one.finishedAt ?? null)
      ? moment(one.finishedAt, 'Kubernetes')
      : null,
  );
  return stage('rollout', 'succeeded', parts.map(({ name, text }) => `${name}: ${text}`).join('; '), {
    startedAt,
    finishedAt: latest(ends),
    parts,
  });
}

const ended = ({ phase }: Workflow): boolean =>
  phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';
const named = ({ environment, namespace, name }: Workflow) => ({ environment, namespace, name });

/** The newest workflow of each Application: a resubmitted one takes the place of the one before. */
function newestPerApplication(workflows: readonly Workflow[]): Workflow[] {
  const byApplication = new Map<string, Workflow>();
  for (const one of [...workflows].sort((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''))) {
    const application = one.labels.application ?? '';
    if (!byApplication.has(application)) byApplication.set(application, one);
  }
  return [...byApplication.values()];
}

/** The smoke tests of the version after this deployment's sync. */
export function testsStage(facts: TimelineFacts, before: Stage): Stage {
  const all = facts.tests.filter(
    ({ startedAt }) =>
      sinceCommit(facts, startedAt) && startedAt !== null && beforeReplaced(facts, startedAt),
  );
  const tests = newestPerApplication(all);
  const workflows = all.map(named);
  if (tests.length === 0) {
    const { observedTests: seen, applications } = facts;
    if (seen && sinceCommit(facts, seen.at) && beforeReplaced(facts, seen.at))
      return stage(
        'tests',
        seen.what === 'tests-passed' ? 'succeeded' : 'failed',
        seen.what === 'tests-passed' ? 'Tests passed.' : 'Tests failed.',
        { finishedAt: { at: seen.at, source: 'Argo Workflows' }, asOf: seen.at },
      );
    if (applications.length > 0 && applications.every(({ postSync }) => postSync === false))
      return stage('tests', 'skipped', 'No tests are set up to run after a sync.');
    if (facts.hidden.workflows) return stage('tests', 'unknown', 'Tests are not visible to you there.');
    if (facts.replaced) return stage('tests', 'unknown', 'Its test workflow has been deleted.');
    if (before.state === 'succeeded' && mayFollow(facts, before))
      return stage('tests', 'running', 'Waiting for the tests to start.');
    if (before.state === 'succeeded') return stage('tests', 'unknown', 'No test workflow found.');
    if (before.state === 'unknown') return stage('tests', 'unknown', 'No test workflow found.');
    return stage('tests', 'waiting', 'Starts when the app is healthy.');
  }
  const parts = tests.map((one) => ({
    name: one.name,
    state:
      one.phase === 'Succeeded' || failedInPromotionAlone(one)
        ? ('succeeded' as const)
        : ended(one)
          ? ('failed' as const)
          : ('running' as const),
    text: one.message ?? [one.phase || 'not started', one.progress].filter(Boolean).join(', '),
  }));
  const startedAt = earliest(all.map((one) => moment(one.startedAt, 'Argo Workflows')));
  const finishedAt = latest(tests.map((one) => moment(one.finishedAt, 'Argo Workflows')));
  const open = parts.find(({ state }) => state === 'running');
  if (open) return stage('tests', 'running', `${open.name}: ${open.text}`, { startedAt, parts, workflows });
  const failed = parts.find(({ state }) => state === 'failed');
  if (failed)
    return stage('tests', 'failed', `${failed.name}: ${failed.text}`, {
      startedAt,
      finishedAt,
      parts,
      workflows,
    });
  const again = all.length > tests.length ? ' after another run' : '';
  return stage('tests', 'succeeded', `Tests passed${again}.`, { startedAt, finishedAt, parts, workflows });
}

/** What it led to in the next environment; no stage at the end of the chain. */
export function promotionStage(facts: TimelineFacts, tests: Stage): Stage | null {
  const { next, applications, deployment, replaced } = facts;
  if (!next) return null;
  const into = next.environment;
  const begun = next.workflows.filter(({ startedAt }) => sinceCommit(facts, startedAt));
  const workflows = begun.map(named);
  const startedAt = earliest(begun.map((one) => moment(one.startedAt, 'Argo Workflows')));
  if (next.deployment)
    return stage('promotion', 'succeeded', `Deployed to ${into}.`, {
      startedAt: startedAt ?? tests.finishedAt,
      finishedAt: { at: next.deployment.at, source: 'Git' },
      workflows,
    });
  const [newest] = begun;
  if (newest) {
    const text = `${newest.name}: ${newest.message ?? (newest.phase || 'not started')}`;
    if (!ended(newest)) return stage('promotion', 'running', text, { startedAt, workflows });
    if (newest.phase !== 'Succeeded' || newest.shutdown) {
      const finishedAt = moment(newest.finishedAt, 'Argo Workflows');
      const stopped = newest.shutdown ? 'skipped' : 'failed';
      return stage('promotion', stopped, text, { startedAt, finishedAt, workflows });
    }
  }
  if (replaced)
    return stage(
      'promotion',
      'skipped',
      `${shortVersion(replaced.version)} replaced it before it was promoted.`,
    );
  if (applications.some(({ promote }) => promote === false))
    return stage('promotion', 'skipped', `Not promoted automatically: ${byHand(deployment.kind)}.`);
  if (next.heldBecause) return stage('promotion', 'skipped', next.heldBecause);
  if (applications.some(({ automaticDeploys }) => automaticDeploys === false))
    return stage('promotion', 'skipped', `Automatic deploys of ${facts.app} are held.`);
  if (tests.state === 'failed') return stage('promotion', 'skipped', 'Not promoted, because tests failed.');
  if (tests.state === 'succeeded' && mayFollow(facts, tests))
    return stage('promotion', 'running', `Waiting for the promotion to ${into} to start.`);
  if (tests.state === 'succeeded') return stage('promotion', 'unknown', `No promotion to ${into} was seen.`);
  if (tests.state === 'unknown' || tests.state === 'skipped')
    return stage('promotion', 'unknown', `Can’t tell whether it is promoted to ${into}.`);
  return stage('promotion', 'waiting', `Promotes to ${into} when its tests pass.`);
}

const byHand = (kind: TimelineFacts['deployment']['kind']): string =>
  kind === 'rollback'
    ? 'a rollback is not promoted'
    : 'promote_deployment is false, as after a manual deploy';
