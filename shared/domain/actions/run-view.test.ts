import { describe, expect, it } from 'vitest';
import { failedAt, hasBegun, type RunJob, type RunView, runState, runText, telling } from './run-view';

const step = (number: number, name: string, state: RunJob['state']): RunJob['steps'][number] => ({
  number,
  name,
  state,
  startedAt: null,
  finishedAt: null,
});
const job = (name: string, state: RunJob['state'], ...steps: RunJob['steps']): RunJob => ({
  id: 1,
  name,
  state,
  startedAt: null,
  finishedAt: null,
  url: null,
  steps,
});
const run = (change: Partial<RunView>): RunView => ({
  owner: 'alphagov',
  repo: 'frontend',
  workflow: 'deploy.yml',
  id: 7,
  url: null,
  state: 'running',
  approvals: [],
  jobs: [],
  more: 0,
  seenAt: '2026-03-01T10:00:00Z',
  ...change,
});

it.each([
  ['queued', null, 'waiting'],
  ['waiting', null, 'waiting'],
  ['requested', null, 'waiting'],
  ['pending', null, 'waiting'],
  ['in_progress', null, 'running'],
  ['in_progress', 'success', 'running'],
  ['completed', 'success', 'succeeded'],
  ['completed', 'neutral', 'succeeded'],
  ['completed', 'skipped', 'skipped'],
  ['completed', 'cancelled', 'cancelled'],
  ['completed', 'failure', 'failed'],
  ['completed', 'timed_out', 'failed'],
  ['completed', 'startup_failure', 'failed'],
  ['completed', 'action_required', 'failed'],
  ['completed', 'stale', 'failed'],
  ['completed', null, 'unknown'],
  ['completed', 'constructor', 'unknown'],
  ['tomorrow', null, 'unknown'],
  [null, null, 'unknown'],
] as const)('%s, %s is %s', (status, conclusion, state) => {
  expect(runState(status, conclusion)).toBe(state);
});

describe('what a run is at', () => {
  const approval = { environment: 'production', reviewers: ['platform (team)', 'ada'], timer: 0 };
  it.each<[string, Partial<RunView>]>([
    [
      'deploy.yml: Build, Push image (step 2 of 2), and 1 more',
      {
        jobs: [
          job('Build', 'running', step(1, 'Set up job', 'succeeded'), step(2, 'Push image', 'running')),
          job('Lint', 'running'),
        ],
      },
    ],
    [
      'Waiting for the GitHub environment production to be approved by platform (team) or ada. You can approve it on GitHub.',
      {
        state: 'waiting',
        jobs: [job('Build', 'succeeded'), job('Deploy', 'waiting')],
        approvals: [{ ...approval, mayApprove: true }],
      },
    ],
    [
      'Waiting for the timer of the GitHub environment production: 30 min.',
      {
        state: 'waiting',
        approvals: [{ environment: 'production', reviewers: [], mayApprove: false, timer: 30 }],
      },
    ],
    ['deploy.yml: waiting for a runner of GitHub Actions', { state: 'waiting' }],
    [
      'deploy.yml: waiting for a runner of GitHub Actions; 1 of 2 jobs done',
      { jobs: [job('Build', 'succeeded'), job('Deploy', 'waiting')] },
    ],
    ['deploy.yml: succeeded', { state: 'succeeded', jobs: [job('Build', 'succeeded')] }],
  ])('%s', (text, change) => {
    expect(runText(run(change))).toBe(text);
  });
});

it('names the job and the step that failed', () => {
  const jobs = [
    job('Build', 'succeeded', step(1, 'Set up job', 'succeeded')),
    job('Deploy', 'failed', step(1, 'Set up job', 'succeeded'), step(2, 'Check the team', 'failed')),
  ];
  expect(failedAt({ jobs })).toMatchObject({ job: { name: 'Deploy' }, step: 'Check the team' });
  expect(failedAt({ jobs: [job('Deploy', 'cancelled')] })).toMatchObject({ step: null });
  expect(failedAt({ jobs: [] })).toBeNull();
});

it('has begun once a job was taken', () => {
  expect(hasBegun({ jobs: [job('Build', 'waiting')] })).toBe(false);
  expect(hasBegun({ jobs: [job('Build', 'cancelled')] })).toBe(false);
  expect(hasBegun({ jobs: [job('Build', 'cancelled', step(1, 'Set up job', 'succeeded'))] })).toBe(true);
});

it('takes the lines up to the last error out of a log', () => {
  const at = (line: string): string => `2026-03-01T10:00:00.0000000Z ${line}`;
  const log = [
    `\ufeff${at('##[group]Check the team')}`,
    at('asking for ada'),
    at('##[endgroup]'),
    at('not in gov-uk-production-deploy'),
    at('##[error]Process completed with exit code 1.'),
    at('Post job cleanup.'),
    '',
  ].join('\r\n');
  expect(telling(log)).toBe(
    'Check the team\nasking for ada\nnot in gov-uk-production-deploy\nProcess completed with exit code 1.',
  );
  expect(telling(log, 1)).toBe('Process completed with exit code 1.');
  expect(telling('no error\nhere\n', 1)).toBe('here');
  expect(telling('')).toBe('');
  expect(telling(`${'x'.repeat(10_000)}\n`)).toHaveLength(300);
});
