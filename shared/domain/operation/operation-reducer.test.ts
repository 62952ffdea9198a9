import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../failure/failure';
import { declarationOf, type Intent } from './intent';
import { operationSchema } from './operation';
import type { OperationEvent } from './operation-events';
import {
  cancelsByItself,
  isDropped,
  maxSaw,
  type OperationRecord,
  reduceOperation,
  replayOperation,
} from './operation-reducer';
import { type StepName, stepNames } from './steps';

const failure: Failure = { code: 'internal', message: 'It broke.', meaning: 'Nothing.', next: [] };
const time = (ms: number): string => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();

const intents: Intent[] = [
  { kind: 'deploy', app: 'frontend', environment: 'staging', version: 'v2', expected: 'v1' },
  { kind: 'rollback', app: 'frontend', environment: 'production', version: 'v1', expected: 'v2' },
  { kind: 'hold', app: 'frontend', environment: 'production', reason: 'incident' },
  { kind: 'release-hold', app: 'frontend', environment: 'production' },
  {
    kind: 'roll-back-bag',
    pipeline: 'notify',
    environment: 'production',
    bag: 2,
    bad: 3,
    how: 'mark-bad',
    running: 3,
    leaveRunning: [],
    override: [],
    reason: 'broken',
  },
];
const requested = (intent: Intent, at = 0): OperationEvent => ({
  type: 'requested',
  at: time(at),
  id: '01',
  intent,
  actor: 'Ada',
  seen: [],
});

const at = fc.integer({ min: -5_000, max: 60_000 }).map(time);
const step = fc.constantFrom<StepName>(...stepNames);
const text = fc.constantFrom('a', 'b', 'c');
const effect = fc.constantFrom('commit', 'lock', 'tags', 'refresh:app-config', 'sync:frontend');
const event: fc.Arbitrary<OperationEvent> = fc.oneof(
  fc.record({ type: fc.constant('step-started' as const), at, step }),
  fc.record({ type: fc.constant('progress' as const), at, step, saw: text, waitingFor: fc.option(text) }),
  fc.record({ type: fc.constant('side-effect-intended' as const), at, step, effect, text }),
  fc.record({
    type: fc.constant('side-effect-result' as const),
    at,
    step,
    effect,
    outcome: fc.constantFrom('done' as const, 'not-done' as const, 'unknown' as const),
    text,
    commit: fc.constantFrom('c1', 'c2'),
  }),
  fc.record({ type: fc.constant('step-succeeded' as const), at, step }),
  fc.record({ type: fc.constant('step-failed' as const), at, step, failure: fc.constant(failure) }),
  fc.record({ type: fc.constant('step-skipped' as const), at, step, because: text }),
  fc.record({ type: fc.constant('step-unknown' as const), at, step, because: text }),
  fc.record({ type: fc.constant('resumed' as const), at }),
  fc.record({ type: fc.constant('cancel-requested' as const), at }),
  fc.record({
    type: fc.constant('finished' as const),
    at,
    state: fc.constantFrom('succeeded' as const, 'failed' as const, 'cancelled' as const, 'unknown' as const),
    failure: fc.constant(null),
  }),
  fc.constantFrom(...intents).map((intent) => requested(intent, 500)),
);
const journal = fc
  .tuple(fc.constantFrom(...intents), fc.array(event, { maxLength: 60 }))
  .map(([intent, events]) => [requested(intent), ...events]);

const states = (events: readonly OperationEvent[]): OperationRecord[] => {
  const seen: OperationRecord[] = [];
  let record: OperationRecord | null = null;
  for (const one of events) {
    record = reduceOperation(record, one);
    if (record) seen.push(record);
  }
  return seen;
};

