import type { Operation } from '../../shared/domain/operation/operation';
import type { Rollout } from '../../shared/domain/rollout/rollout';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import { hoursAgo } from './dev-board';

const minutesAgo = (minutes: number): string => hoursAgo(minutes / 60);

const running: Operation = {
  id: '0192f0c1-0001',
  intent: { kind: 'deploy', app: 'frontend', environment: 'staging', version: 'v1059', expected: 'v1058' },
  actor: 'Ada Marsh',
  requestedAt: minutesAgo(2.2),
  finishedAt: null,
  state: 'running',
  jobs: [],
  steps: [
    {
      name: 'preflight',
      state: 'succeeded',
      startedAt: minutesAgo(2.2),
      finishedAt: minutesAgo(2.19),
      waitingFor: null,
      saw: [{ at: minutesAgo(2.19), text: '9 checks, none in the way' }],
    },
    {
      name: 'commit',
      state: 'succeeded',
      startedAt: minutesAgo(2.19),
      finishedAt: minutesAgo(2.18),
      waitingFor: null,
      saw: [{ at: minutesAgo(2.18), text: 'Pushed 4f2a91c0 on main' }],
    },
    {
      name: 'nudge',
      state: 'succeeded',
      startedAt: minutesAgo(2.18),
      finishedAt: minutesAgo(2),
      waitingFor: null,
      saw: [
        { at: minutesAgo(2.1), text: 'app-config compared with 4f2a91c0' },
        { at: minutesAgo(2), text: 'frontend carries imageTag v1059' },
      ],
    },
    {
      name: 'sync',
      state: 'succeeded',
      startedAt: minutesAgo(2),
      finishedAt: minutesAgo(1.4),
      waitingFor: null,
      saw: [
        { at: minutesAgo(1.8), text: 'PreSync: Job frontend-migrate runs' },
        { at: minutesAgo(1.4), text: 'Sync succeeded' },
      ],
    },
    {
      name: 'rollout',
      state: 'running',
      startedAt: minutesAgo(1.4),
      finishedAt: null,
      waitingFor: '2 of 3 new pods are available',
      saw: [{ at: minutesAgo(1), text: 'frontend-7d9c created 2 of 3 pods' }],
    },
    { name: 'tests', state: 'waiting', startedAt: null, finishedAt: null, waitingFor: null, saw: [] },
  ],
  findings: [
    {
      code: 'migration',
      level: 'warn',
      message: 'One migration runs before the new version starts.',
      evidence: 'db/migrate/20260101_add_index.rb in v1059',
      overridable: true,
    },
    {
      code: 'not-tested-before',
      level: 'pass',
      message: 'The tests passed in integration.',
      evidence: 'post-sync-frontend-x2k9, 14 min ago',
      overridable: true,
    },
  ],
  commit: '4f2a91c0d8a1b2c3d4e5f60718293a4b5c6d7e8f',
  requestToCommitMs: 412,
  workflows: [{ environment: 'staging', namespace: 'apps', name: 'post-sync-frontend-8tq2p' }],
  failure: null,
  supersededBy: null,
  cancel: { allowed: false, because: 'The commit is already on main; roll back instead.' },
};

const failed: Operation = {
  ...running,
  id: '0192f0c1-0002',
  intent: {
    kind: 'promote',
    app: 'publishing-api',
    environment: 'production',
    from: 'staging',
    version: 'v1350',
    expected: 'v1349',
    reason: 'Fix for the draft links',
  },
  requestedAt: minutesAgo(9),
  finishedAt: minutesAgo(4),
  state: 'failed',
  steps: running.steps.map((step) =>
    step.name === 'rollout'
      ? { ...step, state: 'failed', finishedAt: minutesAgo(0.4), waitingFor: null }
      : step.name === 'tests'
        ? { ...step, state: 'skipped' }
        : step,
  ),
  failure: {
    code: 'refused',
    message: 'The rollout of publishing-api v1350 failed: 2 of 3 new pods crash as they start.',
    meaning: 'The old pods still serve users. Production stays on a mix of v1349 and v1350 until you act.',
    next: [
      { do: 'advice', label: 'Roll back, then look at the log of the failing pod.' },
      { do: 'retry', label: 'Try again' },
    ],
    detail: 'ProgressDeadlineExceeded: ReplicaSet "publishing-api-6bd" has timed out progressing.',
  },
};

const done: Operation = {
  ...running,
  id: '0192f0c1-0003',
  intent: {
    kind: 'rollback',
    app: 'whitehall',
    environment: 'production',
    version: 'v1640',
    expected: 'v1641',
    reason: '500s on /api/content since v1348',
  },
  requestedAt: minutesAgo(130),
  finishedAt: minutesAgo(128),
  state: 'succeeded',
  steps: running.steps.map((step) => ({
    ...step,
    state: 'succeeded',
    startedAt: minutesAgo(130),
    finishedAt: minutesAgo(129),
    waitingFor: null,
  })),
};

export const devOperations = [running, failed, done];

