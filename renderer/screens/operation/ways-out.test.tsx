import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { BagPipelineView, BagRow, StageView } from '../../../shared/domain/bags/view';
import type { Failure } from '../../../shared/domain/failure/failure';
import { intentSchema } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import type { OperationEvent } from '../../../shared/domain/operation/operation-events';
import { replayOperation } from '../../../shared/domain/operation/operation-reducer';
import type { Timeline } from '../../../shared/domain/timeline/timeline';
import { devBoard, live } from '../../dev/dev-board';
import { devWorkflow } from '../../dev/operations';
import { devTimeline } from '../../dev/timeline';
import { renderApp } from '../../testing/render-app';
import { useUiState } from '../../ui/layout/ui-state';

const at = '2026-03-01T10:00:00Z';

function operationOf(intent: Record<string, unknown>, events: OperationEvent[], failure: Failure): Operation {
  const made = replayOperation([
    { type: 'requested', at, id: 'op-1', intent: intentSchema.parse(intent), actor: 'Ada Marsh', seen: [] },
    ...events,
    { type: 'finished', at: '2026-03-01T10:05:00Z', state: 'failed', failure },
  ])?.operation;
  if (!made) throw new Error('no operation');
  return made;
}
const failure: Failure = {
  code: 'refused',
  message: 'smoke failed.',
  meaning: 'Bag 7 has not passed there. The environment stays locked.',
  next: [
    { do: 'advice', label: 'If the tests are flaky, retry them. Otherwise force-unlock and roll back.' },
  ],
};

const suite = { environment: 'staging', namespace: 'apps', name: devWorkflow.name };
const bagIntent = {
  kind: 'deploy-bag',
  pipeline: 'letters',
  environment: 'staging',
  bag: 7,
  running: 6,
  byRule: true,
};
const bag = operationOf(
  bagIntent,
  [
    { type: 'step-started', at, step: 'test' },
    {
      type: 'job',
      at,
      step: 'test',
      job: {
        name: 'smoke',
        phase: 'test',
        kind: 'workflow',
        state: 'failed',
        text: 'exit code 1',
        workflow: suite,
        url: null,
        startedAt: at,
        finishedAt: '2026-03-01T10:02:05Z',
      },
    },
    { type: 'progress', at, step: 'test', workflow: suite },
    { type: 'step-failed', at, step: 'test', failure },
  ],
  failure,
);

function pipelineWith(state: string, operation = 'op-1'): BagPipelineView {
  const nothing = { state: 'nothing', bag: null, rule: null, why: '', warnings: [] };
  const stage = {
    environment: 'staging',
    tier: 'standard',
    before: null,
    cluster: live(),
    running: {
      operation,
      bag: 7,
      cause: 'manual',
      state,
      since: at,
      replaced: 6,
      failure: null,
      leftRunning: [],
      tests: {},
      by: 'Ada Marsh',
      at,
      reason: '',
    },
    drift: [],
    next: { automatic: nothing, manual: nothing },
    lock: {
      operation,
      token: 3,
      kind: 'bag',
      bag: 7,
      until: null,
      mine: false,
      by: 'Ada Marsh',
      at,
      reason: '',
    },
    lockProblem: null,
    waiting: [],
    pin: null,
    bad: [],
    autopilot: { on: false, why: '', by: null, at: null },
    jobs: [],
    periodic: [],
  } as unknown as StageView;
  const off = { on: false, why: '', by: null, at: null };
  return {
    pipeline: 'letters',
    kind: 'bags',
    services: [],
    commit: 'c'.repeat(40),
    ledger: live(),
    stages: [stage],
    lastBag: 7,
    servicePins: [],
    badVersions: [],
    autopilot: off,
    thisConsole: false,
    decisions: [],
    packing: off,
    problems: [],
  };
}
const row = (number: number): BagRow => ({
  bag: number,
  packed: { by: 'Ada Marsh', at, reason: '', source: 'running', operation: 'op-0' },
  problem: null,
  changed: 1,
  lanes: [],
});

function showBag(state: string, operation?: string) {
  return renderApp({
    route: '/operations/op-1',
    answers: {
      'operation.get': () => bag,
      'operation.list': () => [bag],
      'bags.pipelines': () => ['letters'],
      'bags.pipeline': () => pipelineWith(state, operation),
      'bags.list': () => ({ bags: [row(7), row(6)] }) as never,
      'workflow.get': () => ({ ...devWorkflow, phase: 'Failed' }),
    },
  });
}
const whatFailed = async () => within(await screen.findByRole('region', { name: 'What failed' }));

