import { type Failure, FailureError } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import type { PlannedStep } from '../../shared/domain/operation/declaration';
import { declarationOf, type Intent, subjectOf } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import type { OperationEvent } from '../../shared/domain/operation/operation-events';
import {
  cancelsByItself,
  isDropped,
  type OperationRecord,
  reduceOperation,
  replayOperation,
} from '../../shared/domain/operation/operation-reducer';
import type { StepName } from '../../shared/domain/operation/steps';
import type { Finding } from '../../shared/domain/preflight/finding';
import { hideSecretsIn } from '../log/known-secrets';
import type { Journal } from './journal';
import type { StepContext, StepEnd } from './operation-context';
import { routineRuns } from './routines';
import { stepContext } from './step-context';
import type { World } from './world';

/** Which event of the journal is worth the wait for the disk: without it something could be done twice or be lost. */
const durable: ReadonlySet<OperationEvent['type']> = new Set([
  'requested',
  'side-effect-intended',
  'side-effect-result',
  'cancel-requested',
  'finished',
]);

/** Runs operations, and carries on with those that an earlier process left open. */
export interface Runner {
  /** Begins an operation; the caller has made sure that the cell is free. Throws a FailureError without a journal. */
  begin(id: string, intent: Intent, seen: readonly Finding[]): void;
  get(id: string): Operation | null;
  /** Newest first. */
  list(): Operation[];
  /** All that the journal has of each, in no order. */
  records(): OperationRecord[];
  /** The newest operation of a cell that still runs, other than the given one. */
  running(app: string, environment: string, except: string | null): Operation | null;
  /** Those that have not ended, the newest last. */
  open(): Operation[];
  /** Asks for a cancellation; a failure says why it is too late. */
  cancel(id: string): Failure | null;
  /** Goes on with every operation that is still open in the journal. */
  resume(): void;
  /** Resolves when none runs any more. */
  idle(): Promise<void>;
  /** Stops running (nothing is written: the next start goes on) and waits until all have let go. */
  close(): Promise<void>;
}

/** Why an operation lets go without an end of its own. */
class Closing extends Error {}
class Cancelled extends Error {}

interface Live {
  record: OperationRecord;
  controller: AbortController;
  /** Aborted by a cancellation that the step carries out itself. */
  cancelled: AbortController;
  /** Settles when the operation no longer runs in this process; `null`: it never did. */
  done: Promise<void> | null;
  /** It was begun by an earlier process. */
  resumed: boolean;
}

/**
 * @param world made by the caller around this runner (it needs {@link Runner.running} itself).
 * @param onChanged called after every event of an operation.
 */