/** A conflict: main moved between the look and the commit. */
export const devRollouts: Rollout[] = [
  {
    deployment: 'frontend',
    namespace: 'apps',
    state: 'progressing',
    message: '2 of 3 new pods are available',
    desired: 3,
    updated: 3,
    ready: 4,
    available: 2,
    total: 4,
    replicaSets: [
      {
        name: 'frontend-7d9c',
        current: true,
        revision: 42,
        images: ['registry/frontend:v1059'],
        desired: 3,
        ready: 2,
      },
      {
        name: 'frontend-5b81',
        current: false,
        revision: 41,
        images: ['registry/frontend:v1058'],
        desired: 1,
        ready: 1,
      },
    ],
    pods: ['aa1', 'bb2', 'cc3', 'dd4'].map((suffix, index) => ({
      name: `${index === 3 ? 'frontend-5b81' : 'frontend-7d9c'}-${suffix}`,
      namespace: 'apps',
      replicaSet: index === 3 ? 'frontend-5b81' : 'frontend-7d9c',
      phase: 'Running',
      ready: index !== 2,
      restarts: index === 2 ? 4 : 0,
      startedAt: minutesAgo(1.2),
      containers: ['app', 'nginx'],
      reason: index === 2 ? 'CrashLoopBackOff' : null,
      message: index === 2 ? 'back-off 40s restarting failed container=app pod=frontend-7d9c-cc3' : null,
      lastTermination:
        index === 2 ? { container: 'app', reason: 'Error', exitCode: 1, finishedAt: minutesAgo(0.5) } : null,
    })),
    failingPod: 'frontend-7d9c-cc3',
  },
  {
    deployment: 'frontend-worker',
    namespace: 'apps',
    state: 'done',
    message: '1 of 1 pods run the newest revision',
    desired: 1,
    updated: 1,
    ready: 1,
    available: 1,
    total: 1,
    replicaSets: [
      {
        name: 'frontend-worker-66f',
        current: true,
        revision: 42,
        images: ['registry/frontend:v1059'],
        desired: 1,
        ready: 1,
      },
    ],
    pods: [],
    failingPod: null,
  },
];

export const devWorkflow: Workflow = {
  environment: 'staging',
  namespace: 'apps',
  name: 'post-sync-frontend-8tq2p',
  template: 'post-sync',
  title: 'Tests of frontend v1059',
  labels: {},
  phase: 'Running',
  progress: '2/5',
  message: null,
  startedAt: minutesAgo(1.2),
  finishedAt: null,
  shutdown: null,
  nodesUnavailable: null,
  nodes: [
    {
      id: 'n0',
      displayName: 'post-sync-frontend-8tq2p',
      type: 'Steps',
      phase: 'Running',
      message: null,
      startedAt: minutesAgo(1.2),
      finishedAt: null,
      children: ['n1'],
      pod: null,
    },
    {
      id: 'n1',
      displayName: '[0]',
      type: 'StepGroup',
      phase: 'Succeeded',
      message: null,
      startedAt: minutesAgo(1.2),
      finishedAt: minutesAgo(1),
      children: ['n2'],
      pod: null,
    },
    {
      id: 'n2',
      displayName: 'check-annotations',
      type: 'Pod',
      phase: 'Succeeded',
      message: null,
      startedAt: minutesAgo(1.2),
      finishedAt: minutesAgo(1),
      children: ['n3'],
      pod: 'post-sync-frontend-8tq2p-check-1',
    },
    {
      id: 'n3',
      displayName: '[1]',
      type: 'StepGroup',
      phase: 'Running',
      message: null,
      startedAt: minutesAgo(1),
      finishedAt: null,
      children: ['n4'],
      pod: null,
    },
    {
      id: 'n4',
      displayName: 'smoke-tests',
      type: 'Retry',
      phase: 'Running',
      message: null,
      startedAt: minutesAgo(1),
      finishedAt: null,
      children: ['n5', 'n6'],
      pod: null,
    },
    {
      id: 'n5',
      displayName: 'smoke-tests(0)',
      type: 'Pod',
      phase: 'Failed',
      message: 'Error (exit code 1)',
      startedAt: minutesAgo(1),
      finishedAt: minutesAgo(0.6),
      children: [],
      pod: 'post-sync-frontend-8tq2p-smoke-1',
    },
    {
      id: 'n6',
      displayName: 'smoke-tests(1)',
      type: 'Pod',
      phase: 'Running',
      message: null,
      startedAt: minutesAgo(0.6),
      finishedAt: null,
      children: [],
      pod: 'post-sync-frontend-8tq2p-smoke-2',
    },
  ],
};

const samples = [
  'Running 24 tests using 2 workers',
  '\u001b[32m  ✓\u001b[39m  1 [chromium] › frontend.spec.ts:12:5 › home page shows the search box \u001b[2m(812ms)\u001b[22m',
  '\u001b[32m  ✓\u001b[39m  2 [chromium] › frontend.spec.ts:25:5 › a guide can be read \u001b[2m(1.2s)\u001b[22m',
  '\u001b[31m  ✘\u001b[39m  3 [chromium] › search.spec.ts:9:5 › search finds a page \u001b[2m(5.0s)\u001b[22m',
  'WARN  retrying request to /api/content after 503',
  'ERROR Timed out 5000ms waiting for expect(locator).toBeVisible()',
  '{"level":"info","msg":"GET /healthcheck 200","duration_ms":3}',
  '    at /app/tests/search.spec.ts:14:31 in a stack trace that goes on and on for so long that it cannot be fitted into one line of the viewer without being wrapped or scrolled sideways, whatever the window',
];

export const devLogLine = (index: number) => ({
  at: new Date(Date.now() - 60_000 + index * 10).toISOString(),
  text: index % 11 === 10 ? '' : `${samples[index % samples.length]}`,
});
