import type { Failure } from '../failure/failure';
import type { Finding } from '../preflight/finding';
import { declarationOf } from './intent';
import type { Operation, Step } from './operation';
import type { OperationEvent } from './operation-events';
import { type StepName, steps } from './steps';

/** At most this many lines of what a step saw are kept; the oldest go first (see `stepSchema.saw`). */
export const maxSaw = 50;

/** One side effect as the journal knows it. `pending`: intended, result not known. */
export interface EffectRecord {
  step: StepName;
  effect: string;
  outcome: 'pending' | 'done' | 'not-done' | 'unknown';
  text: string;
  data: Readonly<Record<string, unknown>>;
}

/** All that the events of one operation add up to: what is shown, and what the runner needs to go on. */
export interface OperationRecord {
  readonly operation: Operation;
  /** The findings that the person saw when deciding. */
  readonly seen: readonly Finding[];
  readonly effects: ReadonlyMap<string, EffectRecord>;
  readonly cancelRequested: boolean;
  /** Of the first step that failed. */
  readonly failure: Failure | null;
  /** Time of the newest event: later events never lie before it. */
  readonly lastAt: string;
}

const resumedText = 'Signalbox restarted and continues from here.';

const later = (a: string, b: string): string => (Date.parse(b) > Date.parse(a) ? b : a);

function begin(event: Extract<OperationEvent, { type: 'requested' }>): OperationRecord {
  return {
    operation: {
      id: event.id,
      intent: event.intent,
      actor: event.actor,
      requestedAt: event.at,
      finishedAt: null,
      state: 'running',
      steps: declarationOf(event.intent).steps.map(({ name }) => ({
        name,
        state: 'waiting',
        startedAt: null,
        finishedAt: null,
        waitingFor: null,
        saw: [],
      })),
      findings: [],
      commit: null,
      requestToCommitMs: null,
      workflows: [],
      jobs: [],
      failure: null,
      supersededBy: null,
      cancel: { allowed: true },
    },
    seen: event.seen,
    effects: new Map(),
    cancelRequested: false,
    failure: null,
    lastAt: event.at,
  };
}

const saw = (step: Step, at: string, text: string | undefined): Step =>
  text === undefined || step.saw.at(-1)?.text === text
    ? step
    : { ...step, saw: [...step.saw, { at, text }].slice(-maxSaw) };

/** Replaces one step when it is in one of the states; otherwise the record stays the same object. */
function withStep(
  record: OperationRecord,
  name: StepName,
  from: readonly Step['state'][],
  change: (step: Step) => Step,
): OperationRecord {
  const { steps } = record.operation;
  const index = steps.findIndex((step) => step.name === name);
  const step = steps[index];
  if (!step || !from.includes(step.state)) return record;
  const next = [...steps];
  next[index] = change(step);
  return { ...record, operation: { ...record.operation, steps: next } };
}

const ended = (state: Step['state'], at: string, text: string | undefined) => (step: Step) => ({
  ...saw(step, at, text),
  state,
  startedAt: step.startedAt ?? at,
  finishedAt: at,
  waitingFor: null,
});

const open: readonly Step['state'][] = ['waiting', 'running'];

function finish(
  record: OperationRecord,
  event: Extract<OperationEvent, { type: 'finished' }>,
  at: string,
): OperationRecord {
  const because = {
    cancelled: 'cancelled',
    superseded: 'skipped',
    unknown: 'unknown',
    failed: 'skipped',
    succeeded: 'skipped',
  } as const;
  return {
    ...record,
    operation: {
      ...record.operation,
      state: event.state,
      failure: event.failure,
      finishedAt: at,
      steps: record.operation.steps.map((step) =>
        open.includes(step.state)
          ? {
              ...step,
              // A step that ran when the operation failed is what failed; one that never began was not done.
              state: step.state === 'running' && event.state === 'failed' ? 'failed' : because[event.state],
              finishedAt: step.startedAt === null ? null : at,
              waitingFor: null,
            }
          : step,
      ),
    },
  };
}

