import type { Freshness } from '../../shared/domain/board/freshness';
import type { ClusterAccess, ClusterAction } from '../../shared/domain/estate/cluster-access';
import type { Failure, Result } from '../../shared/domain/failure/failure';
import { signInCodes } from '../../shared/domain/failure/sign-in-codes';
import { type ClusterStatus, hidingCodes } from '../../shared/domain/rollout/cluster-status';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import type { Log } from '../log/log';
import { onceSomebodyComesOrGoes } from '../systems/argo/server/comes-or-goes';
import { workflowApi } from '../systems/argo/server/workflow-api';
import type { Connection } from '../systems/kubernetes/types';
import { type WatchReading, watchObjects } from '../systems/watch/watch-objects';
import { archivedWorkflows } from './archived-workflows';
import { doorRecord } from './door-record';
import type { ClusterPlace } from './place';
import type { ArchivedWorkflows, ClusterActions, WorkflowActions } from './types';
import type { DoorName } from './watch-doors';
import type { WatchedKind } from './watched-kinds';
import { workflowServerActions } from './workflow-server-actions';

/** Argo Workflows' own server of an environment, as the estate names it. */
export interface WorkflowServer {
  connection: Connection;
  /** Whether somebody is signed in there. */
  isSignedIn: () => boolean;
  /** Which is asked first; left out: the Kubernetes API. */
  prefer?: DoorName | undefined;
}

type Acting = WorkflowActions & Pick<ClusterActions, 'readWorkflows'>;

/** The actions on workflows by whichever way shows them, and what is known of the permission to each. */
export interface WorkflowDoors {
  readonly actions: Acting;
  readonly archive: ArchivedWorkflows;
  /** How they are watched through the server. */
  watch(kind: WatchedKind): (reading: WatchReading<Workflow>) => Promise<void>;
  /** What a door says, used or not. */
  met(kind: WatchedKind, freshness: Freshness, through: DoorName): void;
  /** What is seen, and by which door. */
  seen(kind: WatchedKind, freshness: Freshness, through: DoorName): void;
  told(): ClusterStatus['doors'];
  /** `null`: it has no say in it. */
  access(action: ClusterAction): ClusterAccess | null;
}

/** Refusals after which nothing was done, so that the other way may be tried. */
const untouched: ReadonlySet<Failure['code']> = new Set([...hidingCodes, 'unauthorised']);

/** Which permission each action rests on. */
const needed = {
  submitWorkflow: 'submit-workflow',
  resubmitWorkflow: 'submit-workflow',
  retryWorkflow: 'retry-workflow',
  stopWorkflow: 'stop-workflow',
  suspendWorkflow: 'resume-workflow',
  resumeWorkflow: 'resume-workflow',
} as const satisfies Record<keyof WorkflowActions, ClusterAction>;

/**
 * @param options.kubernetes actions and permissions through the Kubernetes API; `null`: the estate names none.
 * @param options.changed what one may do is known otherwise than before.
 */