export function createRunner(options: {
  journal: Pick<Journal, 'append' | 'read'>;
  world: () => World;
  now: () => Date;
  onChanged: (operation: Operation) => void;
}): Runner {
  const { journal, now, onChanged } = options;
  const operations = new Map<string, Live>();
  const open = new Set<Live>();
  let closing = false;

  for (const entry of journal.read()) {
    const record = replayOperation(entry.events);
    if (!record) continue;
    const live = liveOf(record, true);
    operations.set(entry.id, live);
    if (record.operation.state === 'running') open.add(live);
    if (entry.damaged && record.operation.state === 'running') {
      append(live, {
        type: 'finished',
        at: now().toISOString(),
        state: 'unknown',
        failure: {
          code: 'bad-data',
          message: 'Part of its journal record can’t be read.',
          meaning: 'Signalbox does not know what it did after that, and does not continue it.',
          next: [{ do: 'advice', label: 'Check the board: it shows the current state.' }],
        },
      });
    }
  }

  function append(live: Live, told: OperationEvent): void {
    // What servers repeat of what they were sent goes no further than here: not into the journal, nor to Slack.
    const event = hideSecretsIn(told);
    const next = reduceOperation(live.record, event);
    if (!next || next === live.record) return;
    journal.append(live.record.operation.id, event, durable.has(event.type));
    live.record = next;
    if (next.operation.state !== 'running') open.delete(live);
    onChanged(next.operation);
  }

  const contextOf = (live: Live, step: StepName): StepContext<Intent> =>
    stepContext({
      step,
      resumed: live.resumed,
      world: options.world(),
      signal: live.controller.signal,
      cancelled: live.cancelled.signal,
      record: () => live.record,
      append: (event) => append(live, event),
      now,
      alive: () => {
        if (closing) throw new Closing('closing');
      },
    });

  const stepState = (live: Live, name: StepName) =>
    live.record.operation.steps.find((one) => one.name === name)?.state;

  /** Runs one step to its end, and writes the end down. What ended in an earlier process is left as it is. */
  async function runStep(live: Live, { name, routine }: PlannedStep): Promise<StepEnd['state']> {
    const before = stepState(live, name);
    const { supersededBy } = live.record.operation;
    if (before === 'skipped' && supersededBy) return 'superseded';
    if (before === 'succeeded' || before === 'failed' || before === 'skipped' || before === 'unknown')
      return before;
    append(live, { type: 'step-started', at: now().toISOString(), step: name });
    let end: StepEnd;
    try {
      live.controller.signal.throwIfAborted();
      end = await routineRuns[routine].run(contextOf(live, name));
    } catch (error) {
      if (live.controller.signal.aborted) throw live.controller.signal.reason;
      end = { state: 'failed', failure: failureOf(error) };
    }
    if (closing) throw new Closing('closing');
    append(live, endEvent(name, end, now().toISOString()));
    if (end.state === 'withdrawn') throw new Cancelled(end.because);
    return end.state;
  }

  /**
   * Runs steps in order. After one that fails, is unknown or was taken over from, the rest is not done.
   * @param before how a step before these ended, where that stops them.
   */
  async function runInOrder(
    live: Live,
    steps: readonly PlannedStep[],
    before: Stopped | null,
  ): Promise<Stopped | null> {
    let stopped = before;
    for (const planned of steps) {
      if (stopped === null) {
        const state = await runStep(live, planned);
        if (state === 'failed' || state === 'unknown' || state === 'superseded') stopped = state;
      } else append(live, notDone(planned.name, stopped, now().toISOString()));
    }
    return stopped;
  }

  async function run(live: Live): Promise<void> {
    const { steps } = declarationOf(live.record.operation.intent);
    const inLane = (name: string | null) => steps.filter(({ lane }) => lane === name);
    const lanes = new Set(steps.flatMap(({ lane }) => lane ?? []));
    try {
      const stopped = await runInOrder(live, inLane(null), null);
      await Promise.all([...lanes].map((lane) => runInOrder(live, inLane(lane), stopped)));
      finish(live);
    } catch (error) {
      if (error instanceof Closing || closing) return;
      if (error instanceof Cancelled) {
        append(live, { type: 'finished', at: now().toISOString(), state: 'cancelled', failure: null });
        return;
      }
      // The journal cannot be written any more: what is known is shown, and the next start finds out the rest.
      abandon(live, failureOf(error));
    }
  }

  function finish(live: Live): void {
    const { steps, supersededBy } = live.record.operation;
    const failed = steps.some((one) => one.state === 'failed');
    const unknown = steps.some((one) => one.state === 'unknown');
    append(live, {
      type: 'finished',
      at: now().toISOString(),
      state: failed ? 'failed' : unknown ? 'unknown' : supersededBy ? 'superseded' : 'succeeded',
      failure: live.record.failure,
    });
  }

  function abandon(live: Live, failure: Failure): void {
    const next = reduceOperation(live.record, {
      type: 'finished',
      at: now().toISOString(),
      state: 'unknown',
      failure,
    });
    if (next) live.record = next;
    open.delete(live);
    onChanged(live.record.operation);
  }

  /** Ends what was asked for long ago and never came to its commit: the world has moved on since somebody decided. */
  function tooOld(live: Live): boolean {
    const { operation, effects } = live.record;
    const at = now();
    const age = at.getTime() - Date.parse(operation.requestedAt);
    const { begunBy, commit, pointOfNoReturn: point } = declarationOf(operation.intent);
    const isBegun = (name: string): boolean =>
      [...effects.values()].some(
        ({ effect, outcome }) =>
          outcome !== 'not-done' && (name.endsWith(':') ? effect.startsWith(name) : effect === name),
      );
    const begun = begunBy.length === 0 || begunBy.some(isBegun);
    if (begun || age <= options.world().limits.resume) return false;
    const what = commit === null ? 'finishing' : 'committing';
    const failure: Failure = {
      code: 'timeout',
      message: `Signalbox closed before ${what}, and restarted too late to continue.`,
      meaning: point && isBegun(point.effect) ? point.done : 'Nothing was changed.',
      next: [{ do: 'retry', label: 'Review again' }],
    };
    append(live, { type: 'finished', at: at.toISOString(), state: 'failed', failure });
    return true;
  }

  function launch(live: Live): void {
    live.done = run(live).catch((error: unknown) => abandon(live, failureOf(error)));
  }

  return {
    begin: (id, intent, seen) => {
      if (closing) throw new FailureError(closed);
      const event: OperationEvent = {
        type: 'requested',
        at: now().toISOString(),
        id,
        intent,
        actor: options.world().identity().name,
        seen: [...seen],
      };
      const record = reduceOperation(null, event);
      if (!record) return;
      journal.append(id, event, true);
      const live = liveOf(record, false);
      operations.set(id, live);
      open.add(live);
      onChanged(record.operation);
      launch(live);
    },
    get: (id) => operations.get(id)?.record.operation ?? null,
    records: () => [...operations.values()].map(({ record }) => record),
    list: () =>
      [...operations.values()]
        .map((live) => live.record.operation)
        .sort((a, b) => b.requestedAt.localeCompare(a.requestedAt) || b.id.localeCompare(a.id)),
    running: (app, environment, except) => {
      let found: Operation | null = null;
      for (const { record } of open) {
        const { operation } = record;
        if (operation.id === except) continue;
        const subject = subjectOf(operation.intent);
        if (subject.about === 'app' && subject.app === app && subject.environment === environment)
          found = operation;
      }
      return found;
    },
    open: () => [...open].map(({ record }) => record.operation),
    cancel: (id) => {
      const live = operations.get(id);
      if (!live) return unknownOperation;
      const { cancel } = live.record.operation;
      if (!cancel.allowed)
        return {
          code: 'refused',
          message: `It can no longer be cancelled. ${cancel.because}`,
          meaning: 'The operation continues.',
          next: [{ do: 'advice', label: 'To undo a deployment, roll back.' }],
        };
      append(live, { type: 'cancel-requested', at: now().toISOString() });
      if (cancelsByItself(live.record)) live.cancelled.abort();
      else live.controller.abort(new Cancelled('cancelled'));
      return null;
    },
    resume: () => {
      for (const live of operations.values()) {
        if (live.record.operation.state !== 'running' || live.done) continue;
        if (isDropped(live.record)) {
          append(live, { type: 'finished', at: now().toISOString(), state: 'cancelled', failure: null });
          continue;
        }
        if (tooOld(live)) continue;
        if (live.record.cancelRequested) live.cancelled.abort();
        append(live, { type: 'resumed', at: now().toISOString() });
        launch(live);
      }
    },
    idle: async () => {
      await Promise.all([...operations.values()].map((live) => live.done));
    },
    close: async () => {
      closing = true;
      for (const live of operations.values()) live.controller.abort(new Closing('closing'));
      await Promise.all([...operations.values()].map((live) => live.done));
    },
  };
}

