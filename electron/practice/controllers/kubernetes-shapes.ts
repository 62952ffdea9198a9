/**
 * The Kubernetes objects that the practice controllers read and write: the fields they use, no more.
 * Field names and meanings are those of the APIs themselves (apps/v1, v1, batch/v1, argoproj.io/v1alpha1).
 * All times are RFC 3339 strings.
 */
import type { SyncWindow } from '../../../shared/domain/rollout/sync-window';
import type { KubeObject, NewObject, ObjectMeta } from '../cluster/stored-objects';

/** An object as a chart renders it: named, and not yet stored. */
export type Manifest<T extends KubeObject> = NewObject<T> & {
  metadata: Partial<ObjectMeta> & { name: string };
};

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastUpdateTime?: string;
  lastTransitionTime?: string;
}

// Workloads

export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value: string }[];
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  restartPolicy?: string;
  nodeName?: string;
}

export interface PodTemplate {
  metadata: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: PodSpec;
}

export interface Deployment extends KubeObject {
  kind: 'Deployment';
  spec: {
    replicas?: number;
    paused?: boolean;
    minReadySeconds?: number;
    progressDeadlineSeconds?: number;
    revisionHistoryLimit?: number;
    selector: { matchLabels: Record<string, string> };
    strategy?: {
      type?: string;
      rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string };
    };
    template: PodTemplate;
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    unavailableReplicas?: number;
    conditions?: Condition[];
  };
}

export interface ReplicaSet extends KubeObject {
  kind: 'ReplicaSet';
  spec: {
    replicas: number;
    selector: { matchLabels: Record<string, string> };
    template: PodTemplate;
  };
  status?: {
    observedGeneration?: number;
    replicas: number;
    fullyLabeledReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
  };
}

export interface Terminated {
  exitCode: number;
  reason: string;
  message?: string;
  startedAt: string;
  finishedAt: string;
}

export interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: Terminated;
}

