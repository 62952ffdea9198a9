import { expect, test } from 'vitest';
import type { ArgoSession } from '../estate/argo-account';
import type { Operation } from '../operation/operation';
import type { AttentionItem } from './attention-items';
import { createWaitingMemory, waitingForMe } from './waiting-for-me';

const nothing = { items: [], operations: [], accounts: [], permissions: 0 };

const item = (rest: Partial<AttentionItem>): AttentionItem => ({
  key: 'key',
  subject: 'Cluster of staging',
  reason: 'Unreachable',
  cause: null,
  served: null,
  since: null,
  production: false,
  owed: false,
  place: { at: 'cluster', environment: 'staging' },
  ...rest,
});

const withRun = (text: string | null, state: 'running' | 'succeeded' = 'running') =>
  ({
    id: 'one',
    intent: { kind: 'deploy', app: 'router', environment: 'production', version: 'v2' },
    jobs: [{ name: 'deploy', kind: 'github-workflow', state, text }],
  }) as unknown as Operation;

const account = (session: ArgoSession) => ({
  environment: 'production',
  system: 'argo-cd' as const,
  session,
});

test('an approval that an operation needs', () => {
  const text = 'Waiting for an approval in production. You can approve it on GitHub.';
  expect(waitingForMe({ ...nothing, operations: [withRun(text)] })).toEqual([
    {
      key: 'approval one deploy',
      title: 'Deploy router v2 to production: needs an approval',
      body: text,
      place: '/operations/one',
    },
  ]);
  // One that runs, and one that ended with a text.
  expect(waitingForMe({ ...nothing, operations: [withRun(null), withRun('failure', 'succeeded')] })).toEqual(
    [],
  );
});

test('a session that ended, not one that nobody began', () => {
  const ended = { state: 'ended', name: 'ada', at: '2026-12-01T10:00:00Z', why: 'expired' } as const;
  expect(waitingForMe({ ...nothing, accounts: [account(ended)] })).toMatchObject([
    { title: 'Your session at Argo CD in production has ended', place: '/settings' },
  ]);
  expect(waitingForMe({ ...nothing, accounts: [account({ state: 'signed-out' })] })).toEqual([]);
});

test('permissions, a bag that nobody decides about, sign-ins that are refused, freezes that need somebody', () => {
  const items = [
    item({ key: 'a', reason: 'Sign-in refused' }),
    item({ key: 'b', reason: 'Unreachable' }),
    item({
      key: 'c',
      reason: 'Bag 7: tests failed',
      place: { at: 'pipeline', pipeline: 'no/tify', environment: 'x' },
    }),
    item({
      key: 'd',
      reason: 'Bag 8: tests failed',
      production: true,
      place: { at: 'pipeline', pipeline: 'n', environment: 'p' },
    }),
    item({ key: 'e', reason: 'Needs you', place: { at: 'freezes' } }),
    item({ key: 'f', reason: 'Needs you in Settings', place: { at: 'announcements' } }),
  ];
  expect(waitingForMe({ ...nothing, items, permissions: 2 }).map(({ key, place }) => [key, place])).toEqual([
    ['permissions 2', '/settings'],
    ['a', '/settings'],
    ['c', '/pipelines/no%2Ftify'],
    ['e', '/freezes'],
    ['f', '/settings'],
  ]);
});

test('each is told once, and again after it was gone', () => {
  const news = createWaitingMemory();
  const [one] = waitingForMe({ ...nothing, permissions: 1 });
  if (!one) throw new Error('nothing waits');
  expect(news([one])).toEqual([one]);
  expect(news([one])).toEqual([]);
  expect(news([])).toEqual([]);
  expect(news([one])).toEqual([one]);
});
