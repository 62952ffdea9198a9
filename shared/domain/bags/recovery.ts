import type { Operation } from '../operation/operation';
import { type BagState, isStuck } from './machine';
import type { StageView } from './view';

/** What puts a deployment of a bag right that failed, in the order in which it is offered. */
export type Recovery = 'retry-failed' | 'retry-all' | 'force-unlock' | 'deploy-again' | 'roll-back';

const ways: Partial<Record<BagState, readonly Recovery[]>> = {
  // Nothing is deployed again: flaky tests are the commonest reason.
  'test-failed': ['retry-failed', 'retry-all', 'force-unlock', 'roll-back'],
  // The deploy may hold locks of its own: it is begun again only once somebody took the lock away knowingly.
  'deploy-failed': ['force-unlock', 'roll-back'],
  'deploy-unknown': ['force-unlock', 'roll-back'],
  unknown: ['force-unlock'],
  abandoned: ['deploy-again', 'roll-back'],
};

/** The ways out for what runs in an environment; none where nothing has failed. */
export const recoveryOf = ({ running }: Pick<StageView, 'running'>): readonly Recovery[] =>
  running ? (ways[running.state] ?? []) : [];

/**
 * Whether what runs in an environment is still what an operation left there when it failed: its own deployment, or one
 * whose lock it holds (a retry). What somebody deployed since is not to be put right by its buttons.
 */
export function isLeftBy({ id, intent, state }: Operation, { running, lock }: StageView): boolean {
  if (state === 'running' || state === 'succeeded' || !running) return false;
  if (!('bag' in intent) || intent.bag !== running.bag) return false;
  if (running.operation === id) return true;
  return isStuck(running.state) && lock?.operation === id;
}