it('offers with a bag whose tests failed what the text names: retry, unlock, roll back; the log is open', async () => {
  const { user } = showBag('test-failed');
  const retry = await screen.findByRole('button', { name: 'Retry failed tests…' });
  const block = await whatFailed();
  expect(block.getByRole('button', { name: 'Retry failed tests…' })).toBe(retry);
  expect(block.getByRole('button', { name: 'Force unlock…' })).toBeTruthy();
  expect(block.getByRole('button', { name: 'Roll back…' })).toBeTruthy();
  expect(await screen.findByRole('region', { name: 'Log' })).toBeTruthy();
  await user.click(block.getByRole('button', { name: 'Force unlock…' }));
  expect(useUiState.getState().action).toMatchObject({ kind: 'force-unlock', token: 3 });
});

it('shows a bag’s jobs under the step that they are part of, with the one time', async () => {
  showBag('test-failed');
  const steps = await screen.findByRole('list', { name: 'Steps' });
  const tests = within(steps).getByRole('list', { name: 'Jobs' });
  expect(tests.textContent).toContain('smoke');
  expect(tests.textContent).toContain('2 min 05 s');
});

it('offers nothing about a bag that somebody else has deployed there since', async () => {
  showBag('test-failed', 'op-9');
  const block = await whatFailed();
  await screen.findByRole('list', { name: 'Jobs' });
  expect(block.queryByRole('button', { name: 'Roll back…' })).toBeNull();
});

const appIntent = {
  kind: 'deploy',
  app: 'publishing-api',
  environment: 'production',
  version: 'v506',
  expected: 'v505',
};
const appFailure: Failure = {
  code: 'conflict',
  message: 'production changed.',
  meaning: 'Nothing was changed.',
  next: [],
};
const committed: OperationEvent[] = [
  { type: 'step-started', at, step: 'commit' },
  { type: 'side-effect-intended', at, step: 'commit', effect: 'commit', text: 'Push.' },
  {
    type: 'side-effect-result',
    at,
    step: 'commit',
    effect: 'commit',
    outcome: 'done',
    text: 'There.',
    commit: 'c'.repeat(40),
  },
  { type: 'step-succeeded', at: '2026-03-01T10:00:02Z', step: 'commit' },
  { type: 'step-started', at: '2026-03-01T10:00:02Z', step: 'rollout' },
  { type: 'step-failed', at: '2026-03-01T10:04:00Z', step: 'rollout', failure: appFailure },
];

/** The operation's screen, where the cell fails and wants a version. */
function showApp(operation: Operation, version: string, timeline?: Timeline) {
  const board = devBoard({ apps: 14, state: 'practice', scheme: 'light' });
  const cells = board.cells.map((cell) =>
    cell.app === appIntent.app && cell.environment === appIntent.environment && cell.ledger
      ? { ...cell, ledger: { ...cell.ledger, version } }
      : cell,
  );
  return renderApp({
    route: '/operations/op-1',
    answers: {
      'operation.get': () => operation,
      'operation.list': () => [operation],
      'board.get': () => ({ ...board, cells }),
      ...(timeline ? { 'deployment.timeline': () => timeline } : {}),
    },
  });
}

const back = { name: /^Roll back publishing-api to \S+ in production/ };

it('offers nobody else’s deploy to be rolled back after a conflict in which nothing was changed', async () => {
  showApp(operationOf(appIntent, [], appFailure), 'v507');
  expect(await screen.findByRole('button', { name: 'Review again…' })).toBeTruthy();
  expect(screen.queryByRole('button', back)).toBeNull();
});

it('offers the way back with the failure that names it, once', async () => {
  showApp(operationOf(appIntent, committed, appFailure), 'v506');
  const block = await whatFailed();
  await block.findByRole('button', back);
  expect(screen.getAllByRole('button', back)).toHaveLength(1);
});

it('shows one rail for the operation and its deployment, with the times of whoever did it', async () => {
  const timeline = devTimeline('publishing-api', 'production');
  const operation = operationOf(appIntent, committed, appFailure);
  showApp(operation, 'v506', { ...timeline, commit: 'c'.repeat(40), operationId: 'op-1' });
  const steps = await screen.findByRole('list', { name: 'Steps' });
  await within(steps).findByText('GitHub run');
  const labels = within(steps)
    .getAllByRole('listitem')
    .flatMap(({ dataset, textContent }) => (dataset.state ? [`${dataset.state} ${textContent}`] : []));
  expect(labels.filter((text) => text.includes('Rollout'))).toHaveLength(1);
  expect(labels.filter((text) => text.includes('Commit'))).toHaveLength(1);
  expect(screen.queryAllByRole('list', { name: /Steps|Stages/ })).toHaveLength(1);
});
