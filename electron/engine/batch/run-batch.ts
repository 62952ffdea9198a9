import { uuidv7 } from 'uuidv7';
import {
  type BatchHalt,
  type BatchPart,
  batchCourse,
  batchOutcome,
  batchWait,
  closedFor,
  partState,
} from '../../../shared/domain/batch/batch-course';
import type { Failure, NextStep } from '../../../shared/domain/failure/failure';
import type { Intent } from '../../../shared/domain/operation/intent';
import type { BatchItem } from '../../../shared/domain/operation/kinds/batch';
import type { Job } from '../../../shared/domain/operation/operation';
import { gatherAhead, gatherOnce } from '../app-preflight';
import type { StepContext, StepEnd } from '../operation-context';
import { isTimedOut, ranOut, waitUntil } from '../steps/wait';

export type BatchIntent = Extract<Intent, { kind: 'batch' }>;

const jobState: Record<BatchPart['state'], Job['state']> = {
  waiting: 'waiting',
  running: 'running',
  reviewing: 'running',
  done: 'succeeded',
  'left-out': 'aborted',
  failed: 'failed',
};

const notBegun: Record<BatchHalt, string> = {
  asked: 'Not begun: the batch was stopped.',
  failed: 'Not begun: an app before it failed.',
  'too-late': 'Not begun: Signalbox was closed for too long meanwhile.',
};

/**
 * Begins an operation for each app and follows them. Each is begun under an id that the journal has before, so that
 * after a crash the same one is found, or begun; it is carried on by itself, whatever becomes of the batch.
 */
export async function runBatch(context: StepContext<BatchIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  const late = context.resumed && isLate(context);
  if (context.resumed && !late) await lookAgain(context);
  const refused = new Map<string, Failure>();
  if (!context.record().effects.has('batch'))
    context.intend('batch', `Begin ${intent.items.length} operations`, { cancellable: true });
  const partOf = ({ intent: { app } }: BatchItem): BatchPart => {
    const id = operationOf(context, app);
    const operation = id === null ? null : world.operation(id);
    if (operation) return { app, state: partState(operation) };
    return { app, state: refused.has(app) || isLost(context, app) ? 'failed' : 'waiting' };
  };
  let halt: BatchHalt | null = null;
  let parts = intent.items.map(partOf);
  const found = await waitUntil(context, {
    limit: world.limits.batch,
    sources: [
      world.operationMoves,
      (listener) => {
        context.cancelled.addEventListener('abort', listener);
        return () => context.cancelled.removeEventListener('abort', listener);
      },
    ],
    look: () => {
      // What is begun may fail at once, which decides about the next.
      for (;;) {
        parts = intent.items.map(partOf);
        const asked = context.cancelled.aborted;
        const course = batchCourse(parts, { ...intent, asked, late });
        halt = course.halt;
        tell(context, parts, halt, refused);
        if (course.over) return { done: true };
        const [next] = course.begin;
        if (next === undefined) return { waitingFor: batchWait(parts, halt) };
        begin(context, next, refused);
      }
    },
  });
  if (isTimedOut(found)) return ranOut(found, world.limits.batch);
  return endOf(context, parts, halt);
}

/**
 * After a restart nothing is known any more of what lies between versions, and an app's own checks, which don't wait for
 * that, would find less than the person saw.
 */
async function lookAgain(context: StepContext<BatchIntent>): Promise<void> {
  const { world, intent, signal } = context;
  const waiting = intent.items.filter(({ intent: { app } }) => operationOf(context, app) === null);
  await Promise.all(
    waiting.flatMap(({ intent: one }) => [
      gatherAhead(world, one, signal),
      gatherOnce(world, one, signal),
      world.routes.ask(one, AbortSignal.any([signal, AbortSignal.timeout(world.limits.look)])),
    ]),
  );
}

/** The id of an app's operation, once one was chosen for it. */
function operationOf(context: StepContext<BatchIntent>, app: string): string | null {
  const id = context.record().effects.get(`begin:${app}`)?.data.operation;
  return typeof id === 'string' ? id : null;
}

/** Whether an app's operation was refused before it began, or has begun and is in the journal no more. */
function isLost(context: StepContext<BatchIntent>, app: string): boolean {
  const outcome = context.record().effects.get(`begin:${app}`)?.outcome;
  return outcome === 'not-done' || outcome === 'done';
}

function begin(context: StepContext<BatchIntent>, app: string, refused: Map<string, Failure>): void {
  const item = context.intent.items.find((one) => one.intent.app === app);
  if (!item) throw new Error(`${app} is not in the batch`);
  const operation = operationOf(context, app) ?? uuidv7();
  const effect = `begin:${app}`;
  context.intend(effect, `Begin with ${app}`, { operation });
  const failure = context.world.begin(item.intent, item.seen, operation);
  if (failure) refused.set(app, failure);
  context.result(effect, {
    outcome: failure ? 'not-done' : 'done',
    text: failure ? `${app}: ${failure.message}` : `${app} has begun`,
  });
}

/** Each app as a job, and what of it is not known from its own operation. */
function tell(
  context: StepContext<BatchIntent>,
  parts: readonly BatchPart[],
  halt: BatchHalt | null,
  refused: ReadonlyMap<string, Failure>,
): void {
  for (const { app, state } of parts) {
    const id = operationOf(context, app);
    const operation = id === null ? null : context.world.operation(id);
    const known = context.record().operation.jobs.find(({ name }) => name === app);
    const isLeft = state === 'waiting' && halt !== null;
    context.job({
      name: app,
      phase: 'deploy',
      kind: 'operation',
      state: isLeft ? 'aborted' : jobState[state],
      text: isLeft
        ? notBegun[halt]
        : (operation?.failure?.message ??
          refused.get(app)?.message ??
          (operation ? null : (known?.text ?? null))),
      workflow: null,
      url: null,
      startedAt: operation?.requestedAt ?? null,
      finishedAt: operation?.finishedAt ?? null,
      ...(operation ? { operationId: operation.id } : {}),
    });
  }
}

/** Whether Signalbox was closed for so long that what was decided before is of the past. */
function isLate({ record, world }: StepContext<BatchIntent>): boolean {
  const { requestedAt, jobs } = record().operation;
  const signs = jobs.flatMap(({ startedAt, finishedAt }) => [startedAt, finishedAt]);
  const closed = closedFor([requestedAt, world.aliveBefore, ...signs], world.now());
  return closed > world.limits.resume;
}

function endOf(
  context: StepContext<BatchIntent>,
  parts: readonly BatchPart[],
  halt: BatchHalt | null,
): StepEnd {
  const text = batchOutcome(parts);
  context.result('batch', { outcome: 'done', text });
  const failed = parts.filter(({ state }) => state === 'failed');
  if (failed.length === 0) {
    if (halt === 'asked') return { state: 'withdrawn', because: `Stopped. ${text}` };
    if (halt === null) return { state: 'succeeded', text };
  }
  const open = failed.flatMap(({ app }): NextStep[] => {
    const id = operationOf(context, app);
    return id !== null && context.world.operation(id)
      ? [{ do: 'open-operation', label: `Open ${app}`, operationId: id }]
      : [];
  });
  return {
    state: 'failed',
    failure: {
      code: halt === 'too-late' && failed.length === 0 ? 'timeout' : 'refused',
      message: text,
      meaning: 'What is done stays as it is. Nothing is taken back by itself.',
      next: [...open.slice(0, 3), { do: 'advice', label: 'Review the rest on the board and begin again.' }],
    },
  };
}
