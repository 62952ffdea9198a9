import type { Job, Step } from './operation';

const states: Readonly<Record<Job['state'], Step['state']>> = {
  waiting: 'waiting',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  aborted: 'cancelled',
  unknown: 'unknown',
};

/** How a job stands, in the words of steps. An app that a stopped batch did not begin with was left out, not broken off. */
export const jobStep = ({ kind, state }: Pick<Job, 'kind' | 'state'>): Step['state'] =>
  kind === 'operation' && state === 'aborted' ? 'skipped' : states[state];
