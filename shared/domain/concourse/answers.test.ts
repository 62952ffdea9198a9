import { describe, expect, it } from 'vitest';
import { readBuild, readJob, readPreparation, readResource, readUser, readVersion } from './answers';

const place = { team_name: 'preview', pipeline_name: 'deploy-notify' };
const build = { id: 9, name: '2', job_name: 'test', status: 'failed', ...place };

describe('rule 8: what the API writes', () => {
  it('writes no time as Go’s zero time, and leaves it out', () => {
    expect(readBuild({ ...build, start_time: -62135596800, end_time: 0 })).toMatchObject({
      startedAt: null,
      endedAt: null,
    });
    expect(readBuild({ ...build, start_time: 1796004610 })?.startedAt).toBe('2026-11-30T02:10:10.000Z');
    expect(readBuild({ ...build, start_time: 1e300, end_time: 'soon' })).toMatchObject({
      startedAt: null,
      endedAt: null,
    });
  });
  it('lists checks among builds, which have no job', () => {
    expect(readBuild({ ...build, job_name: undefined, name: 'check' })).toBeNull();
  });
});

describe('an answer', () => {
  it('that lacks what it needs is none, and an odd field hides nothing else', () => {
    for (const bad of [null, [], 'x', 7, {}, { ...build, id: '9' }, { ...build, status: 'melted' }])
      expect(readBuild(bad)).toBeNull();
    expect(
      readJob({ id: 1, name: 'test', ...place, inputs: null, outputs: 'x', paused: 'yes' }),
    ).toMatchObject({
      inputs: [],
      outputs: [],
      paused: null,
    });
  });
  it('is never a way for a resource’s `source` to come in', () => {
    const source = { password: 'hunter2' };
    const read = [
      readResource({
        name: 'bag',
        ...place,
        type: 'git',
        source,
        pinned_version: { n: '1' },
        pin_comment: 'c',
      }),
      readJob({
        id: 1,
        name: 'j',
        ...place,
        config: { source },
        inputs: [{ name: 'bag', resource: 'bag', source }],
      }),
      readVersion({ id: 1, version: { n: '1' }, source, enabled: true }),
    ];
    expect(read.every((one) => one !== null)).toBe(true);
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });
  it('says who is signed in, and what a build waits for', () => {
    expect(readUser({ display_user_id: 'vic', is_admin: false, teams: { preview: ['viewer', 3] } })).toEqual({
      name: 'vic',
      isAdmin: false,
      teams: { preview: ['viewer'] },
    });
    expect(
      readPreparation({
        paused_job: 'blocking',
        paused_pipeline: 'not_blocking',
        inputs_satisfied: 'blocking',
        missing_input_reasons: { bag: 'no versions available' },
      }),
    ).toEqual({ blocking: ['paused-job', 'inputs'], missing: { bag: 'no versions available' } });
  });
});
