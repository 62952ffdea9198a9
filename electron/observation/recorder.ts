import type { Application } from '../../shared/domain/board/board';
import type { HealthObservation } from '../../shared/domain/preflight/rollback-target';
import { areOfVersion } from '../../shared/domain/rollout/rollout-rules';
import { failedInPromotionAlone } from '../../shared/domain/workflows/test-run';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import { hasEnded } from '../systems/argo/read-workflow';
import { appsTouched, type ClusterChange, type ClusterView } from './types';

/** A version in an environment as its cluster told of it, and the object that told: `Application content-store`. */
export interface CellObservation extends HealthObservation {
  app: string;
  environment: string;
  source: string;
}

/**
 * What the Applications of an app say together, when they agree on a version: healthy only when every one of them is
 * Synced and Healthy, degraded as soon as one of them is. Anything else (on its way, unknown) says nothing.
 */
export function healthOf(
  applications: readonly Application[],
): { version: string; what: 'healthy' | 'degraded'; source: string } | null {
  const version = applications[0]?.version;
  if (!version || applications.some((application) => application.version !== version)) return null;
  const degraded = applications.find(({ health }) => health === 'Degraded');
  if (degraded) return { version, what: 'degraded', source: `Application ${degraded.name}` };
  const healthy = applications.every(
    ({ health, sync, operation }) =>
      health === 'Healthy' && sync === 'Synced' && operation?.phase !== 'Running',
  );
  return healthy ? { version, what: 'healthy', source: `Application ${applications[0]?.name}` } : null;
}

/**
 * Records what a cluster tells of health and tests, each change once.
 * @param now ISO 8601 UTC.
 * @returns the stop.
 */
export function recordHealth(options: {
  view: ClusterView;
  apps: () => readonly string[];
  record: (observation: CellObservation) => void;
  now: () => string;
}): () => void {
  const { view } = options;
  const last = new Map<string, string>();
  const toldWorkflows = new Set<string>();

  // What is not live may be long over.
  const lookAtHealths = (apps: Iterable<string>): void => {
    if (view.freshness('applications', 'rollouts').state === 'live')
      for (const app of apps) lookAtHealth(app);
  };
  const lookAtAllTests = (apps: Iterable<string>): void => {
    if (view.freshness('workflows').state === 'live') for (const app of apps) lookAtTests(app);
  };
  const lookAtHealth = (app: string): void => {
    const health = healthOf(view.applications(app));
    // Most changes say what was said before: rollouts need not be worked out for that.
    if (!health || last.get(app) === `${health.version} ${health.what}`) return;
    // An Application carries the new version's annotation while its health is still the old one's, and can be Healthy
    // before the new pods are made: what is kept for good as this version's health must be of its own pods.
    const rollouts = view.rollouts(app);
    const settled = rollouts.every(({ state }) => state === 'done');
    const isItsOwn = rollouts.length === 0 || areOfVersion(rollouts, health.version);
    if (!isItsOwn || (health.what === 'healthy' && !settled)) return;
    last.set(app, `${health.version} ${health.what}`);
    options.record({ environment: view.environment, app, at: options.now(), ...health });
  };
  const lookAtTests = (app: string): void => {
    for (const workflow of view.workflows({ app, template: 'post-sync' })) {
      const tests = testsOf(workflow, options.now());
      if (!tests || toldWorkflows.has(workflow.name)) continue;
      toldWorkflows.add(workflow.name);
      options.record({ environment: view.environment, ...tests });
    }
  };

  /** What became of an app is told by some topics alone, and all of them once its cluster is seen anew. */
  const appsOf = (
    changes: readonly ClusterChange[],
    ...topics: ClusterChange['topic'][]
  ): ReadonlySet<string> =>
    appsTouched(
      changes.filter(({ topic }) => topic === 'freshness' || topics.includes(topic)),
      options.apps,
    );
  const stop = view.onChange((changes) => {
    lookAtHealths(appsOf(changes, 'application', 'rollout'));
    lookAtAllTests(appsOf(changes, 'workflow'));
  });
  lookAtHealths(options.apps());
  lookAtAllTests(options.apps());
  return stop;
}

/**
 * What a workflow says of the tests of a version; `null`: nothing, since it tests none, has not ended or was stopped, or
 * failed somewhere that can't be seen.
 * @param now ISO 8601 UTC.
 */
export function testsOf(workflow: Workflow, now: string): Omit<CellObservation, 'environment'> | null {
  const { labels, name, phase, template, nodes, nodesUnavailable } = workflow;
  const { imageTag: version, repoName: app } = labels;
  if (template !== 'post-sync' || !app || !version || !hasEnded(workflow) || workflow.shutdown) return null;
  const hasPassed = phase === 'Succeeded';
  if (!hasPassed && nodes.length === 0 && nodesUnavailable !== null) return null;
  return {
    app,
    version,
    what: hasPassed || failedInPromotionAlone(workflow) ? 'tests-passed' : 'tests-failed',
    at: workflow.finishedAt ?? now,
    source: `Workflow ${name}`,
  };
}
