import type { Failure } from '../../../shared/domain/failure/failure';
import { isUnfinished } from '../../../shared/domain/hold/hold-state';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { failedInPromotionAlone } from '../../../shared/domain/workflows/test-run';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import {
  clusterMoves,
  isHiddenThere,
  isTimedOut,
  ledgerMoves,
  noCluster,
  notLive,
  ranOut,
  span,
  superseded,
  waitUntil,
} from './wait';

/** Name of the workflow template that runs the smoke tests after a sync. */
export const postSyncTemplate = 'post-sync';

const testsFailed = (workflow: Workflow, version: string): Failure => ({
  code: 'refused',
  message: `The tests of ${shortVersion(version)} in ${workflow.environment} ended ${workflow.phase}: workflow ${workflow.name}.`,
  meaning: `${shortVersion(version)} is running in ${workflow.environment}, but its tests did not pass.`,
  next: [{ do: 'advice', label: 'Read the log of the failed step; roll back if the problem is real.' }],
  ...(workflow.message ? { detail: workflow.message } : {}),
});

function outcome(context: StepContext, workflows: readonly Workflow[], version: string): StepEnd {
  const failed = workflows.find((one) => one.phase !== 'Succeeded' && !failedInPromotionAlone(one));
  if (!failed)
    return { state: 'succeeded', text: `Tests passed: ${workflows.map((one) => one.name).join(', ')}.` };
  if (failed.shutdown !== null)
    return { state: 'unknown', because: `Workflow ${failed.name} was stopped before its tests finished.` };
  context.saw(`Workflow ${failed.name} ended ${failed.phase}.`);
  return { state: 'failed', failure: testsFailed(failed, version) };
}

/** Names of the app's post-sync workflows in an environment by now: those of earlier deployments. */
export function knownTests(context: StepContext): string[] {
  const view = context.world.clusters.get(context.intent.environment)?.view;
  const { app } = context.intent;
  return view?.workflows({ app, template: postSyncTemplate }).map((one) => one.name) ?? [];
}

/** The names that {@link knownTests} gave before the commit, out of the journal. */
function testsBefore(context: StepContext): ReadonlySet<string> {
  const names = context.record().effects.get('commit')?.data.tests;
  return new Set(Array.isArray(names) ? names.map(String) : []);
}

/**
 * Waits for the post-sync workflow of the version, one per Application that has one, to appear and to end. Skipped,
 * with the reason, when the app's Applications have none configured; unknown when none appears in time.
 */
export async function tests(context: StepContext<VersionIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment, version } = intent;
  const cluster = world.clusters.get(environment);
  if (!cluster) return noCluster(environment);
  const hidden = (): StepEnd | null =>
    isHiddenThere(cluster, 'workflows')
      ? { state: 'skipped', because: `Tests in ${environment} are not visible to you.` }
      : null;
  const isHidden = hidden();
  if (isHidden) return isHidden;
  const applications = cluster.view.applications(app);
  if (
    notLive(cluster, 'applications') === null &&
    applications.length > 0 &&
    applications.every((one) => one.postSyncWorkflowEnabled === false)
  )
    return {
      state: 'skipped',
      because: `${app} has no post-sync workflow (postSyncWorkflowEnabled: "false").`,
    };
  const old = testsBefore(context);
  const mine = (): Workflow[] =>
    cluster.view.workflows({ app, version, template: postSyncTemplate }).filter((one) => !old.has(one.name));
  const sources = [clusterMoves(cluster, app), ledgerMoves(world)];

  const appeared = await waitUntil<StepEnd | 'appeared'>(context, {
    limit: world.limits.testsAppear,
    sources,
    look: () => {
      const over = superseded(context) ?? hidden();
      if (over) return { done: over };
      const away = notLive(cluster, 'workflows');
      if (away !== null) return { waitingFor: away };
      return mine().length > 0
        ? { done: 'appeared' }
        : {
            waitingFor: `Waiting for the post-sync workflow of ${app} ${shortVersion(version)} in ${environment} to start.`,
          };
    },
  });
  if (isTimedOut(appeared)) {
    if (!isHiddenThere(cluster, 'applications')) return ranOut(appeared, world.limits.testsAppear);
    const started = `No post-sync workflow of ${shortVersion(version)} started in ${environment} within ${span(world.limits.testsAppear)}.`;
    return { state: 'unknown', because: `${started} Whether ${app} has one is not visible to you.` };
  }
  if (appeared !== 'appeared') return appeared;

  const ended = await waitUntil<StepEnd>(context, {
    limit: world.limits.tests,
    sources,
    look: () => {
      const over = superseded(context) ?? hidden();
      if (over) return { done: over };
      const workflows = mine();
      for (const one of workflows)
        context.workflow({ environment, namespace: one.namespace, name: one.name });
      const away = notLive(cluster, 'workflows');
      if (away !== null) return { waitingFor: away };
      const running = workflows.filter(isUnfinished);
      if (workflows.length > 0 && running.length === 0) return { done: outcome(context, workflows, version) };
      return {
        waitingFor: `Tests: ${running.map((one) => `${one.name}${one.progress ? ` (${one.progress})` : ''}`).join(', ')}.`,
      };
    },
  });
  return isTimedOut(ended) ? ranOut(ended, world.limits.tests) : ended;
}