/**
 * Whether what was begun is carried out by others, who can still be asked to stop: a run of GitHub Actions that has not
 * made its commit. Its data say so (`cancellable`).
 */
const isCancellable = ({ outcome, data }: EffectRecord): boolean =>
  outcome === 'pending' && data.cancellable === true;

/** The side effect from which on the operation can't simply be dropped; `null`: it was not begun. */
function begun({ operation, effects }: OperationRecord): EffectRecord | null {
  const { pointOfNoReturn: point } = declarationOf(operation.intent);
  const reached = point && effects.get(point.effect);
  return reached && reached.outcome !== 'not-done' ? reached : null;
}

/**
 * The request of a hold that comes apart from its version and waits for its review: it can be withdrawn whatever became of
 * the version.
 */
const isHoldWaiting = ({ effects }: OperationRecord): boolean => {
  const hold = effects.get('hold-request');
  return hold !== undefined && isCancellable(hold);
};

/** Whether a cancellation is for the step that runs to carry out, since others are at work on the operation's behalf. */
export const cancelsByItself = (record: OperationRecord): boolean => {
  const reached = begun(record);
  return reached !== null && (isCancellable(reached) || isHoldWaiting(record));
};

/** Whether a cancellation that was asked for ends the operation as it is: nothing was begun outside. */
export const isDropped = (record: OperationRecord): boolean =>
  record.cancelRequested && begun(record) === null;

/** Why the operation cannot be cancelled any more, by what its kind declares; `null` while it can. */
function bound(record: OperationRecord): string | null {
  const { operation, cancelRequested } = record;
  if (operation.state !== 'running') return 'It has already ended.';
  for (const { name, state } of operation.steps) {
    const { neverInterrupted } = steps[name];
    if (state === 'running' && neverInterrupted) return neverInterrupted;
  }
  const { pointOfNoReturn: point } = declarationOf(operation.intent);
  const reached = begun(record);
  if (!point || !reached) return null;
  if (isCancellable(reached)) return cancelRequested ? 'It is being cancelled.' : null;
  if (isHoldWaiting(record)) return cancelRequested ? 'The hold request is being withdrawn.' : null;
  if (reached.outcome !== 'done') return point.onTheWay;
  return operation.commit === null ? point.nothingWritten : point.done;
}

function withCancel(record: OperationRecord): OperationRecord {
  const because = bound(record);
  const reached = begun(record);
  const isHoldAlone = reached !== null && !isCancellable(reached) && isHoldWaiting(record);
  const cancel: Operation['cancel'] =
    because === null
      ? { allowed: true, ...(isHoldAlone ? { only: 'hold-request' } : {}) }
      : { allowed: false, because };
  const before = record.operation.cancel;
  const isSame = before.allowed
    ? cancel.allowed && before.only === cancel.only
    : !cancel.allowed && before.because === cancel.because;
  if (isSame) return record;
  return { ...record, operation: { ...record.operation, cancel } };
}

/** Whether a side effect is the one whose commit is the operation's own. */
const isOwnCommit = ({ operation }: OperationRecord, effect: string): boolean =>
  declarationOf(operation.intent).commit === effect;

