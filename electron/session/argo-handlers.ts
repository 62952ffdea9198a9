import type { argoProcedures } from '../../shared/contract/argo';
import { FailureError, type Result } from '../../shared/domain/failure/failure';
import type { KeptWorkflow } from '../../shared/domain/workflows/workflow';
import type { Handlers } from '../ipc/dispatcher';
import type { Cluster } from '../observation/types';
import type { Session } from './open-session';

type Done = { text: string; created?: { namespace: string; name: string } };

const then = async <T>(result: Promise<Result<T>>, text: (value: T) => Done): Promise<Result<Done>> => {
  const answer = await result;
  return answer.ok ? { ok: true, value: text(answer.value) } : answer;
};

/** Handlers of Argo CD's Applications and of Argo's workflows. */
export function argoHandlers(
  session: Session,
  actor: () => string,
): Pick<Handlers, keyof typeof argoProcedures> {
  const { engine, acts } = session;
  const viewOf = (environment: string) => session.clusters.get(environment)?.view;
  const nudges = new Map<string, string>();

  /** An act on an Application. `syncs`: it would get into the way of an operation that is about to sync. */
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
    const act = await acts.run({
      id,
      kind,
      environment,
      app,
      object: `Application ${application}`,
      inTheWay: before && ['waiting', 'running'].includes(before.state) ? (open ?? null) : null,
      perform,
    });
    return { text: act.text, act };
  };

  const onWorkflow = async (
    kind: 'resubmit' | 'retry' | 'stop' | 'terminate' | 'suspend' | 'resume',
    input: { environment: string; namespace: string; name: string; requestId: string },
    perform: (cluster: Cluster, signal: AbortSignal) => Promise<Result<Done>>,
  ) => {
    const { environment, namespace, name, requestId: id } = input;
    const app = viewOf(environment)?.workflow(namespace, name)?.labels.repoName ?? '';
    const act = await acts.run({ id, kind, environment, app, object: `Workflow ${name}`, perform });
    return { text: act.text, act };
  };

  const stop = (mode: 'Stop' | 'Terminate', input: { namespace: string; name: string }) => {
    const { namespace, name } = input;
    return (cluster: Cluster, signal: AbortSignal) =>
      then(cluster.actions.stopWorkflow(namespace, name, mode, signal), ({ stopped }) => ({
        text: !stopped
          ? `${name} had ended already.`
          : mode === 'Stop'
            ? `${name} is told to stop; its exit handlers still run.`
            : `${name} is told to end at once.`,
      }));
  };

  return {
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
      const known = nudges.get(requestId);
      if (known) return { operationId: known };
      const found = engine.app(app);
      if (!found.ok) throw new FailureError(found.failure);
      const version = found.value.cells.find((cell) => cell.environment === environment)?.ledger?.version;
      if (!version)
        throw new FailureError({
          code: 'refused',
          message: `The ledger names no version of ${app} in ${environment}.`,
          meaning: 'There is nothing to bring to Argo CD’s notice.',
          next: [],
        });
      const started = engine.start({ kind: 'nudge', app, environment, version }, []);
      if (!started.ok) throw new FailureError(started.failure);
      nudges.set(requestId, started.value.operationId);
      return started.value;
    },
    'application.refresh': (input) =>
      onApplication('refresh', input, (cluster, signal) =>
        then(cluster.actions.refresh(input.application, input.mode, signal), () => ({
          text: `${input.application} is asked to compare${input.mode === 'hard' ? ' without its caches' : ''}.`,
        })),
      ),
    'application.sync': (input) => {
      const { application, requestId: operationId, prune, dryRun, resources } = input;
      const what = resources.length > 0 ? `${resources.length} resources of ${application}` : application;
      return onApplication(
        'sync',
        input,
        (cluster, signal) =>
          then(
            cluster.actions.sync(
              application,
              { operationId, actor: actor(), prune, dryRun, resources },
              signal,
            ),
            () => ({ text: `Argo CD is asked to sync ${what}${dryRun ? ', as a dry run' : ''}.` }),
          ),
        !dryRun,
      );
    },
    'application.terminate': (input) =>
      onApplication('terminate-sync', input, (cluster, signal) =>
        then(cluster.actions.terminate(input.application, input.startedAt, signal), () => ({
          text: `The sync of ${input.application} is told to end; its running hooks are deleted.`,
        })),
      ),
    'rollout.failing-pod': async ({ app, environment }) => ({
      pod: (await session.clusters.get(environment)?.failingPod(app, AbortSignal.timeout(20_000))) ?? null,
    }),
    'workflow.kept': ({ app, environment, version, limit }) => {
      const view = viewOf(environment);
      const isSeen = view?.freshness('workflows').state === 'live';
      const kept = session.kept.workflows({ app, environment, ...(version ? { version } : {}), limit });
      return {
        workflows: kept.map(({ workflow, seenAt }): KeptWorkflow => {
          const present = view?.workflow(workflow.namespace, workflow.name);
          return present ? { workflow: present, seenAt, gone: false } : { workflow, seenAt, gone: isSeen };
        }),
      };
    },
    'workflow.resubmit': (input) =>
      onWorkflow('resubmit', input, (cluster, signal) =>
        then(
          cluster.actions.resubmitWorkflow(
            input.namespace,
            input.name,
            { id: input.requestId, parameters: input.parameters },
            signal,
          ),
          (created) => ({ text: `${input.name} runs again as ${created.name}.`, created }),
        ),
      ),
    'workflow.retry': (input) =>
      onWorkflow('retry', input, (cluster, signal) =>
        then(
          cluster.actions.retryWorkflow(
            input.namespace,
            input.name,
            { parameters: input.parameters },
            signal,
          ),
          () => ({ text: `${input.name} goes on from its failure.` }),
        ),
      ),
    'workflow.stop': (input) => onWorkflow('stop', input, stop('Stop', input)),
    'workflow.terminate': (input) => onWorkflow('terminate', input, stop('Terminate', input)),
    'workflow.suspend': (input) =>
      onWorkflow('suspend', input, (cluster, signal) =>
        then(cluster.actions.suspendWorkflow(input.namespace, input.name, signal), ({ changed }) => ({
          text: changed ? `${input.name} starts no further step.` : `${input.name} was suspended already.`,
        })),
      ),
    'workflow.resume': (input) =>
      onWorkflow('resume', input, (cluster, signal) =>
        then(
          cluster.actions.resumeWorkflow(input.namespace, input.name, { actor: actor() }, signal),
          ({ changed }) => ({
            text: changed ? `${input.name} goes on.` : `${input.name} waited for nothing.`,
          }),
        ),
      ),
    'act.list': ({ app, environment, limit }) => ({
      acts: session.kept.acts({
        ...(app ? { app } : {}),
        ...(environment ? { environment } : {}),
        limit,
      }),
    }),
  };
}
