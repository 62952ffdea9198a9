import { z } from 'zod';

/**
 * The state machine of one bag deployment in one environment (docs/bags.md). `queued` to `locked` are known to
 * the console alone; from `deploying` on the state stands in the ledger.
 */
export const bagStates = [
  'queued',
  'locked',
  'deploying',
  'deployed',
  'testing',
  'test-failed',
  'deploy-failed',
  'deploy-unknown',
  'passed',
  'done',
  'cancelled',
  'abandoned',
  /** A newer Signalbox wrote a state that is not known here. Nothing is taken for granted of it but that it goes on. */
  'unknown',
] as const;
export const bagStateSchema = z.enum(bagStates);
export type BagState = (typeof bagStates)[number];

export type BagEvent =
  | 'lock-taken'
  /** The choice was made again under the lock, and the deploy is about to begin. */
  | 'bag-fixed'
  /** The choice under the lock was blocked, nothing to do, or another one than was confirmed. */
  | 'not-chosen'
  | 'deploy-done'
  | 'deploy-failed'
  | 'outcome-lost'
  | 'tests-begin'
  | 'tests-passed'
  /** A suite failed, or a person aborted the tests. */
  | 'tests-failed'
  | 'retry-tests'
  | 'force-unlocked'
  /** The pass is recorded and the lock released, in one commit. */
  | 'pass-recorded'
  | 'cancelled';

const moves: Readonly<Record<BagState, Partial<Record<BagEvent, BagState>>>> = {
  queued: { 'lock-taken': 'locked', cancelled: 'cancelled' },
  locked: { 'bag-fixed': 'deploying', 'not-chosen': 'cancelled', cancelled: 'cancelled' },
  deploying: {
    'deploy-done': 'deployed',
    'deploy-failed': 'deploy-failed',
    'outcome-lost': 'deploy-unknown',
  },
  deployed: { 'tests-begin': 'testing' },
  testing: { 'tests-passed': 'passed', 'tests-failed': 'test-failed' },
  'test-failed': { 'retry-tests': 'testing', 'force-unlocked': 'abandoned' },
  'deploy-failed': { 'force-unlocked': 'abandoned' },
  'deploy-unknown': { 'force-unlocked': 'abandoned' },
  passed: { 'pass-recorded': 'done' },
  done: {},
  cancelled: {},
  abandoned: {},
  unknown: { 'force-unlocked': 'abandoned' },
};

/** The state after an event; `null` where the event cannot happen in that state. */
export const nextState = (state: BagState, event: BagEvent): BagState | null => moves[state][event] ?? null;

/** The one state that an event leads to, wherever it happens. */
export const stateAfter = (event: BagEvent): BagState | null =>
  bagStates.flatMap((state) => nextState(state, event) ?? [])[0] ?? null;

const holding: ReadonlySet<BagState> = new Set<BagState>([
  'locked',
  'deploying',
  'deployed',
  'testing',
  'test-failed',
  'deploy-failed',
  'deploy-unknown',
  'passed',
  'unknown',
]);

/** Whether a deployment in this state holds its environment's lock. */
export const holdsLock = (state: BagState): boolean => holding.has(state);

/** Whether a person may end it in this state. A running deploy never: it may hold locks of its own elsewhere. */
export const mayInterrupt = (state: BagState): boolean =>
  state === 'queued' || state === 'locked' || state === 'deployed' || state === 'testing';

/** Whether a deployment waits for a person, with the lock kept. */
export const isStuck = (state: BagState): boolean => nextState(state, 'force-unlocked') !== null;
