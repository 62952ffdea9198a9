import { describe, expect, it } from 'vitest';
import { commitPage } from '../estate/github-pages';
import type { Intent } from '../operation/intent';
import type { Job, Operation, Step } from '../operation/operation';
import { announcementSchema } from './announcement';
import { announcementsOf } from './of-operation';

const deploy: Intent = {
  kind: 'deploy',
  app: 'router',
  environment: 'production',
  version: 'v12',
  expected: 'v11',
  reason: 'fixes 500s',
};
const step = (name: Step['name'], state: Step['state']): Step => ({
  name,
  state,
  startedAt: '2026-03-01T10:00:00.000Z',
  finishedAt: state === 'succeeded' ? '2026-03-01T10:00:01.000Z' : null,
  waitingFor: null,
  saw: [],
});
const operation = (change: Partial<Operation>): Operation => ({
  id: 'o1',
  intent: deploy,
  actor: 'Ada Marsh',
  requestedAt: '2026-03-01T10:00:00.000Z',
  finishedAt: null,
  state: 'running',
  steps: [step('preflight', 'succeeded'), step('commit', 'running')],
  findings: [],
  commit: null,
  requestToCommitMs: null,
  workflows: [],
  jobs: [],
  failure: null,
  supersededBy: null,
  cancel: { allowed: true },
  ...change,
});
const job = (kind: Job['kind'], state: Job['state']): Job => ({
  name: kind,
  phase: 'deploy',
  kind,
  state,
  text: null,
  workflow: null,
  url: null,
  startedAt: null,
  finishedAt: null,
});
const failure = {
  code: 'timeout',
  message: 'v12 isn’t starting.',
  meaning: 'v11 still runs.',
  next: [],
} as const;
const ended = { finishedAt: '2026-03-01T10:05:00.000Z' };
const told = (change: Partial<Operation>): string[] =>
  announcementsOf(operation(change), () => 'apps').map(({ event }) => event);

const bag: Intent = {
  kind: 'deploy-bag',
  pipeline: 'notify',
  environment: 'notify-production',
  bag: 19,
  running: 18,
  leaveRunning: [],
  override: [],
  cause: 'manual',
  byRule: true,
};
const rollback: Intent = { ...deploy, kind: 'rollback', version: 'v11', expected: 'v12' };
const emergency: Intent = { ...deploy, kind: 'emergency-rollback', version: 'v11', reason: 'Git is away' };
const unlock: Intent = {
  kind: 'force-unlock',
  pipeline: 'notify',
  environment: 'notify-production',
  token: 3,
  reason: 'holder is ill',
  override: [],
};

