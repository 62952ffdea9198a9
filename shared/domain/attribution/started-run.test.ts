import { describe, expect, it } from 'vitest';
import { runThatStarted, type SeenRun, submittedByHand } from './started-run';

const base = Date.UTC(2025, 10, 30, 10);
const iso = (seconds: number): string => new Date(base + seconds * 1000).toISOString();
const one = { environment: 'production', version: 'v7', at: iso(0) };
const run = (change: Partial<SeenRun> = {}): SeenRun => ({
  id: 1,
  title: 'Deploy v7 to production',
  event: 'workflow_dispatch',
  status: 'completed',
  conclusion: 'success',
  actor: 'ada-hub',
  triggeringActor: 'ada-hub',
  attempt: 1,
  createdAt: iso(-300),
  startedAt: iso(-300),
  updatedAt: iso(-20),
  url: null,
  ...change,
});
const said = (...runs: SeenRun[]): string => {
  const found = runThatStarted(one, runs);
  return found.is === 'proved' ? found.by : found.is;
};

describe('the run that started what a bot committed', () => {
  it.each([
    ['the only one that says so', [run()], 'ada-hub'],
    [
      'one beside runs of other versions and environments',
      [run(), run({ title: 'Deploy v70 to production' }), run({ title: 'Deploy v7 to staging' })],
      'ada-hub',
    ],
    [
      'one beside a run that began later',
      [run(), run({ createdAt: iso(5), startedAt: iso(5), updatedAt: iso(60) })],
      'ada-hub',
    ],
    [
      'one beside a run that ended long before',
      [run(), run({ createdAt: iso(-9000), updatedAt: iso(-8000) })],
      'ada-hub',
    ],
    ['none of two that can have', [run(), run({ actor: 'grace', triggeringActor: 'grace' })], 'not-proved'],
    [
      'none beside one that failed and may have asked for it all the same',
      [run(), run({ conclusion: 'failure' })],
      'not-proved',
    ],
    ['none beside a release that may have', [run(), run({ event: 'release' })], 'not-proved'],
    ['none of no runs', [], 'not-proved'],
    ['no run that ended long before', [run({ updatedAt: iso(-700) })], 'not-proved'],
    ['no run that began after it', [run({ createdAt: iso(2) })], 'not-proved'],
    ['no run that was begun again', [run({ attempt: 2, triggeringActor: 'grace' })], 'not-proved'],
    ['no run whose actor is not told', [run({ actor: null, triggeringActor: null })], 'not-proved'],
    ['no run that failed', [run({ conclusion: 'failure' })], 'not-proved'],
    ['no release', [run({ event: 'release' })], 'not-proved'],
    [
      'no run whose name only holds the version',
      [run({ title: 'Deploy v7-fix to production' })],
      'not-proved',
    ],
    ['none yet while it goes on', [run({ status: 'in_progress', conclusion: null })], 'open'],
    ['none beside one that goes on', [run(), run({ status: 'in_progress', conclusion: null })], 'not-proved'],
  ] as [string, SeenRun[], string][])('%s', (_, runs, expected) => {
    expect(said(...runs)).toBe(expected);
  });

  it('is not believed where the same was submitted to Argo by hand', () => {
    const byEvent = { 'workflows.argoproj.io/workflow-event-binding': 'deploy-image' };
    const at = (seconds: number, labels = {}) => ({ labels, startedAt: iso(seconds) });
    expect(submittedByHand(one, [])).toBe(false);
    expect(submittedByHand(one, [at(-10, byEvent)])).toBe(false);
    expect(submittedByHand(one, [at(-10, byEvent), at(-9)])).toBe(true);
    expect(submittedByHand(one, [at(-3600)])).toBe(false);
    expect(submittedByHand(one, [{ labels: {}, startedAt: null }])).toBe(true);
  });
});
