import { expect, it } from 'vitest';
import type { Stage } from '../timeline/timeline';
import { seenOutcome } from './seen-outcome';

const deployment = { at: '2026-03-01T10:00:00Z' };
const stage = (name: Stage['name'], state: Stage['state'], text = '') =>
  ({ name, state, text, finishedAt: null, asOf: '2026-03-01T10:05:00Z' }) as unknown as Stage;
const kept = (...stages: Stage[]) => ({ at: '2026-03-01T10:09:00Z', stages });
const seen = (what: 'healthy' | 'degraded' | 'tests-passed' | 'tests-failed', at: string) => ({
  version: 'v2',
  what,
  at,
  source: 'Application frontend',
});

it('fails by its own stages, and not by the run before it or the promotion after it', () => {
  expect(seenOutcome(deployment, kept(stage('rollout', 'failed', 'CrashLoopBackOff')), [])).toEqual({
    state: 'failed',
    at: '2026-03-01T10:05:00Z',
    text: 'CrashLoopBackOff',
  });
  const elsewhere = kept(stage('run', 'failed'), stage('rollout', 'succeeded'), stage('promotion', 'failed'));
  expect(seenOutcome(deployment, elsewhere, [])).toMatchObject({ state: 'succeeded', text: 'Rolled out.' });
});

it('is told by what was last observed since, where no stage was kept', () => {
  const later = '2026-03-01T10:03:00Z';
  expect(seenOutcome(deployment, null, [seen('tests-failed', later)])).toMatchObject({ state: 'failed' });
  expect(
    seenOutcome(deployment, null, [seen('tests-passed', later), seen('degraded', '2026-03-01T10:01:00Z')]),
  ).toMatchObject({ state: 'succeeded', text: 'Its tests passed.' });
});

it('is not known where nothing was seen of it', () => {
  expect(seenOutcome(deployment, null, [])).toBeNull();
  // Of an earlier stay of the same version.
  expect(seenOutcome(deployment, null, [seen('healthy', '2026-02-01T10:00:00Z')])).toBeNull();
  expect(seenOutcome(deployment, kept(stage('sync', 'succeeded')), [])).toBeNull();
});
