import { describe, expect, it } from 'vitest';
import type { Build, BuildStatus } from './answers';
import { deploymentsOf, hasReached } from './deployments';

const watched = {
  jobs: {
    packBag: null,
    startDeploy: 'start',
    deploy: ['db', 'apps'],
    tests: ['smoke', 'functional'],
    completion: 'complete',
    forceUnlock: 'unlock',
    periodic: [],
  },
};
let id = 0;
const build = (job: string, status: BuildStatus, over: Partial<Build> = {}): Build => {
  id += 1;
  return {
    team: 't',
    pipeline: 'p',
    id,
    name: String(id),
    job,
    status,
    startedAt: status === 'pending' ? null : `2026-11-30T10:00:${String(id % 60).padStart(2, '0')}.000Z`,
    endedAt: ['pending', 'started'].includes(status)
      ? null
      : `2026-11-30T11:00:${String(id % 60).padStart(2, '0')}.000Z`,
    rerunOf: null,
    createdBy: null,
    comment: null,
    reapedAt: null,
    ...over,
  };
};
const states = (builds: Build[], unlocks: Build[] = []) =>
  deploymentsOf(watched, builds, unlocks).map(({ state }) => state);

describe('a deployment', () => {
  it('goes from the lock to its pass, job by job', () => {
    const all = [
      build('start', 'succeeded'),
      build('db', 'succeeded'),
      build('apps', 'succeeded'),
      build('smoke', 'succeeded'),
      build('functional', 'succeeded'),
      build('complete', 'succeeded'),
    ];
    expect(all.map((_, index) => states(all.slice(0, index + 1))[0])).toEqual([
      'locked',
      'deploying',
      'deployed',
      'testing',
      'passed',
      'done',
    ]);
    expect(states([build('start', 'pending')])).toEqual(['queued']);
    expect(states([build('start', 'started')])).toEqual(['queued']);
    expect(states([build('start', 'aborted')])).toEqual(['cancelled']);
  });
  it('is stuck by the job that failed, and goes on with a try that passes', () => {
    const deployed = [build('start', 'succeeded'), build('db', 'succeeded'), build('apps', 'succeeded')];
    const failed = build('smoke', 'failed');
    const other = build('functional', 'succeeded');
    const stuck = deploymentsOf(watched, [...deployed, failed, other], [])[0];
    expect(stuck).toMatchObject({ state: 'test-failed', failure: `smoke #${failed.name} failed.` });
    const again = build('smoke', 'succeeded', {
      name: `${failed.name}.1`,
      rerunOf: { id: failed.id, name: failed.name },
    });
    const passed = deploymentsOf(watched, [...deployed, failed, other, again], [])[0];
    expect(passed).toMatchObject({ state: 'passed' });
    expect(passed?.jobs.find(({ job }) => job === 'smoke')).toMatchObject({
      tries: 2,
      build: { id: again.id },
    });
    expect(states([...deployed.slice(0, 2), build('apps', 'errored')])).toEqual(['deploy-failed']);
  });
  it('ends by a forced unlock, and begins anew with the next start-deploy', () => {
    const first = [build('start', 'succeeded'), build('db', 'failed')];
    const unlock = build('unlock', 'succeeded');
    const second = [build('start', 'succeeded'), build('db', 'started')];
    expect(states([...first, ...second], [unlock])).toEqual(['abandoned', 'deploying']);
    expect(states(first, [unlock])).toEqual(['abandoned']);
    expect(deploymentsOf(watched, [...first, ...second], []).map(hasReached)).toEqual([true, true]);
    expect(deploymentsOf(watched, [build('start', 'succeeded')], []).map(hasReached)).toEqual([false]);
  });
});
