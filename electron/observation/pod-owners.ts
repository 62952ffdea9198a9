import type { WorkloadRef } from '../../shared/domain/emergency/live-image';
import type { ApplicationResource } from '../../shared/domain/rollout/application-detail';
import type { Workflow, WorkflowNode } from '../../shared/domain/workflows/workflow';
import type { ArgoApplication } from '../systems/argo/application';
import type { Table } from './table';
import type { AppPod } from './trim';
import type { AppJob } from './trim-job';

/** Whose a pod or a workload is, as Argo's servers have to be asked for it. */
export interface PodOwners {
  /** Names of the Applications that it may be part of, the likeliest first; also of a pod that was never seen. */
  applicationsOf(namespace: string, pod: string): readonly string[];
  /** The same for what pods are made of; which is called as it likes, whatever its Application is called. */
  applicationsWith(workload: WorkloadRef): readonly string[];
  /** The step of a workflow that it runs or ran; `null`: of none that is known. */
  stepOf(namespace: string, pod: string): { workflow: Workflow; node: WorkflowNode } | null;
}

/** Kinds of `apps` and `batch` whose pods are called after them. */
const podMakers: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']);

/** Of so many Applications a pod is looked for at most: each costs a request. */
const mostApplications = 8;

/** @param state what is known of the cluster, by now. */
export function podOwners(state: {
  pods: Pick<Table<AppPod>, 'get'>;
  jobs: Pick<Table<AppJob>, 'all'>;
  workflows: Pick<Table<Workflow>, 'get' | 'all'>;
  /** By name. */
  applications: ReadonlyMap<string, ArgoApplication>;
}): PodOwners {
  const { pods, jobs, workflows, applications } = state;

  /** Names of the Applications that say of themselves that they have this (`status.resources`). */
  const claiming = (isIt: (resource: ApplicationResource) => boolean): string[] =>
    [...applications.values()].filter(({ detail }) => detail.resources.some(isIt)).map(({ name }) => name);

  const nodeOf = (workflow: Workflow, found: AppPod | null, pod: string): WorkflowNode | undefined =>
    workflow.nodes.find(({ id, ownPod }) => ownPod === pod || (found !== null && found.workflowNode === id));

  const applicationsOf = (namespace: string, pod: string): readonly string[] => {
    const found = pods.get(namespace, pod);
    const job = found && [...jobs.all()].find(({ uid }) => uid === found.owner);
    const ofApp = [...applications.values()].filter(
      ({ name, repoName }) => found !== null && (name === found.app || repoName === found.app),
    );
    // Pods are called after what makes them, and that after the Application.
    const byName = [...applications.keys()]
      .filter((name) => pod.startsWith(`${name}-`))
      .sort((a, b) => b.length - a.length);
    // A pod is called after its workload, by any of the controllers that make pods.
    const byWorkload = claiming(
      ({ kind, namespace: at, name }) =>
        podMakers.has(kind) && (at ?? namespace) === namespace && pod.startsWith(`${name}-`),
    );
    const names = [
      ...(job ? [job.application] : []),
      ...ofApp.map(({ name }) => name).sort((a, b) => b.length - a.length),
      ...byWorkload,
      ...byName,
    ].filter((name) => applications.has(name));
    // Whatever its labels say, one whose name the pod's begins with is the likeliest.
    const likely = names.sort((a, b) => Number(pod.startsWith(`${b}-`)) - Number(pod.startsWith(`${a}-`)));
    return [...new Set(likely)].slice(0, mostApplications);
  };

  return {
    applicationsOf,
    applicationsWith({ kind, namespace, name }) {
      const saying = claiming(
        (one) =>
          one.group === 'apps' &&
          one.kind === kind &&
          one.name === name &&
          (one.namespace ?? namespace) === namespace,
      );
      return [...new Set([...saying, ...applicationsOf(namespace, `${name}-`)])].slice(0, mostApplications);
    },
    stepOf(namespace, pod) {
      const found = pods.get(namespace, pod);
      const own = found?.workflow ? workflows.get(namespace, found.workflow) : null;
      for (const workflow of own ? [own] : workflows.all()) {
        if (workflow.namespace !== namespace) continue;
        const node = nodeOf(workflow, found, pod);
        if (node) return { workflow, node };
      }
      return null;
    },
  };
}