describe('the operation reducer', () => {
  it('makes a valid operation of every prefix of any journal', () => {
    fc.assert(
      fc.property(journal, (events) => {
        for (const { operation } of states(events)) {
          operationSchema.parse(operation);
          for (const one of operation.steps) expect(one.saw.length).toBeLessThanOrEqual(maxSaw);
          if (operation.state !== 'running') {
            expect(operation.steps.every((one) => one.state !== 'running' && one.state !== 'waiting')).toBe(
              true,
            );
          }
        }
      }),
    );
  });

  it('stays at its end, whatever comes after', () => {
    fc.assert(
      fc.property(journal, (events) => {
        let end: OperationRecord | null = null;
        for (const record of states(events)) {
          if (end) expect(record).toBe(end);
          else if (record.operation.state !== 'running') end = record;
        }
      }),
    );
  });

  it('never ends a step twice, and never forgets a commit', () => {
    fc.assert(
      fc.property(journal, (events) => {
        const ends = new Map<string, string>();
        let commit: string | null = null;
        for (const { operation } of states(events)) {
          for (const one of operation.steps) {
            const before = ends.get(one.name);
            if (before) expect(one.state).toBe(before);
            else if (one.state !== 'waiting' && one.state !== 'running') ends.set(one.name, one.state);
          }
          if (commit) expect(operation.commit).toBe(commit);
          commit = operation.commit;
        }
      }),
    );
  });

  it('never lets time run backwards', () => {
    fc.assert(
      fc.property(journal, (events) => {
        let last = time(0);
        for (const { lastAt, operation } of states(events)) {
          expect(lastAt >= last).toBe(true);
          last = lastAt;
          for (const one of operation.steps) {
            if (one.startedAt) expect(one.startedAt >= operation.requestedAt).toBe(true);
            if (one.startedAt && one.finishedAt) expect(one.finishedAt >= one.startedAt).toBe(true);
            const times = one.saw.map((line) => line.at);
            expect(times).toEqual([...times].sort());
          }
        }
      }),
    );
  });

  it('takes a cancellation only before the point of no return that the kind declares', () => {
    fc.assert(
      fc.property(journal, (events) => {
        let before: OperationRecord | null = null;
        for (const one of events) {
          const after = reduceOperation(before, one);
          if (before && after?.cancelRequested && !before.cancelRequested) {
            const point = declarationOf(before.operation.intent).pointOfNoReturn;
            const reached = point && before.effects.get(point.effect);
            expect(!reached || reached.outcome === 'not-done').toBe(true);
          }
          before = after;
        }
      }),
    );
  });

  it('lets a run of others be cancelled until its commit is there, once, by the step that started it', () => {
    const intent = intents[0];
    if (!intent) throw new Error('no intent');
    const started: OperationEvent[] = [
      requested(intent),
      { type: 'step-started', at: time(1), step: 'commit' },
    ];
    const run = (cancellable: boolean): OperationEvent => ({
      type: 'side-effect-intended',
      at: time(2),
      step: 'commit',
      effect: 'commit',
      text: 'Run deploy.yml.',
      data: { route: 'actions', cancellable },
    });
    const cancel: OperationEvent = { type: 'cancel-requested', at: time(3) };
    const landed: OperationEvent = {
      type: 'side-effect-result',
      at: time(4),
      step: 'commit',
      effect: 'commit',
      outcome: 'done',
      text: 'There.',
      commit: 'abc',
    };
    const standing = (...events: OperationEvent[]) => {
      const record = replayOperation([...started, ...events]);
      if (!record) throw new Error('no record');
      return {
        allowed: record.operation.cancel.allowed,
        requested: record.cancelRequested,
        byItself: cancelsByItself(record),
        dropped: isDropped(record),
      };
    };
    const no = { allowed: false, requested: false, byItself: false, dropped: false };
    expect(standing(cancel)).toEqual({ ...no, allowed: true, requested: true, dropped: true });
    expect(standing(run(false))).toEqual(no);
    expect(standing(run(true))).toEqual({ ...no, allowed: true, byItself: true });
    expect(standing(run(true), cancel)).toEqual({ ...no, requested: true, byItself: true });
    expect(standing(run(true), cancel, landed)).toEqual({ ...no, requested: true });
    expect(standing(run(true), landed, cancel)).toEqual(no);
  });

  it('takes back the request of a hold alone once the version has landed, for as long as it waits', () => {
    const rollback = intents.find(({ kind }) => kind === 'rollback') as Intent;
    const effect = (name: string, step: 'commit' | 'hold-request', data: object): OperationEvent => ({
      type: 'side-effect-intended',
      at: time(2),
      step,
      effect: name,
      text: 'x',
      data: { ...data },
    });
    const result = (name: string, step: 'commit' | 'hold-request'): OperationEvent => ({
      type: 'side-effect-result',
      at: time(3),
      step,
      effect: name,
      outcome: 'done',
      text: 'x',
      commit: 'abc',
    });
    const events: OperationEvent[] = [
      requested(rollback),
      { type: 'step-started', at: time(1), step: 'commit' },
      effect('commit', 'commit', { route: 'workflow' }),
      result('commit', 'commit'),
      { type: 'step-succeeded', at: time(3), step: 'commit' },
      { type: 'step-started', at: time(3), step: 'hold-request' },
      effect('hold-request', 'hold-request', { route: 'pull-request', cancellable: true }),
    ];
    const waits = replayOperation(events);
    expect(waits?.operation.cancel).toEqual({ allowed: true, only: 'hold-request' });
    expect(waits && cancelsByItself(waits)).toBe(true);
    const asked = replayOperation([...events, { type: 'cancel-requested', at: time(4) }]);
    expect(asked?.operation.cancel).toEqual({
      allowed: false,
      because: 'The hold request is being withdrawn.',
    });
    expect(asked && [isDropped(asked), cancelsByItself(asked)]).toEqual([false, true]);
    const merged = replayOperation([...events, result('hold-request', 'hold-request')]);
    expect(merged?.operation.cancel).toMatchObject({ allowed: false });
  });

  it('ignores everything before the request', () => {
    expect(replayOperation([{ type: 'cancel-requested', at: time(0) }])).toBeNull();
  });

  it('measures from the request to the commit and says why cancelling is over', () => {
    const record = replayOperation([
      requested(intents[1] as Intent),
      { type: 'step-started', at: time(1), step: 'commit' },
      { type: 'side-effect-intended', at: time(2), step: 'commit', effect: 'commit', text: 'push' },
      {
        type: 'side-effect-result',
        at: time(120),
        step: 'commit',
        effect: 'commit',
        outcome: 'done',
        text: 'pushed',
        commit: 'abc',
      },
    ]);
    expect(record?.operation.commit).toBe('abc');
    expect(record?.operation.requestToCommitMs).toBe(120);
    expect(record?.operation.cancel).toMatchObject({ allowed: false });
  });

  it('offers a cancellation of a bag only while it waits for its lock, and never during a deploy', () => {
    const intent: Intent = {
      kind: 'deploy-bag',
      pipeline: 'notify',
      environment: 'production',
      bag: 3,
      cause: 'manual',
      byRule: true,
      running: 2,
      leaveRunning: [],
      override: [],
    };
    const waiting: OperationEvent[] = [
      requested(intent),
      { type: 'step-started', at: time(1), step: 'lock' },
      { type: 'side-effect-intended', at: time(2), step: 'lock', effect: 'lock', text: 'push' },
      {
        type: 'side-effect-result',
        at: time(3),
        step: 'lock',
        effect: 'lock',
        outcome: 'not-done',
        text: 'held',
      },
    ];
    expect(replayOperation(waiting)?.operation.cancel).toEqual({ allowed: true });
    const taken: OperationEvent[] = [
      ...waiting,
      { type: 'side-effect-intended', at: time(4), step: 'lock', effect: 'lock', text: 'push' },
      { type: 'step-succeeded', at: time(5), step: 'lock' },
      { type: 'step-started', at: time(6), step: 'deploy' },
    ];
    expect(replayOperation(taken)?.operation.cancel).toMatchObject({
      allowed: false,
      because: expect.stringContaining('can’t be interrupted'),
    });
  });
});

it('can’t be cancelled once it has written to the release repo, reconciling as little as rolling back', () => {
  const version = { app: 'frontend', environment: 'production', version: 'v1', expected: 'v2' };
  for (const intent of [
    { kind: 'rollback', ...version },
    { kind: 'reconcile', ...version, debt: 'op-0' },
  ] as const) {
    const begun: OperationEvent = {
      type: 'side-effect-intended',
      at: time(1),
      step: 'commit',
      effect: 'commit',
      text: 'a',
    };
    expect(replayOperation([requested(intent)])?.operation.cancel.allowed, intent.kind).toBe(true);
    expect(replayOperation([requested(intent), begun])?.operation.cancel.allowed, intent.kind).toBe(false);
  }
});
