import { argoCdLog } from '../systems/argo/server/argo-cd-log';
import { workflowLog } from '../systems/argo/server/workflow-log';
import { The } from '../systems/kubernetes/address-words';
import { kubernetesLog, type LogOrigin } from '../systems/kubernetes/log-origin';
import { streamLogOf, usualLogTiming } from '../systems/kubernetes/stream-logs';
import type { Connection, LogState } from '../systems/kubernetes/types';
import type { ClusterState } from './cluster-state';
import { logThroughDoors } from './log-doors';
import type { ClusterPlace } from './place';
import type { ArchivedWorkflows, Cluster, LogEvent } from './types';
import type { DoorName } from './watch-doors';

interface ServerDoor {
  connection: Connection;
  prefer?: DoorName | undefined;
}

type LogRequest = Parameters<Cluster['followLog']>[0];

/**
 * Follows logs by whichever door gives them: the Kubernetes API, Argo CD's server for pods of Applications, Argo Workflows'
 * for steps of workflows. Lines have the same stamps by each, so that one goes on where another stopped.
 * @param options.hasKubernetes whether the estate names a Kubernetes API; without, nothing is asked of one.
 */
export function logFollower(options: {
  connection: Connection;
  hasKubernetes: boolean;
  cd: ServerDoor | undefined;
  workflows: ServerDoor | undefined;
  archive: ArchivedWorkflows | null;
  place: ClusterPlace;
  state: Pick<ClusterState, 'owners' | 'view'>;
  stop: AbortSignal;
}): Cluster['followLog'] {
  const { connection, cd, workflows, place, state } = options;
  const timing = usualLogTiming;

  /** By Argo Workflows' server, for what a workflow runs; by Argo CD's for all else. */
  function serverDoor({ namespace, pod, container }: LogRequest): (ServerDoor & { log: LogOrigin }) | null {
    const step =
      namespace === place.workflowsNamespace
        ? (state.owners.stepOf(namespace, pod) ?? options.archive?.stepOf(namespace, pod) ?? null)
        : null;
    if (step) {
      if (!workflows) return null;
      const { name } = step.workflow;
      const now = () => {
        const workflow = state.view.workflow(namespace, name) ?? step.workflow;
        const node = workflow.nodes.find(({ id }) => id === step.node.id);
        return node ? { workflow: name, archivedUid: workflow.archivedUid ?? null, node } : null;
      };
      const onChange = (listener: () => void) =>
        state.view.onChange((changes) => {
          if (changes.some(({ topic }) => topic === 'workflow' || topic === 'freshness')) listener();
        });
      const about = { namespace, pod, container, now, onChange };
      return { ...workflows, log: workflowLog(workflows.connection, about, timing) };
    }
    if (!cd || namespace !== place.appsNamespace) return null;
    const about = {
      argoNamespace: place.argoNamespace,
      namespace,
      name: pod,
      container,
      applications: () => state.owners.applicationsOf(namespace, pod),
    };
    return { ...cd, log: argoCdLog(cd.connection, about, timing) };
  }

  function doorsOf(request: LogRequest): [LogOrigin, ...LogOrigin[]] {
    const { namespace, pod, container } = request;
    const kubernetes = kubernetesLog({ connection, namespace, pod, container }, timing);
    const server = serverDoor(request);
    // Where there is nobody to ask, it says so.
    if (!server) return [kubernetes];
    if (!options.hasKubernetes) return [server.log];
    return server.prefer === 'server' ? [server.log, kubernetes] : [kubernetes, server.log];
  }

  return async (request, onEvent, signal) => {
    // The window names the pod; what the account may read beyond the estate is not its business.
    const { namespace } = request;
    if (namespace !== place.appsNamespace && namespace !== place.workflowsNamespace) {
      const text = `The estate file does not list namespace ${namespace} in ${place.environment}, so Signalbox does not read it.`;
      onEvent({ type: 'state', state: 'failed', text });
      return;
    }
    let through = '';
    const origin = logThroughDoors(doorsOf(request), (other, because) => {
      through = ` through ${The(other)}${because === '' ? '' : `: ${because}`}`;
    });
    await streamLogOf(
      origin,
      { follow: !request.previous, ...request },
      (lines) => onEvent({ type: 'lines', lines }),
      (log) => onEvent(logEvent(log, through)),
      AbortSignal.any([signal, options.stop]),
    );
  };
}

/** What a log's stream says, for people. @param through by which door it comes, where that is not the first. */
function logEvent(log: LogState, through: string): LogEvent {
  switch (log.state) {
    case 'following':
      return { type: 'state', state: 'following', text: `Following${through}` };
    case 'waiting':
      return {
        type: 'state',
        state: 'waiting',
        text: log.reason ? `Waiting to start: ${log.reason}` : 'Waiting for the container to start',
      };
    case 'restarted':
      return { type: 'restarted', restarts: log.restarts };
    case 'reconnecting':
      return { type: 'state', state: 'reconnecting', text: log.failure.message };
    case 'ended':
      return { type: 'state', state: 'ended', text: 'The container ended; this is its whole log' };
    case 'gone':
    case 'failed':
      return { type: 'state', state: log.state, text: `${log.failure.message} ${log.failure.meaning}` };
  }
}
