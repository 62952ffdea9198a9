import { describe, expect, it } from 'vitest';
import type { FailureCode } from '../failure/failure';
import { type EmergencyDebt, noteText, readNote } from './debt';
import { openDebts } from './debts';
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
