import { describe, expect, it } from 'vitest';
import type { FailureCode } from '../failure/failure';
import type { OperationEvent } from '../operation/operation-events';
import { type OperationRecord, replayOperation } from '../operation/operation-reducer';
import type { StepName } from '../operation/steps';
import { type EmergencyDebt, effects, noteText, readNote } from './debt';
import { isProved, keepsParentOff, openDebts, policyBefore } from './debts';
import { imageChanges } from './live-image';
import { remoteAway } from './remote-away';

const now = new Date('2026-03-01T12:00:00.000Z');
const ago = (seconds: number): string => new Date(now.getTime() - seconds * 1000).toISOString();
const failure = (code: FailureCode) => ({ code, message: 'No answer.', meaning: '', next: [] });
const lost = (code: FailureCode, seconds: number) =>
  ({ state: 'unreachable', asOf: null, since: ago(seconds), failure: failure(code) }) as const;
const live = { state: 'live', asOf: ago(1) } as const;

describe('the release repo counts as away', () => {
  it('when nobody answers, and not when it is slow, refuses, or has lost its branch', () => {
    expect(remoteAway(lost('unreachable', 1), null, now)).toMatchObject({ since: ago(1) });
    expect(remoteAway(lost('timeout', 5), null, now)).toBeNull();
    expect(remoteAway(lost('timeout', 90), null, now)).not.toBeNull();
    for (const code of ['unauthorised', 'forbidden', 'not-found', 'disk-full', 'bad-data'] as const)
      expect(remoteAway(lost(code, 600), null, now), code).toBeNull();
    expect(remoteAway(live, null, now)).toBeNull();
    expect(remoteAway({ state: 'stale' }, null, now)).toBeNull();
  });

  it('when the last write found nobody, for a while, though reads work', () => {
    const write = (code: FailureCode, seconds: number) => ({ at: ago(seconds), failure: failure(code) });
    expect(remoteAway(live, write('unreachable', 60), now)).not.toBeNull();
    expect(remoteAway(live, write('unreachable', 3600), now)).toBeNull();
    expect(remoteAway(live, write('forbidden', 60), now)).toBeNull();
  });
});

const debt: EmergencyDebt = {
  operation: 'op-1',
  app: 'frontend',
  environment: 'production',
  by: 'Ada',
  since: ago(600),
  reason: 'GitHub is down',
  imageTag: 'v1',
  leaves: 'v2',
  parent: 'app-config',
};

describe('a debt', () => {
  const notes = (...some: [string, EmergencyDebt][]) => ({ notes: new Map(some), live: true });
  const nothing = notes();

  it('is known by a note on an Application alone, and is paid once the note is gone', () => {
    const off = notes(['frontend', debt], ['app-config', debt]);
    expect(openDebts([], [], ['production'], () => off)).toMatchObject([
      { operation: 'op-1', off: ['app-config', 'frontend'], image: 'unknown', shared: false },
    ]);
    expect(openDebts([], [], ['production'], () => nothing)).toEqual([]);
  });

  it('that a record tells stays while the cluster can’t be seen', () => {
    const unseen = { notes: new Map<string, EmergencyDebt>(), live: false };
    expect(openDebts([], [debt], ['production'], () => unseen)).toMatchObject([{ shared: true }]);
    expect(openDebts([], [debt], ['production'], () => nothing)).toEqual([]);
  });

  it('is read from a note as it was written, and from nothing else', () => {
    const policy = '{"prune":true,"later":{"big":4505012345678901249}}';
    expect(readNote(noteText(debt, policy))).toEqual({ debt, policy });
    for (const text of ['', '{}', 'null', noteText(debt, '[]'), noteText(debt, 'x'), 'x'.repeat(50_000)])
      expect(readNote(text), text.slice(0, 40)).toBeNull();
  });
});

/** A record of the journal; `ends`: how its steps ended. */
function recordOf(
  intent: Extract<OperationEvent, { type: 'requested' }>['intent'],
  id: string,
  at: number,
  more: readonly OperationEvent[],
): OperationRecord {
  const requested: OperationEvent = { type: 'requested', at: ago(at), id, intent, actor: 'Ada', seen: [] };
  const record = replayOperation([requested, ...more]);
  if (!record) throw new Error('no operation');
  return record;
}
const place = (app: string) => ({ app, environment: 'production', version: 'v1', expected: 'v2' });
const ends = (...steps: [StepName, 'succeeded' | 'skipped'][]): OperationEvent[] =>
  steps.map(([step, how]) =>
    how === 'succeeded'
      ? { type: 'step-succeeded', at: ago(0), step }
      : { type: 'step-skipped', at: ago(0), step, because: 'x' },
  );
const finished = { type: 'finished', at: ago(0), state: 'succeeded', failure: null } as const;
const reconcileOf = (id: string, app: string, paid: string, at: number, ...more: OperationEvent[]) =>
  recordOf({ kind: 'reconcile', ...place(app), debt: paid }, id, at, more);
const debtIn = (app: string, operation: string): EmergencyDebt => ({ ...debt, app, operation });

