import type { ParsedInputOf } from '../../shared/contract/contract';
import type { ListedWorkflow, workflowProcedures } from '../../shared/contract/workflows';
import { FailureError, type Result } from '../../shared/domain/failure/failure';
import type { SavedWorkflow, Workflow } from '../../shared/domain/workflows/workflow';
import type { HandlersOf } from '../ipc/dispatcher';
import type { Cluster } from '../observation/types';
import { withPods } from '../systems/argo/read-workflow';
import { type Done, worded } from './cluster-answer';
import type { Session } from './open-session';

/** Milliseconds that the archive is waited for. */
const patience = 15_000;

/** Kept workflows of one cell that a list looks through. */
const savedPerCell = 60;

const listed = (workflow: Workflow, seenAt: string | null): ListedWorkflow => {
  const { nodes: _nodes, parameters: _parameters, ...rest } = workflow;
  return { ...rest, gone: seenAt !== null, seenAt };
};

function fits(
  { phase, template, labels }: ListedWorkflow,
  filter: ParsedInputOf<'workflow.recent'>,
): boolean {
  if (filter.template !== undefined && template !== filter.template) return false;
  if (filter.version !== undefined && labels.imageTag !== filter.version) return false;
  if (filter.state === undefined) return true;
  if (filter.state === 'succeeded') return phase === 'Succeeded';
  const failed = phase === 'Failed' || phase === 'Error';
  return filter.state === 'failed' ? failed : !failed && phase !== 'Succeeded';
}

/** Handlers of Argo's workflows. */
export function workflowHandlers(
  session: Session,
  actor: () => string,
): HandlersOf<typeof workflowProcedures> {
  const { actions, clusters, engine, archive } = session;
  const viewOf = (environment: string) => clusters.get(environment)?.view;

  const onWorkflow = async (
    kind: 'resubmit' | 'retry' | 'stop' | 'terminate' | 'suspend' | 'resume',
    input: { environment: string; namespace: string; name: string; requestId: string },
    perform: (cluster: Cluster, signal: AbortSignal) => Promise<Result<Done>>,
  ) => {
    const { environment, namespace, name, requestId: id } = input;
    const app = viewOf(environment)?.workflow(namespace, name)?.labels.repoName ?? '';
    const action = await actions.run({ id, kind, environment, app, object: `Workflow ${name}`, perform });
    return { text: action.text, action };
  };

  const stop = (mode: 'Stop' | 'Terminate', input: { namespace: string; name: string }) => {
    const { namespace, name } = input;
    return (cluster: Cluster, signal: AbortSignal) =>
      worded(cluster.actions.stopWorkflow(namespace, name, mode, signal), ({ stopped }) => ({
        text: !stopped
          ? `${name} had already ended.`
          : mode === 'Stop'
            ? `${name} is stopping; its exit handlers still run.`
            : `${name} is terminating.`,
      }));
  };

  return {
    'workflow.list': ({ app, environment, version }) => {
      const view = viewOf(environment);
      if (!view) return { freshness: { state: 'absent' }, workflows: [] };
      return {
        freshness: view.freshness('workflows'),
        workflows: [...view.workflows({ app, ...(version ? { version } : {}) })],
      };
    },
    'workflow.get': async ({ environment, namespace, name }) => {
      const cluster = clusters.get(environment);
      const workflow = cluster?.view.workflow(namespace, name);
      if (workflow) return workflow;
      // Only what the archive alone has: of what the cluster may have, its watch tells.
      const found = await cluster?.archive?.find(namespace, name, AbortSignal.timeout(patience));
      if (found) {
        // For when there is no network; that it could not be saved is told by what reads the archive.
        archive.keepWorkflow(found, found.finishedAt ?? found.startedAt ?? new Date().toISOString());
        return withPods(found, ({ ownPod, storedLog }) => (storedLog ? (ownPod ?? null) : null));
      }
      throw new FailureError({
        code: 'not-found',
        message: `The workflow ${name} is not in ${environment}.`,
        meaning: 'It has not been loaded yet, or the cluster deleted it after its time to live.',
        next: [],
      });
    },
    'workflow.saved': ({ app, environment, version, limit }) => {
      const view = viewOf(environment);
      const isSeen = view?.freshness('workflows').state === 'live';
      const seen = archive.workflows({ app, environment, ...(version ? { version } : {}), limit });
      return {
        workflows: seen.map(({ workflow, seenAt }): SavedWorkflow => {
          const present = view?.workflow(workflow.namespace, workflow.name);
          return present ? { workflow: present, seenAt, gone: false } : { workflow, seenAt, gone: isSeen };
        }),
      };
    },
    'workflow.resubmit': (input) =>
      onWorkflow('resubmit', input, (cluster, signal) =>
        worded(
          cluster.actions.resubmitWorkflow(
            input.namespace,
            input.name,
            { id: input.requestId, parameters: input.parameters },
            signal,
          ),
          (created) => ({ text: `${input.name} resubmitted as ${created.name}.`, created }),
        ),
      ),
    'workflow.retry': (input) =>
      onWorkflow('retry', input, (cluster, signal) =>
        worded(
          cluster.actions.retryWorkflow(
            input.namespace,
            input.name,
            { id: input.requestId, parameters: input.parameters },
            signal,
          ),
          () => ({ text: `${input.name} is retrying its failed steps.` }),
        ),
      ),
    'workflow.stop': (input) => onWorkflow('stop', input, stop('Stop', input)),
    'workflow.terminate': (input) => onWorkflow('terminate', input, stop('Terminate', input)),
    'workflow.suspend': (input) =>
      onWorkflow('suspend', input, (cluster, signal) =>
        worded(cluster.actions.suspendWorkflow(input.namespace, input.name, signal), ({ changed }) => ({
          text: changed ? `${input.name} is suspended.` : `${input.name} was already suspended.`,
        })),
      ),
    'workflow.resume': (input) =>
      onWorkflow('resume', input, (cluster, signal) =>
        worded(
          cluster.actions.resumeWorkflow(
            input.namespace,
            input.name,
            { id: input.requestId, actor: actor() },
            signal,
          ),
          ({ changed }) => ({
            text: changed ? `${input.name} resumed.` : `${input.name} was not suspended.`,
          }),
        ),
      ),
    'workflow.recent': (filter) => {
      const chosen = [...clusters].filter(
        ([name]) => filter.environment === undefined || name === filter.environment,
      );
      // '': workflows that name no app.
      const apps = filter.app === undefined ? [...engine.apps(), ''] : [filter.app];
      const found = chosen.flatMap(([environment, { view }]) =>
        apps.flatMap((app) => {
          const seen = view.workflows({ app }).map((one) => listed(one, null));
          if (filter.app === undefined) return seen;
          const names = new Set(seen.map(({ namespace, name }) => `${namespace}/${name}`));
          const gone = archive
            .workflows({ app, environment, limit: savedPerCell })
            .filter(({ workflow }) => !names.has(`${workflow.namespace}/${workflow.name}`))
            .map(({ workflow, seenAt }) => listed(workflow, seenAt));
          return [...seen, ...gone];
        }),
      );
      const workflows = found
        .filter((one) => fits(one, filter))
        .sort((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? '') || a.name.localeCompare(b.name));
      return {
        sources: chosen.map(([environment, { view }]) => ({
          environment,
          freshness: view.freshness('workflows'),
        })),
        workflows: workflows.slice(0, filter.limit),
        total: workflows.length,
      };
    },
  };
}