function apply(record: OperationRecord, event: OperationEvent, at: string): OperationRecord {
  switch (event.type) {
    case 'requested':
      return record;
    case 'resumed': {
      const running = record.operation.steps.filter((one) => one.state === 'running');
      return running.reduce(
        (next, one) => withStep(next, one.name, ['running'], (step) => saw(step, at, resumedText)),
        record,
      );
    }
    case 'step-started':
      return withStep(record, event.step, ['waiting'], (step) => ({
        ...step,
        state: 'running',
        startedAt: at,
      }));
    case 'progress': {
      const seen = withStep(record, event.step, ['running'], (step) => ({
        ...saw(step, at, event.saw),
        waitingFor: event.waitingFor === undefined ? step.waitingFor : event.waitingFor,
      }));
      if (seen === record) return record;
      const { operation } = seen;
      const known = operation.workflows.some(
        (one) =>
          one.name === event.workflow?.name &&
          one.namespace === event.workflow.namespace &&
          one.environment === event.workflow.environment,
      );
      return {
        ...seen,
        operation: {
          ...operation,
          findings: event.findings ?? operation.findings,
          workflows:
            event.workflow && !known ? [...operation.workflows, event.workflow] : operation.workflows,
        },
      };
    }
    case 'side-effect-intended': {
      // A commit that is there is never intended again: the reducer refuses it whatever the runner asks.
      if (isOwnCommit(record, event.effect) && record.effects.get(event.effect)?.outcome === 'done')
        return record;
      const effects = new Map(record.effects);
      effects.set(event.effect, {
        step: event.step,
        effect: event.effect,
        outcome: 'pending',
        text: event.text,
        data: event.data ?? {},
      });
      return { ...record, effects };
    }
    case 'side-effect-result': {
      const intended = record.effects.get(event.effect);
      if (!intended || intended.outcome === 'done') return record;
      const effects = new Map(record.effects);
      effects.set(event.effect, { ...intended, outcome: event.outcome, text: event.text });
      const next = withStep({ ...record, effects }, event.step, ['running'], (step) =>
        saw(step, at, event.text),
      );
      if (!isOwnCommit(record, event.effect) || event.outcome !== 'done' || event.commit === undefined)
        return next;
      return {
        ...next,
        operation: {
          ...next.operation,
          commit: event.commit,
          requestToCommitMs: Math.max(0, Date.parse(at) - Date.parse(next.operation.requestedAt)),
        },
      };
    }
    case 'job': {
      const { operation } = record;
      const known = operation.jobs.some(({ name }) => name === event.job.name);
      const jobs = known
        ? operation.jobs.map((one) => (one.name === event.job.name ? event.job : one))
        : [...operation.jobs, event.job];
      return { ...record, operation: { ...operation, jobs } };
    }
    case 'step-succeeded':
      return withStep(record, event.step, open, ended('succeeded', at, event.text));
    case 'step-failed':
      return withStep(
        { ...record, failure: record.failure ?? event.failure },
        event.step,
        open,
        ended('failed', at, event.failure.message),
      );
    case 'step-skipped': {
      const next = withStep(record, event.step, open, ended('skipped', at, event.because));
      if (next === record || !event.supersededBy || next.operation.supersededBy) return next;
      return { ...next, operation: { ...next.operation, supersededBy: event.supersededBy } };
    }
    case 'step-unknown':
      return withStep(record, event.step, open, ended('unknown', at, event.because));
    case 'cancel-requested':
      return record.operation.cancel.allowed ? { ...record, cancelRequested: true } : record;
    case 'finished':
      return finish(record, event, at);
  }
}

/**
 * The pure heart of every operation: what is known after one more event. Events that make no sense where the
 * operation stands (a step that ended already, a second result, anything after the end) change nothing, so that a
 * replay of any prefix of a journal is a valid state. Times never run backwards, whatever the clock did.
 * @param record `null` before the first event; the first must be `requested`, others are ignored until then.
 */
export function reduceOperation(
  record: OperationRecord | null,
  event: OperationEvent,
): OperationRecord | null {
  if (record === null) return event.type === 'requested' ? begin(event) : null;
  if (record.operation.state !== 'running') return record;
  const at = later(record.lastAt, event.at);
  const next = apply(record, event, at);
  if (next === record) return record;
  return withCancel({ ...next, lastAt: at });
}

/** The state after a whole journal. */
export function replayOperation(events: Iterable<OperationEvent>): OperationRecord | null {
  let record: OperationRecord | null = null;
  for (const event of events) record = reduceOperation(record, event);
  return record;
}

/** Whether what an operation brought is rolled out, or not going to be: only its tests and its hold are waited for. */
export function isRolledOut({ steps }: Operation): boolean {
  const rollout = steps.find(({ name }) => name === 'rollout');
  return rollout !== undefined && !open.includes(rollout.state);
}