describe('what is told of an operation', () => {
  it.each<[string, Partial<Operation>, string[]]>([
    ['a deploy whose checks run', { steps: [step('preflight', 'running')] }, []],
    ['a deploy that is about to commit', {}, []],
    [
      'a deploy that its checks stopped',
      { state: 'failed', failure: { ...failure, next: [] }, ...ended },
      [],
    ],
    ['a deploy that was cancelled before its commit', { state: 'cancelled', ...ended }, []],
    ['a pull request that waits for its review', { jobs: [job('pull-request', 'running')] }, []],
    ['a deploy that has landed', { commit: 'c' }, ['deploy-started']],
    ['a deploy through GitHub Actions', { jobs: [job('github-workflow', 'running')] }, ['deploy-started']],
    [
      'a deploy through Argo Workflows',
      { workflows: [{ environment: 'production', namespace: 'apps', name: 'w' }] },
      ['deploy-started'],
    ],
    [
      'a deploy that is done',
      { commit: 'c', state: 'succeeded', ...ended },
      ['deploy-started', 'deploy-done'],
    ],
    [
      'a deploy that failed after its commit',
      { commit: 'c', state: 'failed', failure: { ...failure, next: [] }, ...ended },
      ['deploy-started', 'deploy-failed'],
    ],
    [
      'a deploy of unknown end',
      { commit: 'c', state: 'unknown', ...ended },
      ['deploy-started', 'deploy-stopped'],
    ],
    ['one that found nothing to write', { state: 'succeeded', ...ended }, []],
    [
      'a rollback',
      { intent: rollback, commit: 'c', state: 'succeeded', ...ended },
      ['rollback-started', 'rolled-back'],
    ],
    [
      'an emergency rollback',
      { intent: emergency, state: 'succeeded', ...ended },
      ['emergency-rollback-started', 'emergency-rollback-done'],
    ],
    [
      'a bag that waits for its lock',
      { intent: bag, steps: [step('preflight', 'succeeded'), step('lock', 'running')] },
      [],
    ],
    [
      'a bag that is deployed',
      { intent: bag, steps: [step('preflight', 'succeeded'), step('lock', 'succeeded')] },
      ['deploy-started'],
    ],
    ['a forced unlock on its way', { intent: unlock }, []],
    ['a forced unlock', { intent: unlock, commit: 'c', state: 'succeeded', ...ended }, ['force-unlock']],
    ['a forced unlock that failed', { intent: unlock, state: 'failed', ...ended }, []],
    [
      'a lock by hand',
      {
        intent: {
          kind: 'lock',
          pipeline: 'notify',
          environment: 'notify-production',
          reason: 'x',
          until: null,
        },
        commit: 'c',
        state: 'succeeded',
        ...ended,
      },
      [],
    ],
  ])('%s', (_, change, events) => {
    expect(told(change)).toEqual(events);
  });

  it('has the same ids whenever it is asked, in one thread, and fits what is queued', () => {
    const before = announcementsOf(operation({ commit: 'c' }), () => 'apps');
    const after = announcementsOf(operation({ commit: 'c', state: 'succeeded', ...ended }), () => 'apps');
    expect(after[0]).toEqual(before[0]);
    expect(new Set(after.map(({ thread }) => thread)).size).toBe(1);
    expect(after[1]).toMatchObject({
      id: 'operation o1 ended',
      who: 'Ada Marsh',
      what: 'router v12',
      environments: ['production'],
      apps: ['router'],
      pipeline: 'apps',
      version: 'v12',
      why: 'fixes 500s',
      at: ended.finishedAt,
    });
    for (const one of after) expect(announcementSchema.parse(one)).toEqual(one);
  });

  it('tells why a deploy failed, and which route it took', () => {
    const [, end] = announcementsOf(
      operation({ commit: 'c', state: 'failed', failure: { ...failure, next: [] }, ...ended }),
      () => null,
    );
    expect(end?.details).toEqual(['v12 isn’t starting.', 'v11 still runs.']);
    const routes = (['workflow', 'github-workflow', 'pull-request'] as const).map(
      (kind) =>
        announcementsOf(operation({ commit: 'c', jobs: [job(kind, 'succeeded')] }), () => null)[0]?.route,
    );
    expect(routes).toEqual(['workflow', 'actions', 'pull-request']);
    expect(announcementsOf(operation({ commit: 'c' }), () => null)[0]?.route).toBeUndefined();
  });
});

describe('where it is read', () => {
  const id = '0192f0c1-0000-7000-8000-000000000000';
  const commit = 'a'.repeat(40);
  const run = 'https://github.com/example/router/actions/runs/1';
  const links = (change: Partial<Operation>) =>
    announcementsOf(
      operation({ id, commit, ...ended, state: 'succeeded', ...change }),
      () => 'apps',
      (one) => commitPage({ apiUrl: 'https://api.github.com', owner: 'example', repo: 'releases' }, one),
    ).map((one) => {
      expect(announcementSchema.safeParse(one).error).toBeUndefined();
      return [one.link, one.open];
    });

  it.each<[string, Partial<Operation>, string | null]>([
    ['its commit', {}, `https://github.com/example/releases/commit/${commit}`],
    ['the run that carries it', { jobs: [{ ...job('github-workflow', 'succeeded'), url: run }] }, run],
    [
      'its commit, where a job’s address is no page',
      { jobs: [{ ...job('github-workflow', 'succeeded'), url: 'javascript:alert(1)' }] },
      `https://github.com/example/releases/commit/${commit}`,
    ],
    ['nowhere, without a commit that is one', { commit: 'main' }, null],
  ])('is %s, and the operation in Signalbox', (_, change, link) => {
    const found = links(change);
    expect(found.length).toBeGreaterThan(0);
    for (const one of found) expect(one).toEqual([link, `signalbox://operation/${id}`]);
  });
});