export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  ready: boolean;
  started?: boolean;
  restartCount: number;
  state: ContainerState;
  lastState?: ContainerState;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface Pod extends KubeObject {
  kind: 'Pod';
  spec: PodSpec;
  status?: {
    phase: PodPhase;
    reason?: string;
    message?: string;
    startTime?: string;
    podIP?: string;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

export interface Job extends KubeObject {
  kind: 'Job';
  spec: { backoffLimit?: number; template: PodTemplate };
  status?: {
    startTime?: string;
    completionTime?: string;
    active?: number;
    succeeded?: number;
    failed?: number;
    conditions?: Condition[];
  };
}

export interface KubeEvent extends KubeObject {
  kind: 'Event';
  involvedObject: { apiVersion: string; kind: string; namespace: string; name: string; uid?: string };
  reason: string;
  message: string;
  type: 'Normal' | 'Warning';
  count: number;
  firstTimestamp: string;
  lastTimestamp: string;
  source: { component: string };
}

// Argo CD

export type SyncStatus = 'Synced' | 'OutOfSync' | 'Unknown';
export type HealthStatus = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown';
export type OperationPhase = 'Running' | 'Terminating' | 'Succeeded' | 'Failed' | 'Error';

export interface ApplicationSource {
  repoURL: string;
  path: string;
  targetRevision: string;
  helm?: { values?: string };
}

export interface RetryStrategy {
  limit?: number;
  backoff?: { duration?: string; factor?: number; maxDuration?: string };
}

export interface SyncRequest {
  /** Automatic syncs carry theirs since Argo CD 3.2: a retry is of the version that it began with. */
  source?: ApplicationSource;
  revision?: string;
  prune?: boolean;
  dryRun?: boolean;
  resources?: { group?: string; kind: string; name: string; namespace?: string }[];
  syncOptions?: string[];
  syncStrategy?: { apply?: { force?: boolean }; hook?: { force?: boolean } };
}

export interface Operation {
  sync?: SyncRequest;
  initiatedBy?: { username?: string; automated?: boolean };
  info?: { name: string; value: string }[];
  retry?: RetryStrategy;
}

export interface ResourceResult {
  group: string;
  version: string;
  kind: string;
  namespace: string;
  name: string;
  status?: 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped';
  message?: string;
  hookType?: string;
  hookPhase?: OperationPhase;
  syncPhase?: 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail';
}

export interface OperationState {
  operation: Operation;
  phase: OperationPhase;
  message?: string;
  startedAt: string;
  finishedAt?: string;
  retryCount?: number;
  syncResult?: { revision: string; source: ApplicationSource; resources?: ResourceResult[] };
}

export interface ApplicationResource {
  group?: string;
  version: string;
  kind: string;
  namespace?: string;
  name: string;
  /** Left out of hooks. */
  status?: SyncStatus;
  hook?: boolean;
  requiresPruning?: boolean;
}

export interface ApplicationStatus {
  reconciledAt?: string;
  sourceType?: string;
  controllerNamespace?: string;
  sync: {
    status: SyncStatus;
    revision?: string;
    comparedTo?: { source: ApplicationSource; destination: Application['spec']['destination'] };
  };
  health: { status: HealthStatus; lastTransitionTime?: string };
  operationState?: OperationState;
  history?: {
    id: number;
    revision: string;
    deployStartedAt: string;
    deployedAt: string;
    source: ApplicationSource;
    initiatedBy: { username?: string; automated?: boolean };
  }[];
  summary?: { images?: string[] };
  conditions?: { type: string; message: string; lastTransitionTime?: string }[];
  resources?: ApplicationResource[];
}

export interface Application extends KubeObject {
  kind: 'Application';
  spec: {
    project: string;
    source: ApplicationSource;
    destination: { server: string; namespace: string };
    syncPolicy?: {
      automated?: { prune?: boolean; selfHeal?: boolean; enabled?: boolean };
      syncOptions?: string[];
      retry?: RetryStrategy;
    };
  };
  /** The operation asked for; the controller takes it away when the operation has ended. */
  operation?: Operation;
  status?: ApplicationStatus;
}

export interface AppProject extends KubeObject {
  kind: 'AppProject';
  spec: { description?: string; syncWindows?: SyncWindow[] } & Record<string, unknown>;
}

// Argo Workflows

export interface Parameter {
  name: string;
  value?: string;
  default?: string;
}

export interface WorkflowStep {
  name: string;
  template?: string;
  templateRef?: { name: string; template: string };
  arguments?: { parameters?: Parameter[] };
  when?: string;
  /** DAG tasks only: `a.Succeeded && b.Failed`, or plain task names. */
  depends?: string;
}

export interface WorkflowRetryStrategy {
  limit?: string | number;
  retryPolicy?: string;
  backoff?: { duration?: string; factor?: string | number; maxDuration?: string };
}

export interface Template {
  name: string;
  inputs?: { parameters?: Parameter[] };
  steps?: WorkflowStep[][];
  dag?: { tasks: WorkflowStep[] };
  container?: { name?: string; image: string; command?: string[]; args?: string[] };
  script?: { name?: string; image: string; command?: string[]; source: string };
  suspend?: { duration?: string };
  retryStrategy?: WorkflowRetryStrategy;
}

export interface WorkflowSpec {
  entrypoint?: string;
  onExit?: string;
  arguments?: { parameters?: Parameter[] };
  templates?: Template[];
  workflowTemplateRef?: { name: string };
  workflowMetadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  suspend?: boolean;
  shutdown?: '' | 'Stop' | 'Terminate';
  ttlStrategy?: { secondsAfterCompletion?: number };
  activeDeadlineSeconds?: number;
  /** Logs of steps are stored as artifacts `main-logs`, which outlive the pods. */
  archiveLogs?: boolean;
}

export interface WorkflowTemplate extends KubeObject {
  kind: 'WorkflowTemplate';
  spec: WorkflowSpec;
}

export type NodePhase = 'Pending' | 'Running' | 'Succeeded' | 'Skipped' | 'Failed' | 'Error' | 'Omitted';
export type NodeType = 'Pod' | 'Steps' | 'StepGroup' | 'DAG' | 'Retry' | 'Skipped' | 'Suspend';

export interface WorkflowNode {
  id: string;
  name: string;
  displayName: string;
  type: NodeType;
  phase: NodePhase;
  templateName?: string;
  templateRef?: { name: string; template: string };
  templateScope?: string;
  boundaryID?: string;
  message?: string;
  startedAt: string;
  finishedAt?: string;
  progress?: string;
  inputs?: { parameters?: Parameter[] };
  outputs?: { exitCode?: string; result?: string; artifacts?: { name: string; s3?: { key: string } }[] };
  children?: string[];
  outboundNodes?: string[];
}

export interface Workflow extends KubeObject {
  kind: 'Workflow';
  spec: WorkflowSpec;
  status?: {
    phase?: '' | 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Error';
    message?: string;
    startedAt?: string;
    finishedAt?: string | null;
    progress?: string;
    nodes?: Record<string, WorkflowNode>;
    /** In place of `nodes`: base64 of gzip of their JSON. */
    compressedNodes?: string;
    /** In place of both: nodes of this version lie in the database. */
    offloadNodeStatusVersion?: string;
    storedWorkflowTemplateSpec?: WorkflowSpec;
    conditions?: { type: string; status: string; message?: string }[];
  };
}
