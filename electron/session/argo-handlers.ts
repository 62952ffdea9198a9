import type { argoProcedures } from '../../shared/contract/argo';
import { FailureError, type Result, unwrap } from '../../shared/domain/failure/failure';
import { isHidden } from '../../shared/domain/rollout/cluster-status';
import { count } from '../../shared/domain/text/count';
import type { HandlersOf } from '../ipc/dispatcher';
import type { Cluster } from '../observation/types';
import { type Done, worded } from './cluster-answer';
import type { Session } from './open-session';

/** Handlers of rollouts and of Argo CD's Applications. */
export function argoHandlers(session: Session, actor: () => string): HandlersOf<typeof argoProcedures> {
  const { engine, actions, requests } = session;
  const viewOf = (environment: string) => session.clusters.get(environment)?.view;

  /** An action on an Application. `syncs`: it would get into the way of an operation that is about to sync. */
  const onApplication = async (
    kind: 'refresh' | 'sync' | 'terminate-sync',
    input: { environment: string; application: string; requestId: string },
    perform: (cluster: Cluster, signal: AbortSignal) => Promise<Result<Done>>,
    syncs = false,
  ) => {
    const { environment, application, requestId: id } = input;
    const app = viewOf(environment)?.applicationDetail(application)?.app ?? application;
    const [open] = syncs ? engine.list({ app, environment, open: true, limit: 1 }) : [];
    const before = open?.steps.find(({ name }) => name === 'sync');
    const action = await actions.run({
      id,
      kind,
      environment,
      app,
      object: `Application ${application}`,
      obstaclesOf: before && ['waiting', 'running'].includes(before.state) ? (open ?? null) : null,
      perform,
    });
    return { text: action.text, action };
  };

  return {
    'rollout.get': ({ app, environment }) => {
      const view = viewOf(environment);
      if (!view) return { freshness: { state: 'absent' }, applications: [], rollouts: [] };
      return {
        // Without the right to Argo CD's Applications the rollout is told by what one may see.
        freshness: view.gaps().some((gap) => isHidden(gap) && gap.topics.includes('applications'))
          ? view.freshness('rollouts', 'pods')
          : view.freshness('applications', 'rollouts', 'pods'),
        applications: [...view.applications(app)],
        rollouts: [...view.rollouts(app)],
      };
    },
    'rollout.failing-pod': async ({ app, environment }) => ({
      pod: (await session.clusters.get(environment)?.failingPod(app, AbortSignal.timeout(20_000))) ?? null,
    }),
    'application.get': ({ app, environment }) => {
      const cluster = session.clusters.get(environment);
      if (!cluster) return { freshness: { state: 'absent' }, applications: [], parent: null, hookJobs: [] };
      const { view, actions } = cluster;
      return {
        freshness: view.freshness('applications'),
        applications: [...view.applicationDetails(app)],
        parent: view.applicationDetail(actions.parentApplication),
        hookJobs: [...view.hookJobs(app)],
      };
    },
    'application.nudge': ({ app, environment, requestId }) => {
      const operationId = requests.operationId(requestId);
      if (engine.get(operationId).ok) return { operationId };
      const version = unwrap(engine.app(app)).cells.find((cell) => cell.environment === environment)?.ledger
        ?.version;
      if (!version)
        throw new FailureError({
          code: 'refused',
          message: `The release repo has no version of ${app} in ${environment}.`,
          meaning: 'There is nothing to refresh or sync.',
          next: [],
        });
      return unwrap(engine.start({ kind: 'nudge', app, environment, version }, [], operationId));
    },
    'application.refresh': (input) =>
      onApplication('refresh', input, (cluster, signal) =>
        worded(cluster.actions.refresh(input.application, input.mode, signal), () => ({
          text: `${input.mode === 'hard' ? 'Hard refresh' : 'Refresh'} of ${input.application} requested.`,
        })),
      ),
    'application.sync': (input) => {
      const { application, requestId: operationId, prune, dryRun, resources } = input;
      const what =
        resources.length > 0 ? `${count(resources.length, 'resource')} of ${application}` : application;
      return onApplication(
        'sync',
        input,
        (cluster, signal) =>
          worded(
            cluster.actions.sync(
              application,
              { operationId, actor: actor(), prune, dryRun, resources },
              signal,
            ),
            () => ({ text: `Sync of ${what} requested${dryRun ? ' as a dry run' : ''}.` }),
          ),
        !dryRun,
      );
    },
    'application.terminate': (input) =>
      onApplication('terminate-sync', input, (cluster, signal) =>
        worded(cluster.actions.terminate(input.application, input.startedAt, signal), () => ({
          text: `The sync of ${input.application} is terminating; its running hooks are deleted.`,
        })),
      ),
    'action.list': ({ app, environment, limit }) => ({
      actions: session.archive.actions({
        ...(app ? { app } : {}),
        ...(environment ? { environment } : {}),
        limit,
      }),
    }),
  };
}
