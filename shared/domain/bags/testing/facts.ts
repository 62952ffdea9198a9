import type { BagChain } from '../next';
import type { PipelineRecords } from '../pipeline-records';
import type { BagDeployment, Holder } from '../records';

/** The chain that is walked. */
export const chain: BagChain = { environments: ['preview', 'staging', 'production'], services: ['api'] };
export const images = { missingImages: () => [] };

/** A rule that was broken. */
class Broken extends Error {}
export const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Broken(what);
};

export const held = (
  records: PipelineRecords,
  environment: string,
): { token: number; holder: Holder | null } => {
  const { lock } = records.environment(environment);
  return lock?.ok ? { token: lock.value.token, holder: lock.value.held } : { token: 0, holder: null };
};
export const passed = (records: PipelineRecords, environment: string): number[] =>
  records.environment(environment).passes.map(({ bag }) => bag);
export const started = (records: PipelineRecords, environment: string): BagDeployment[] =>
  records.environment(environment).deployments.flatMap(({ found }) => (found.ok ? [found.value] : []));

/** A deploy or a run of tests outside. */
export interface Job {
  operation: string;
  state: 'running' | 'succeeded' | 'failed';
}

/** What the walk knows by itself, whatever the rules under test say. */
export interface Facts {
  /** Runs of tests, by operation. */
  tests: ReadonlyMap<string, Job>;
  /** Who has an environment's lock by hand, until they give it back or it is taken away by force. */
  byHand: ReadonlyMap<string, string>;
  /** Up to which bag only a person decides in an environment, since a policy changed. */
  decided: ReadonlyMap<string, number>;
}