export function workflowDoors(options: {
  server: WorkflowServer;
  place: ClusterPlace;
  kubernetes: { actions: Acting; access: (action: ClusterAction) => ClusterAccess } | null;
  changed: () => void;
  signal: AbortSignal;
  log: Log;
}): WorkflowDoors {
  const { server, place, kubernetes } = options;
  const api = workflowApi(server.connection, place.workflowsNamespace);
  const byServer = workflowServerActions(api, place);
  const name = `Argo Workflows in ${place.environment}`;
  const first: DoorName = kubernetes === null ? 'server' : (server.prefer ?? 'kubernetes');
  const record = doorRecord({
    system: 'argo-workflows',
    server: () => server.connection.server,
    environment: place.environment,
    first,
    kubernetes: kubernetes !== null,
    shows: 'workflows',
    log: options.log,
  });
  /** What the server answered when it was tried: it tells nothing beforehand. */
  const tried = new Map<ClusterAction, { allowed: boolean; why: string }>();

  const learn = (action: ClusterAction, answer: Result<unknown>): void => {
    const before = tried.get(action)?.allowed;
    if (answer.ok) tried.set(action, { allowed: true, why: `Granted: ${name} did it before.` });
    else if (answer.failure.code === 'forbidden')
      tried.set(action, { allowed: false, why: `${name} refused: ${answer.failure.meaning}` });
    if (tried.get(action)?.allowed !== before) options.changed();
  };

  /** Through the way that shows workflows; through the other where that one refuses without having done anything. */
  async function act<T>(
    action: ClusterAction | null,
    perform: (actions: Acting) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const ask = async (through: DoorName): Promise<Result<T>> => {
      if (through === 'kubernetes' && kubernetes) return perform(kubernetes.actions);
      const answer = await perform(byServer);
      if (action !== null) learn(action, answer);
      return answer;
    };
    const door = record.through();
    const first = await ask(door);
    if (first.ok || kubernetes === null) return first;
    // What the cluster has forgotten, the server's archive may have.
    const isForgotten = door === 'kubernetes' && first.failure.code === 'not-found';
    if (!isForgotten && !untouched.has(first.failure.code)) return first;
    const other = await ask(door === 'kubernetes' ? 'server' : 'kubernetes');
    const isSilent =
      !other.ok && ['not-found', 'unreachable', 'offline', 'timeout'].includes(other.failure.code);
    if (isForgotten) return isSilent ? first : other;
    // What the one that is preferred said is told where neither lets it through, unless nobody is signed in there.
    if (other.ok || !untouched.has(other.failure.code)) return other;
    const isNobodyIn = signInCodes.includes(first.failure.code);
    return isNobodyIn || door === 'kubernetes' ? other : first;
  }

  /** What one person was refused is another's right, and nobody's once they are gone. */
  function follow(): void {
    const changed = () => {
      follow();
      tried.clear();
      options.changed();
    };
    onceSomebodyComesOrGoes(server.connection, changed, options.signal);
  }
  follow();

  return {
    archive: archivedWorkflows(api, place),
    watch: (kind) => (reading) => watchObjects(api.watched(kind.labelSelector), reading),
    met: (_, freshness, through) => record.met(freshness, through),
    seen(_, freshness, through) {
      if (record.seen(freshness, through)) options.changed();
    },
    told: () => [record.told()],
    access(action) {
      const asked = kubernetes?.access(action);
      if (!(Object.values(needed) as ClusterAction[]).includes(action)) return null;
      if (asked?.state === 'allowed') return asked;
      const answer = tried.get(action);
      if (answer)
        return { action, state: answer.allowed ? 'allowed' : 'denied', why: answer.why, asked: true };
      if (asked?.state === 'unknown' && !asked.asked) return asked;
      if (!server.isSignedIn())
        return asked ?? { action, state: 'denied', why: `Sign in to ${name}.`, asked: true };
      return {
        action,
        state: 'unknown',
        why: `${name} tells only when it is tried.`,
        asked: true,
        onlyTrying: true,
      };
    },
    actions: {
      submitWorkflow: (request, signal) =>
        act(needed.submitWorkflow, (actions) => actions.submitWorkflow(request, signal)),
      resubmitWorkflow: (namespace, workflow, request, signal) =>
        act(needed.resubmitWorkflow, (actions) =>
          actions.resubmitWorkflow(namespace, workflow, request, signal),
        ),
      retryWorkflow: (namespace, workflow, request, signal) =>
        act(needed.retryWorkflow, (actions) => actions.retryWorkflow(namespace, workflow, request, signal)),
      stopWorkflow: (namespace, workflow, mode, signal) =>
        act(needed.stopWorkflow, (actions) => actions.stopWorkflow(namespace, workflow, mode, signal)),
      suspendWorkflow: (namespace, workflow, signal) =>
        act(needed.suspendWorkflow, (actions) => actions.suspendWorkflow(namespace, workflow, signal)),
      resumeWorkflow: (namespace, workflow, request, signal) =>
        act(needed.resumeWorkflow, (actions) => actions.resumeWorkflow(namespace, workflow, request, signal)),
      readWorkflows: (filter, signal) => act(null, (actions) => actions.readWorkflows(filter, signal)),
    },
  };
}
