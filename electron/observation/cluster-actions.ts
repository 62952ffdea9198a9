import { fail, ok } from '../../shared/domain/failure/failure';
import { readWorkflow } from '../systems/argo/read-workflow';
import { listObjects } from '../systems/kubernetes/objects';
import type { Connection, ResourceRef } from '../systems/kubernetes/types';
import { kubernetesApplicationActions } from './application-actions';
import { serverApplicationActions } from './application-server-actions';
import type { ClusterState } from './cluster-state';
import { emergencyActions } from './emergency-actions';
import {
  applicationsByKubernetes,
  applicationsByServer,
  type WorkloadsAt,
  workloadsByKubernetes,
  workloadsByServer,
  workloadsThroughDoors,
} from './emergency-doors';
import type { ClusterPlace } from './place';
import type { ClusterActions } from './types';
import type { DoorName } from './watch-doors';
import { workflowActions } from './workflow-actions';

/** By which door Applications are asked, as they are seen at the moment. */
export interface ApplicationsDoor {
  /** Argo CD's own server; `null`: the estate names none. */
  server: Connection | null;
  current: () => DoorName;
  /** Which is asked first for live workloads; left out: the Kubernetes API. */
  prefer?: DoorName | undefined;
}

/** The actions of one cluster: through the custom resources, or Argo CD's server where Applications are seen by that. */
export function createClusterActions(
  connection: Connection,
  place: ClusterPlace,
  state: ClusterState,
  door: ApplicationsDoor = { server: null, current: () => 'kubernetes' },
): ClusterActions {
  const workflows: ResourceRef = {
    apiVersion: 'argoproj.io/v1alpha1',
    plural: 'workflows',
    namespace: place.workflowsNamespace,
  };
  /** Versions of the Applications that refreshes and terminations wrote: until the watch has come that far, its view is of before. */
  const written = new Map<string, string>();
  const isBehind = (application: string): boolean => {
    const version = written.get(application);
    if (version === undefined) return false;
    const seen = state.argoApplication(application)?.resourceVersion ?? null;
    // Resource versions of one kind grow (Kubernetes API conventions); where they are no numbers, only sameness tells.
    const reached =
      seen !== null &&
      (/^\d+$/.test(seen) && /^\d+$/.test(version) ? BigInt(seen) >= BigInt(version) : seen === version);
    if (reached) written.delete(application);
    return !reached;
  };
  const { labels } = place;
  const wrote = (application: string, version: string): void => {
    written.set(application, version);
  };
  const byKubernetes = kubernetesApplicationActions(connection, place, state, wrote);
  const byServer = door.server && serverApplicationActions(door.server, place, state, wrote);
  const applications = () => (byServer && door.current() === 'server' ? byServer : byKubernetes);

  const applicationsHere = applicationsByKubernetes(connection, place);
  const applicationsThere = door.server ? applicationsByServer(door.server, place) : applicationsHere;
  const workloadsHere = workloadsByKubernetes(connection);
  const workloadsThere =
    door.server && workloadsByServer(door.server, place, (ref) => state.owners.applicationsWith(ref));
  const workloads: [WorkloadsAt, ...WorkloadsAt[]] = !workloadsThere
    ? [workloadsHere]
    : door.prefer === 'server'
      ? [workloadsThere, workloadsHere]
      : [workloadsHere, workloadsThere];

  return {
    ...workflowActions(connection, place),
    emergency: emergencyActions(place, state, {
      applications: () => (door.server && door.current() === 'server' ? applicationsThere : applicationsHere),
      workloads: workloadsThroughDoors(workloads),
    }),
    parentApplication: place.parentApplication,

    refresh: (...asked) => applications().refresh(...asked),
    sync: (...asked) => applications().sync(...asked),
    terminate: (...asked) => applications().terminate(...asked),
    readApplications: (...asked) => applications().readApplications(...asked),
    readAllApplications: (signal) => applications().readAllApplications(signal),

    isBehind,
    refreshSeenAt: state.refreshSeenAt,

    refreshPending: (application) =>
      isBehind(application) || (state.argoApplication(application)?.refreshPending ?? false),

    syncedBy: (application) => state.argoApplication(application)?.syncedBy ?? null,

    async readWorkflows({ app, template }, signal) {
      // Not by the labels of app and template: the one is set by the controller later on, the other by a submission
      // from the template alone (argo-workflows issue 12670), and a promotion that is overlooked counts as none.
      const running = 'workflows.argoproj.io/completed!=true';
      const labelSelector = labels?.workflows === undefined ? running : `${labels.workflows},${running}`;
      const listed = await listObjects(connection, { ...workflows, labelSelector }, { signal });
      if (!listed.ok) return fail(listed.failure);
      return ok(
        listed.value
          .flatMap((object) => readWorkflow(object, place.environment) ?? [])
          .filter(
            ({ template: of, labels: said }) =>
              of === template && (app === undefined || said.repoName === app),
          ),
      );
    },
  };
}
