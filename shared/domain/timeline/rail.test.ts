import { describe, expect, it } from 'vitest';
import type { Operation, Step } from '../operation/operation';
import { lineSpent, lineWord, railOf } from './rail';
import type { MomentOf, Stage, Timeline } from './timeline';

const at = (time: string): string => `2026-03-01T${time}Z`;
const now = Date.parse(at('10:10:00'));
const moment = (time: string, source: MomentOf['source']): MomentOf => ({ at: at(time), source });

const step = (
  name: Step['name'],
  state: Step['state'],
  from?: string,
  to?: string,
  more: Partial<Step> = {},
): Step => ({
  name,
  state,
  startedAt: from ? at(from) : null,
  finishedAt: to ? at(to) : null,
  waitingFor: null,
  saw: [],
  ...more,
});
const stage = (name: Stage['name'], state: Stage['state'], more: Partial<Stage> = {}): Stage => ({
  name,
  state,
  startedAt: null,
  finishedAt: null,
  tookMs: null,
  clocks: null,
  text: `${name} ${state}`,
  parts: [],
  asOf: null,
  url: null,
  workflows: [],
  ...more,
});
const operationOf = (state: Operation['state'], steps: Step[]) => ({ state, steps }) as unknown as Operation;
const timelineOf = (stages: Stage[], where: Timeline['at'] = null) => ({ stages, at: where }) as Timeline;

const deploy = operationOf('succeeded', [
  step('preflight', 'succeeded', '10:00:00', '10:00:01'),
  step('commit', 'succeeded', '10:00:01', '10:00:02'),
  step('nudge', 'succeeded', '10:00:02', '10:00:05'),
  step('sync', 'succeeded', '10:00:05', '10:00:20'),
  step('rollout', 'succeeded', '10:00:20', '10:01:00'),
  step('tests', 'succeeded', '10:01:00', '10:03:00'),
]);
const stages = timelineOf([
  stage('run', 'succeeded', { tookMs: 300_000 }),
  stage('commit', 'succeeded', { tookMs: 2_000 }),
  stage('refresh', 'succeeded', { text: 'seen' }),
  stage('sync', 'succeeded', {
    startedAt: moment('10:00:06', 'Argo CD'),
    finishedAt: moment('10:00:18', 'Argo CD'),
    tookMs: 12_000,
  }),
  stage('hooks', 'succeeded'),
  stage('rollout', 'succeeded', {
    startedAt: moment('10:00:10', 'Kubernetes'),
    finishedAt: moment('10:00:50', 'Kubernetes'),
    tookMs: 40_000,
  }),
  stage('tests', 'running', { startedAt: moment('10:05:00', 'Argo Workflows') }),
  stage('promotion', 'skipped'),
]);

describe('the rail of an operation and its deployment', () => {
  const lines = railOf(deploy, stages);
  it('has each thing once, in order', () => {
    expect(lines.map(({ label }) => label)).toEqual([
      'GitHub run',
      'Checks',
      'Commit',
      'Refresh',
      'Sync',
      'Hooks',
      'Rollout',
      'Tests',
      'Promotion',
    ]);
  });
  const line = (name: string) => {
    const found = lines.find((one) => one.label === name);
    if (!found) throw new Error(name);
    return found;
  };
  it('takes the time of the system that did it, whole', () => {
    expect(line('Sync')).toMatchObject({ tookMs: 12_000, startedAt: { source: 'Argo CD' } });
    expect(line('Rollout')).toMatchObject({ tookMs: 40_000, finishedAt: { source: 'Kubernetes' } });
  });
  it('takes the console’s own where the system does not tell, or tells of another run', () => {
    expect(line('Refresh')).toMatchObject({ tookMs: 3_000, startedAt: { source: 'this computer' } });
    // Somebody syncs again: the tests that the operation saw pass are over.
    expect(line('Tests')).toMatchObject({ state: 'succeeded', tookMs: 120_000 });
    // The commit is the operation's own; its checks are a line of their own.
    expect(line('Commit')).toMatchObject({ tookMs: 1_000 });
  });
  it('is the same wherever the deployment is shown: by its operation, by its commit', () => {
    expect(railOf(deploy, stages)).toEqual(railOf({ ...deploy }, { ...stages }));
  });
});

it('tells what came of a step that the operation stopped watching, and how its own steps ended', () => {
  const failed = operationOf('failed', [
    step('rollout', 'failed', '10:00:20', '10:01:00', { saw: [{ at: at('10:01:00'), text: 'Too slow.' }] }),
    step('tests', 'skipped', undefined, '10:01:00'),
  ]);
  const later = timelineOf([
    stage('rollout', 'succeeded', {
      startedAt: moment('10:00:20', 'Kubernetes'),
      finishedAt: moment('10:04:00', 'Kubernetes'),
      tookMs: 220_000,
    }),
    stage('tests', 'succeeded', { tookMs: 9_000 }),
  ]);
  expect(railOf(failed, later)).toMatchObject([
    { name: 'rollout', state: 'failed', tookMs: 40_000, text: 'Too slow.', current: true },
    { name: 'tests', state: 'succeeded', tookMs: 9_000, text: 'tests succeeded' },
  ]);
});

it('shows a deployment that nobody started here by its stages, without those that say nothing', () => {
  const lines = railOf(
    null,
    timelineOf(
      [
        stage('run', 'unknown'),
        stage('commit', 'succeeded'),
        stage('hooks', 'skipped'),
        stage('rollout', 'failed'),
        stage('tests', 'waiting'),
      ],
      { stage: 'rollout', state: 'failed', why: 'x' },
    ),
  );
  expect(lines.map(({ name, current }) => [name, current])).toEqual([
    ['commit', false],
    ['rollout', true],
    ['tests', false],
  ]);
});

it('shows an operation that deployed nothing by its steps', () => {
  const lock = operationOf('running', [
    step('preflight', 'succeeded', '10:00:00', '10:00:01'),
    step('lock', 'running', '10:00:01', undefined, { waitingFor: 'The lock is held.' }),
    step('deploy', 'waiting'),
  ]);
  const lines = railOf(lock, null);
  expect(lines.map(({ label, current, text }) => [label, current, text])).toEqual([
    ['Checks', false, null],
    ['Lock', true, 'The lock is held.'],
    ['Deploy', false, null],
  ]);
  expect(lines.map((line) => lineSpent(line, now))).toEqual([1_000, 599_000, null]);
});

it('counts what runs up to now, or to when it was last seen', () => {
  const [running] = railOf(
    null,
    timelineOf([stage('rollout', 'running', { startedAt: moment('10:05:00', 'Kubernetes') })]),
  );
  if (!running) throw new Error('no line');
  expect(lineSpent(running, now)).toBe(300_000);
  expect(lineSpent({ ...running, asOf: at('10:06:00') }, now)).toBe(60_000);
  expect(lineSpent({ ...running, startedAt: moment('10:11:00', 'Kubernetes') }, now)).toBe(0);
  expect(lineSpent({ ...running, state: 'unknown' }, now)).toBeNull();
});

it('has one word for a step and a stage of the same thing', () => {
  expect([lineWord('nudge'), lineWord('refresh')]).toEqual(['Refresh', 'Refresh']);
});
