import type { Stage, Timeline } from '../../shared/domain/timeline/timeline';
import { hoursAgo, live } from './dev-board';

const minutesAgo = (minutes: number): string => hoursAgo(minutes / 60);

const stage = (change: Partial<Stage> & Pick<Stage, 'name' | 'state' | 'text'>): Stage => ({
  startedAt: null,
  finishedAt: null,
  tookMs: null,
  clocks: null,
  parts: [],
  asOf: null,
  url: null,
  workflows: [],
  ...change,
});

/** A deployment whose rollout has just begun. */
export const devTimeline = (app: string, environment: string): Timeline => ({
  app,
  environment,
  version: 'v1059',
  from: 'v1058',
  kind: 'automatic',
  author: 'Ada Marsh',
  commit: '4f2a91c0d8a1b2c3d4e5f60718293a4b5c6d7e8f',
  replaced: null,
  operationId: null,
  cluster: live(),
  stages: [
    stage({
      name: 'run',
      state: 'succeeded',
      text: 'Release succeeded.',
      startedAt: { at: minutesAgo(12), source: 'GitHub' },
      finishedAt: { at: minutesAgo(6), source: 'GitHub' },
      tookMs: 360_000,
      url: 'https://github.example/alphagov/frontend/actions/runs/1',
    }),
    stage({
      name: 'commit',
      state: 'succeeded',
      text: '4f2a91c0d8 by Ada Marsh.',
      startedAt: { at: minutesAgo(5), source: 'Git' },
      finishedAt: { at: minutesAgo(5), source: 'Git' },
      tookMs: 412,
    }),
    stage({
      name: 'refresh',
      state: 'succeeded',
      text: 'Argo CD saw the commit with v1059.',
      startedAt: { at: minutesAgo(5), source: 'Git' },
      finishedAt: { at: minutesAgo(4.8), source: 'Argo CD' },
      tookMs: 12_000,
    }),
    stage({
      name: 'sync',
      state: 'succeeded',
      text: `Synced: ${app}.`,
      startedAt: { at: minutesAgo(4.8), source: 'Argo CD' },
      finishedAt: { at: minutesAgo(3), source: 'Argo CD' },
      tookMs: 108_000,
    }),
    stage({ name: 'hooks', state: 'succeeded', text: 'Done: PreSync migrate.' }),
    stage({
      name: 'rollout',
      state: 'running',
      text: `${app}: 2 of 3 new pods are available`,
      startedAt: { at: minutesAgo(3), source: 'Kubernetes' },
      parts: [{ name: app, state: 'running', text: '2 of 3 new pods are available' }],
    }),
    stage({ name: 'tests', state: 'waiting', text: 'Starts when the app is healthy.' }),
    stage({ name: 'promotion', state: 'waiting', text: 'Promotes to production when its tests pass.' }),
  ],
  at: { stage: 'rollout', state: 'running', why: `${app}: 2 of 3 new pods are available` },
  totalMs: null,
});