function liveOf(record: OperationRecord, resumed: boolean): Live {
  return {
    record,
    controller: new AbortController(),
    cancelled: new AbortController(),
    done: null,
    resumed,
  };
}

/** How a step ended so that nothing after it is done. */
type Stopped = 'failed' | 'unknown' | 'superseded';

function endEvent(step: StepName, end: StepEnd, at: string): OperationEvent {
  switch (end.state) {
    case 'succeeded':
      return { type: 'step-succeeded', at, step, ...(end.text === undefined ? {} : { text: end.text }) };
    case 'failed':
      return { type: 'step-failed', at, step, failure: end.failure };
    case 'superseded':
      return { type: 'step-skipped', at, step, because: end.by.text, supersededBy: end.by };
    case 'skipped':
    case 'withdrawn':
      return { type: 'step-skipped', at, step, because: end.because };
    case 'unknown':
      return { type: 'step-unknown', at, step, because: end.because };
  }
}

function notDone(step: StepName, stopped: Stopped, at: string): OperationEvent {
  switch (stopped) {
    case 'superseded':
      return { type: 'step-skipped', at, step, because: 'Skipped: another version replaced this one.' };
    case 'failed':
      return { type: 'step-skipped', at, step, because: 'Skipped.' };
    case 'unknown': {
      const because = 'Not watched: the outcome of an earlier step is not known.';
      return { type: 'step-unknown', at, step, because };
    }
  }
}

const closed: Failure = {
  code: 'cancelled',
  message: 'Signalbox is closing.',
  meaning: 'Nothing was changed.',
  next: [{ do: 'retry', label: 'Try again after restarting' }],
};

const unknownOperation: Failure = {
  code: 'not-found',
  message: 'There is no such operation.',
  meaning: 'It may be too old: only the last 500 are saved.',
  next: [{ do: 'advice', label: 'Check the history instead.' }],
};