describe('two debts of an environment', () => {
  const [a, b] = [debtIn('a', 'op-a'), debtIn('b', 'op-b')];
  const notesOf = (...some: [string, EmergencyDebt][]) => ({ notes: new Map(some), live: true });
  const done = ends(['app-sync-on', 'succeeded'], ['parent-sync-on', 'skipped']);
  const names = (found: readonly EmergencyDebt[]) => found.map((one) => one.app);

  it('stay, when each left the parent to the other, until its note is gone', () => {
    const own = [
      reconcileOf('r-a', 'a', 'op-a', 60, ...done, finished),
      reconcileOf('r-b', 'b', 'op-b', 60, ...done, finished),
    ];
    expect(names(openDebts(own, [], ['production'], () => notesOf(['app-config', a])))).toEqual(['a']);
    expect(openDebts(own, [a, b], ['production'], () => notesOf())).toEqual([]);
  });

  it('leave the parent to the one that is still open', () => {
    const own = [reconcileOf('r-a', 'a', 'op-a', 60, ...done, finished)];
    const seen = notesOf(['app-config', a], ['b', b]);
    const [left, ...more] = openDebts(own, [], ['production'], () => seen);
    expect([left?.app, more]).toEqual(['b', []]);
    expect(left && keepsParentOff(left, null)).toBe(true);
  });

  it('don’t wait for one another at the parent', () => {
    const running = reconcileOf('r-b', 'b', 'op-b', 60, ...ends(['app-sync-on', 'succeeded']), {
      type: 'step-started',
      at: ago(0),
      step: 'parent-sync-on',
    });
    const seen = notesOf(['app-config', a], ['b', b]);
    const open = openDebts([running], [], ['production'], () => seen).find(({ app }) => app === 'b');
    expect(open?.running).toBe('r-b');
    expect(open && keepsParentOff(open, running.operation)).toBe(false);
    expect(open && keepsParentOff(open, null)).toBe(true);
    const [parentOnly] = openDebts([], [], ['production'], () => notesOf(['app-config', b]));
    expect(parentOnly && keepsParentOff(parentOnly, null)).toBe(false);
  });
});

describe('a debt of this console', () => {
  const nothing = { notes: new Map<string, EmergencyDebt>(), live: true };
  const away = { ...nothing, live: false };
  /** Where automatic sync was off already. */
  const rollbackOf = (was: string, noted = false) => {
    const effect = (name: string, step: StepName, data: Record<string, unknown>): OperationEvent[] => [
      { type: 'side-effect-intended', at: ago(500), step, effect: name, text: 'x', data },
      { type: 'side-effect-result', at: ago(500), step, effect: name, outcome: 'done', text: 'x' },
    ];
    return recordOf({ kind: 'emergency-rollback', ...place('frontend'), reason: 'x' }, 'op-1', 600, [
      ...effect(effects.parentOff, 'parent-sync-off', { application: 'app-config', was, noted: false, debt }),
      ...effect(effects.appOff('frontend'), 'app-sync-off', { application: 'frontend', was, noted, debt }),
      ...effect(effects.image('Deployment', 'frontend'), 'image', {}),
      finished,
    ]);
  };
  const done = ends(['app-sync-on', 'succeeded'], ['parent-sync-on', 'succeeded']);

  it('stays though no note tells of it, where automatic sync was off before, until it is reconciled', () => {
    const open = (...own: OperationRecord[]) => openDebts(own, [], ['production'], () => nothing).length;
    expect(open(rollbackOf('off'))).toBe(1);
    expect(open(rollbackOf('off', true))).toBe(0);
    expect(open(rollbackOf('{}'))).toBe(0);
    expect(open(rollbackOf('off'), reconcileOf('r', 'frontend', 'op-1', 60, ...done, finished))).toBe(0);
  });

  it('remembers the policy that each Application had, though its note is lost', () => {
    const own = [rollbackOf('{"prune":true}')];
    expect(policyBefore(own, 'op-1', 'frontend')).toBe('{"prune":true}');
    expect(policyBefore(own, 'op-1', 'app-config')).toBe('{"prune":true}');
    expect(policyBefore(own, 'op-1', 'other')).toBeNull();
    expect(policyBefore(own, 'op-2', 'frontend')).toBeNull();
    expect(policyBefore([rollbackOf('off')], 'op-1', 'frontend')).toBeNull();
  });

  it('is proved by a note that lies there now alone', () => {
    const noted = { notes: new Map([['frontend', debt]]), live: true };
    expect(isProved(debt, noted)).toBe(true);
    expect(isProved(debt, { ...noted, live: false })).toBe(false);
    expect(isProved(debt, nothing)).toBe(false);
  });

  it('is paid once automatic sync is on, by any later reconcile of the app, and does not come back', () => {
    const open = (at: number, of: string, more: OperationEvent[]) => {
      const own = [rollbackOf('{}'), reconcileOf('r', 'frontend', of, at, ...more)];
      return openDebts(own, [], ['production'], () => away).length;
    };
    expect(open(60, 'op-1', done)).toBe(0);
    expect(open(60, 'op-other', [...done, finished])).toBe(0);
    expect(open(900, 'op-other', [...done, finished])).toBe(1);
    expect(open(60, 'op-1', [...ends(['app-sync-on', 'succeeded'])])).toBe(1);
  });
});

it('changes the images of the app’s repository alone, and leaves what is as wanted', () => {
  const own = new Set(['registry:5000/app']);
  const container = (name: string, image: string) => ({ name, image, init: false });
  const workload = {
    kind: 'Deployment',
    namespace: 'apps',
    name: 'app',
    containers: [
      container('a', 'registry:5000/app:v2@sha256:aa'),
      container('b', 'registry:5000/app:v1'),
      container('c', 'registry:5000/app-proxy:v2'),
    ],
  } as const;
  expect(imageChanges(workload, own, 'v1')).toEqual([
    { container: 'a', from: 'registry:5000/app:v2@sha256:aa', to: 'registry:5000/app:v1' },
  ]);
});
