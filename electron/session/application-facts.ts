import type { ApplicationDetail } from '../../shared/domain/rollout/application-detail';
import type { HookJob } from '../../shared/domain/rollout/hook-job';
import type { ApplicationFacts, HookFacts } from '../../shared/domain/timeline/timeline-facts';

/**
 * An Application as a timeline needs it. A partial sync (self-heal of single resources) runs no hooks and is no entry of
 * the history: it is no part of a deployment.
 */
export function applicationFacts(detail: ApplicationDetail, jobs: readonly HookJob[]): ApplicationFacts {
  const { currentOperation: operation } = detail;
  const counts = operation !== null && !operation.partial && !operation.dryRun;
  return {
    name: detail.name,
    version: detail.version,
    conditions: detail.conditions,
    operation: counts
      ? {
          // Asked for and not taken over yet: for a timeline it waits like one that runs.
          phase: operation.phase ?? 'Running',
          message:
            operation.message ?? (operation.state === 'requested' ? 'requested, not started yet' : null),
          startedAt: operation.startedAt,
          // Between two attempts there is a time at which the first one ended; the sync has not.
          finishedAt: operation.state === 'ended' ? operation.finishedAt : null,
          revision: operation.revisions[0] ?? null,
          hooks: hooksOf(detail, jobs),
        }
      : null,
    history: [...detail.history]
      .reverse()
      .flatMap(({ revisions, deployStartedAt, deployedAt }) =>
        deployedAt === null
          ? []
          : [{ revision: revisions[0] ?? null, startedAt: deployStartedAt, finishedAt: deployedAt }],
      ),
    promote: detail.promoteDeployment,
    automaticDeploys: detail.automaticDeploysEnabled,
    postSync: detail.postSyncWorkflowEnabled ?? null,
  };
}

/** The hooks of the sync, with the times of their Jobs where these are still there. */
function hooksOf(detail: ApplicationDetail, jobs: readonly HookJob[]): HookFacts[] {
  const { results = [], runningHook = null } = detail.currentOperation ?? {};
  const told = results.flatMap(({ name, hookType, hookPhase, message }) =>
    hookType === null ? [] : [{ name, type: hookType, phase: hookPhase ?? 'Running', message }],
  );
  // The message names the hook that runs before the result of it is written.
  const isTold = told.some(({ name }) => name === runningHook?.name);
  const running =
    runningHook && !isTold
      ? [{ name: runningHook.name, type: runningHook.phase, phase: 'Running', message: null }]
      : [];
  return [...told, ...running].map((hook) => {
    const job = jobs.find(({ name, application }) => name === hook.name && application === detail.name);
    return {
      ...hook,
      message: hook.message || (job?.message ?? null),
      startedAt: job?.startedAt ?? null,
      finishedAt: job?.finishedAt ?? null,
    };
  });
}
