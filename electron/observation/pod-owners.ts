import type { Workflow, WorkflowNode } from '../../shared/domain/workflows/workflow';
import type { ArgoApplication } from '../systems/argo/application';
import type { Table } from './table';
import type { AppPod } from './trim';
import type { AppJob } from './trim-job';

/** Whose a pod is, as Argo's servers have to be asked for its log. */
export interface PodOwners {
  /** Names of the Applications that it may be part of, the likeliest first; also of a pod that was never seen. */
  applicationsOf(namespace: string, pod: string): readonly string[];
  /** The step of a workflow that it runs or ran; `null`: of none that is known. */
  stepOf(namespace: string, pod: string): { workflow: Workflow; node: WorkflowNode } | null;
}

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

  const nodeOf = (workflow: Workflow, found: AppPod | null, pod: string): WorkflowNode | undefined =>
    workflow.nodes.find(({ id, ownPod }) => ownPod === pod || (found !== null && found.workflowNode === id));

  return {
    applicationsOf(namespace, pod) {
      const found = pods.get(namespace, pod);
      const job = found && [...jobs.all()].find(({ uid }) => uid === found.owner);
      const ofApp = [...applications.values()].filter(
        ({ name, repoName }) => found !== null && (name === found.app || repoName === found.app),
      );
      // Pods are called after what makes them, and that after the Application.
      const byName = [...applications.keys()]
        .filter((name) => pod.startsWith(`${name}-`))
        .sort((a, b) => b.length - a.length);
      const names = [
        ...(job ? [job.application] : []),
        ...ofApp.map(({ name }) => name).sort((a, b) => b.length - a.length),
        ...byName,
      ].filter((name) => applications.has(name));
      // Whatever its labels say, one whose name the pod's begins with is the likeliest.
      const likely = names.sort((a, b) => Number(pod.startsWith(`${b}-`)) - Number(pod.startsWith(`${a}-`)));
      return [...new Set(likely)].slice(0, mostApplications);
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
