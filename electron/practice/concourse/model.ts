/** What a practice Concourse holds: pipelines as configured, and rows as in Concourse's tables, ids and all. */

export type VersionValue = Readonly<Record<string, string>>;
export type BuildStatus = 'pending' | 'started' | 'succeeded' | 'failed' | 'errored' | 'aborted';

/** What a build has in its hands while a step runs. */
export interface StepContext {
  team: string;
  build: Build;
  /** The version of an input, by its name. */
  input(name: string): VersionValue | undefined;
}

/** A step of a job's plan, after its `get`s. `seconds` on the practice clock. */
export type StepConfig =
  | {
      kind: 'task';
      name: string;
      seconds: number;
      /** What it prints: a chunk as the task begins, and one as it ends. */
      prints(context: StepContext): { first: string; last: string };
      /** Asked when it ends. */
      exitStatus(context: StepContext): number;
    }
  /** A version is published into a store, which resources check. */
  | { kind: 'put'; resource: string; makes(context: StepContext): VersionValue }
  | { kind: 'lock'; resource: string; does: 'acquire' | 'release' };

export interface InputConfig {
  resource: string;
  passed: readonly string[];
  trigger: boolean;
}

export interface JobConfig {
  name: string;
  group: string;
  inputs: readonly InputConfig[];
  steps: readonly StepConfig[];
  serial: boolean;
  noManualTrigger: boolean;
}

export interface ResourceConfig {
  name: string;
  icon: string;
  /** What its checks list, and its puts publish into. */
  store: string;
  /** It holds a credential, as real ones do: nobody may keep it. */
  source: Readonly<Record<string, unknown>>;
}

export interface PipelineConfig {
  team: string;
  name: string;
  resources: readonly ResourceConfig[];
  jobs: readonly JobConfig[];
}

export interface Version {
  id: number;
  resource: Resource;
  value: VersionValue;
  metadata: readonly { name: string; value: string }[];
  /** Builds that put it, and builds that took it. */
  putBy: Build[];
  takenBy: Build[];
}

export interface Resource {
  id: number;
  config: ResourceConfig;
  pipeline: Pipeline;
  /** Newest first: in the order of publishing, not by any number in them. */
  versions: Version[];
  disabled: Set<number>;
  pin: { version: VersionValue | null; comment: string } | null;
  lastChecked: number | null;
  check: CheckBuild | null;
}

export interface CheckBuild {
  id: number;
  status: BuildStatus;
  startedAt: number;
  endedAt: number;
}

export interface TakenInput {
  name: string;
  version: Version;
  isFirst: boolean;
}

export interface Build {
  id: number;
  name: string;
  job: Job;
  status: BuildStatus;
  isManual: boolean;
  /** `aborted` column: it ends as soon as somebody looks. */
  isAborted: boolean;
  isScheduled: boolean;
  createdBy: string | null;
  comment: string;
  rerunOf: Build | null;
  rerunNumber: number;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  reapedAt: number | null;
  inputs: TakenInput[];
  outputs: { name: string; version: Version }[];
  plan: unknown;
  events: StoredEvent[];
}

/** An event as the stream tells it; `id` is its place. */
export interface StoredEvent {
  event: string;
  version: string;
  data: unknown;
}

export interface Job {
  id: number;
  config: JobConfig;
  pipeline: Pipeline;
  /** In the order in which they were made. */
  builds: Build[];
  paused: { by: string; at: number } | null;
  hasNewInputs: boolean;
  /** What the scheduler's last look found for each input; a version that is missing has a reason. */
  nextInputs: Map<string, Version | string>;
  isScheduleRequested: boolean;
}

export interface Pipeline {
  id: number;
  config: PipelineConfig;
  jobs: Job[];
  resources: Resource[];
  paused: { by: string; at: number } | null;
  updatedAt: number;
}

export const sameVersion = (a: VersionValue, b: VersionValue): boolean => {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
};

export const jobOf = (pipeline: Pipeline, name: string): Job | undefined =>
  pipeline.jobs.find((one) => one.config.name === name);
export const resourceOf = (pipeline: Pipeline, name: string): Resource | undefined =>
  pipeline.resources.find((one) => one.config.name === name);
