import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { RunView } from '../../../shared/domain/actions/run-view';
import type { OperationEvent } from '../../../shared/domain/operation/operation-events';
import { replayOperation } from '../../../shared/domain/operation/operation-reducer';
import { renderApp } from '../../testing/render-app';

const at = '2026-03-01T10:00:00Z';
const events: OperationEvent[] = [
  {
    type: 'requested',
    at,
    id: 'op-1',
    intent: { kind: 'deploy', app: 'router', environment: 'staging', version: 'v12', expected: 'v11' },
    actor: 'Ada Marsh',
    seen: [],
  },
  { type: 'step-started', at, step: 'commit' },
  {
    type: 'job',
    at,
    step: 'commit',
    job: {
      name: 'deploy.yml of router (GitHub Actions)',
      phase: 'deploy',
      kind: 'github-workflow',
      state: 'running',
      text: null,
      workflow: null,
      url: 'https://github.example/alphagov/router/actions/runs/7',
      startedAt: at,
      finishedAt: null,
    },
  },
];
const job = (
  id: number,
  name: string,
  state: RunView['state'],
  ...steps: string[]
): RunView['jobs'][number] => ({
  id,
  name,
  state,
  startedAt: at,
  finishedAt: state === 'succeeded' ? '2026-03-01T10:01:00Z' : null,
  url: null,
  steps: steps.map((step, index) => ({
    number: index + 1,
    name: step,
    state,
    startedAt: at,
    finishedAt: null,
  })),
});
const run: RunView = {
  owner: 'alphagov',
  repo: 'router',
  workflow: 'deploy.yml',
  id: 7,
  url: 'https://github.example/alphagov/router/actions/runs/7',
  state: 'waiting',
  approvals: [{ environment: 'production', reviewers: ['platform (team)'], mayApprove: false, timer: 0 }],
  jobs: [job(1, 'Build', 'succeeded', 'Set up job', 'Push image'), job(2, 'Deploy', 'waiting')],
  more: 3,
  seenAt: at,
};

function show(answer: RunView | null, onAsked = (): void => undefined) {
  const operation = replayOperation(events)?.operation;
  if (!operation) throw new Error('no operation');
  return renderApp({
    route: '/operations/op-1',
    answers: {
      'operation.get': () => operation,
      'operation.list': () => [operation],
      'operation.run': () => {
        onAsked();
        return answer;
      },
    },
  });
}

it('shows the jobs and steps of the run, what it waits for, and the log of a job that has ended', async () => {
  show(run);
  const panel = within(await screen.findByRole('region', { name: 'GitHub Actions' }));
  expect(panel.getByText(/GitHub environment production to be approved by platform \(team\)/)).toBeTruthy();
  const jobs = within(panel.getByRole('list', { name: 'Jobs of the run' }));
  expect(jobs.getByText('Push image')).toBeTruthy();
  expect(panel.getByText('3 more jobs are on GitHub.')).toBeTruthy();
  expect(jobs.queryByRole('button', { name: 'Log of Deploy' })).toBeNull();
  const log = jobs.getByRole('button', { name: 'Log of Build' });
  await userEvent.click(log);
  await waitFor(() => expect(log.getAttribute('aria-pressed')).toBe('true'));
  expect(await screen.findByRole('region', { name: 'Log' })).toBeTruthy();
});

it('shows nothing while nothing is known of a run', async () => {
  let asked = 0;
  show(null, () => {
    asked += 1;
  });
  await waitFor(() => expect(asked).toBeGreaterThan(0));
  expect(screen.queryByRole('region', { name: 'GitHub Actions' })).toBeNull();
});
