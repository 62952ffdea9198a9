import { describe, expect, it } from 'vitest';
import { type Build, type ResourceVersion, readJob } from './answers';
import { abortOffer, inTurn, newestBuild, rerunOffer, triesOf, triggerOffer } from './builds';
import { lockState, unlockRisk, waitersOf } from './lock';

const build = (id: number, over: Partial<Build> = {}): Build => ({
  team: 'preview',
  pipeline: 'deploy-notify',
  id,
  name: String(id),
  job: 'start-deploy',
  status: 'succeeded',
  startedAt: null,
  endedAt: null,
  rerunOf: null,
  createdBy: null,
  comment: null,
  reapedAt: null,
  ...over,
});
const rerun = (id: number, of: number, over: Partial<Build> = {}) =>
  build(id, { rerunOf: { id: of, name: String(of) }, createdBy: 'pip', ...over });

describe('rule 5: inputs are taken at the start; a rerun has the old ones', () => {
  it('is offered for tests alone, and only once they ended', () => {
    const failed = build(9, { status: 'failed' });
    expect(rerunOffer('test', failed)).toMatchObject({ offered: true });
    expect(rerunOffer('periodic', failed)).toMatchObject({ offered: true });
    for (const role of ['deploy', 'start-deploy', 'completion', 'pack-bag', 'force-unlock'] as const)
      expect(rerunOffer(role, failed)).toMatchObject({
        offered: false,
        because: expect.stringContaining('infrastructure code'),
      });
    expect(rerunOffer('test', build(9, { status: 'started' }))).toMatchObject({ offered: false });
  });
  it('queues ahead of newer builds', () => {
    const pending = [build(20), rerun(21, 9), build(15)];
    expect(inTurn(pending).map(({ id }) => id)).toEqual([21, 15, 20]);
  });
  it('lists sit by the original: the newest is the highest id, and tries belong together', () => {
    const page = [build(20), rerun(21, 9), rerun(10, 9), build(9)];
    expect(newestBuild(page)?.id).toBe(21);
    expect(triesOf(page, rerun(10, 9)).map(({ id }) => id)).toEqual([9, 10, 21]);
    expect(newestBuild([])).toBeNull();
  });
  it('who waits for the lock keeps its place as a started start-deploy', () => {
    const held = lockState(version(2), [build(7)], jobs);
    const waiting = build(9, { status: 'started' });
    expect(
      waitersOf(held, [waiting, build(7, { status: 'started' }), build(10, { status: 'pending' })]),
    ).toEqual([waiting]);
  });
});

describe('rule 7: aborting', () => {
  it('an automatic build that waits suppresses its bag', () => {
    expect(abortOffer('start-deploy', build(3, { status: 'pending' }))).toMatchObject({
      offered: true,
      note: expect.stringContaining('starts nothing for this bag'),
    });
    for (const other of [
      build(3, { status: 'pending', createdBy: 'pip' }),
      rerun(3, 2, { status: 'pending' }),
    ])
      expect(abortOffer('start-deploy', other)).toEqual({ offered: true, note: null });
  });
  it('never a deploy; a test, and the lock stays', () => {
    const running = build(3, { status: 'started' });
    expect(abortOffer('deploy', running)).toMatchObject({ offered: false });
    expect(abortOffer('completion', running)).toMatchObject({ offered: false });
    expect(abortOffer('test', running)).toEqual({ offered: true, note: 'The lock stays taken.' });
    expect(abortOffer('test', build(3))).toMatchObject({ offered: false });
  });
});

it('a job that only Concourse starts is not offered; one that is paused waits', () => {
  const job = (over: object) => {
    const read = readJob({
      id: 1,
      name: 'test',
      team_name: 'preview',
      pipeline_name: 'deploy-notify',
      ...over,
    });
    return read && triggerOffer(read);
  };
  expect(job({})).toEqual({ offered: true, note: null });
  expect(job({ disable_manual_trigger: true })).toMatchObject({ offered: false });
  expect(job({ paused: true })).toMatchObject({ offered: true, note: expect.stringContaining('paused') });
});

const version = (id: number): ResourceVersion => ({
  id,
  version: { ref: String(id) },
  metadata: [],
  enabled: true,
});
const jobs = { startDeploy: 'start-deploy', release: ['signal-deploy-completion', 'force-unlock-pipeline'] };

describe('the lock', () => {
  it('is held by the start-deploy that put its newest version, and free after what releases it', () => {
    expect(lockState(version(1), [build(5)], jobs)).toMatchObject({ state: 'held', by: { id: 5 } });
    for (const job of jobs.release)
      expect(lockState(version(1), [build(6, { job })], jobs)).toMatchObject({
        state: 'free',
        by: { id: 6 },
      });
    expect(lockState(null, [], jobs)).toEqual({ state: 'free', by: null, version: null });
  });
  it('was changed outside where no build put it, and is unknown where another job did', () => {
    expect(lockState(version(1), [], jobs)).toMatchObject({ state: 'changed-outside' });
    expect(lockState(version(1), [build(5, { job: 'tidy' })], jobs)).toMatchObject({ state: 'unknown' });
  });
  it('by force meets what runs under it, and whoever waits takes it next', () => {
    const deploy = build(8, { job: 'deploy', status: 'started' });
    const waiting = build(9, { status: 'started' });
    expect(
      unlockRisk(lockState(version(1), [build(7)], jobs), {
        startDeploys: [waiting],
        deploys: [deploy, build(4, { job: 'deploy' })],
        tests: [],
      }),
    ).toEqual({ deploys: [deploy], tests: [], next: waiting });
  });
});
