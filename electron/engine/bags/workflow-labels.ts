import type { Workflow } from '../../../shared/domain/workflows/workflow';
import type { Cluster } from '../../observation/types';

/** Labels of the workflows that a bag's deployment, or a periodic suite, submits. */
export const labels = {
  pipeline: 'signalbox.dev/pipeline',
  /** Operation of the bag's deployment that they belong to, also where a later operation retries its tests. */
  deployment: 'signalbox.dev/deployment',
  job: 'signalbox.dev/job',
  bag: 'signalbox.dev/bag',
  suite: 'signalbox.dev/suite',
} as const;

/** What of a cluster's workflows this pipeline submitted, newest first. They belong to no app. */
export const ownWorkflows = (cluster: Cluster, pipeline: string): readonly Workflow[] =>
  cluster.view.workflows({ app: '' }).filter((one) => one.labels[labels.pipeline] === pipeline);

/** Those of one deployment. */
export const workflowsOf = (cluster: Cluster, pipeline: string, deployment: string): readonly Workflow[] =>
  ownWorkflows(cluster, pipeline).filter((one) => one.labels[labels.deployment] === deployment);
