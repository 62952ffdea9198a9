import type { argoProcedures } from '../../shared/contract/argo';
import type { OutputOf } from '../../shared/contract/contract';
import type { workflowProcedures } from '../../shared/contract/workflows';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import type { Answers } from './answers';
import { hoursAgo, live } from './dev-board';
import { devRollouts, devWorkflow } from './operations';

type Detail = OutputOf<'application.get'>['applications'][number];

function devApplication(app: string, environment: string): Detail {
  const startedAt = hoursAgo(0.05);
  return {
    name: app,
    app,
    version: 'v1351',
    automaticDeploysEnabled: true,
    promoteDeployment: true,
    postSyncWorkflowEnabled: true,
    sync: 'OutOfSync',
    health: 'Progressing',
    operation: {
      phase: 'Running',
      message: `waiting for completion of hook batch/Job/${app}-migrate`,
      startedAt,
    },
    conditions: [
      { type: 'SyncError', message: 'Failed last sync attempt', since: hoursAgo(2), severity: 'error' },
    ],
    images: [`registry.example/govuk/${app}:v1351`],
    namespace: 'cluster-services',
    project: 'govuk',
    sources: [
      {
        repoUrl: 'https://github.com/example/govuk-helm-charts',
        path: 'charts/generic-govuk-app',
        chart: null,
        targetRevision: 'HEAD',
        ref: null,
      },
    ],
    destination: { server: 'https://kubernetes.default.svc', name: null, namespace: 'apps' },
    revisions: ['abcdef0123456789abcdef0123456789abcdef01'],
    comparedWithOlderSpec: false,
    refreshSeenAt: null,
    refreshPending: false,
    reconciledAt: hoursAgo(0.02),
    healthMessage: null,
    healthSince: hoursAgo(0.05),
    resources: [
      {
        group: 'apps',
        kind: 'Deployment',
        namespace: 'apps',
        name: app,
        sync: 'OutOfSync',
        health: { status: 'Progressing', message: '1 of 3 new pods are available', from: 'live' },
        hook: false,
        requiresPruning: false,
      },
      {
        group: '',
        kind: 'Service',
        namespace: 'apps',
        name: app,
        sync: 'Synced',
        health: { status: null, message: null, from: 'unknown' },
        hook: false,
        requiresPruning: false,
      },
    ],
    currentOperation: {
      state: 'running',
      phase: 'Running',
      message: `waiting for completion of hook batch/Job/${app}-migrate`,
      startedAt,
      finishedAt: null,
      retryCount: 1,
      retryLimit: 5,
      initiatedBy: 'Argo CD (automatic sync)',
      automated: true,
      operationId: null,
      info: [],
      revisions: ['abcdef0123456789abcdef0123456789abcdef01'],
      version: 'v1',
      isVersionNamed: true,
      prune: true,
      dryRun: false,
      partial: false,
      syncOptions: ['ApplyOutOfSyncOnly=true'],
      runningHook: { phase: 'PreSync', kind: 'Job', namespace: 'apps', name: `${app}-migrate` },
      results: [
        {
          group: 'batch',
          kind: 'Job',
          namespace: 'apps',
          name: `${app}-migrate`,
          status: null,
          message: 'job.batch created',
          hookType: 'PreSync',
          hookPhase: 'Running',
          syncPhase: 'PreSync',
        },
      ],
    },
    history: Array.from({ length: 3 }, (_, index) => ({
      id: 3 - index,
      revisions: ['1234567890abcdef1234567890abcdef12345678'],
      deployStartedAt: hoursAgo(5 + index * 20),
      deployedAt: hoursAgo(4.98 + index * 20),
      initiatedBy: 'Argo CD (automatic sync)',
    })),
    autoSync: {
      enabled: true,
      prune: true,
      selfHeal: true,
      allowEmpty: false,
      syncOptions: ['ApplyOutOfSyncOnly=true'],
      retryLimit: 5,
    },
    hydrated: false,
    deletingSince: null,
    windows:
      environment === 'production'
        ? {
            state: 'closed',
            project: 'govuk',
            text: 'All syncs are blocked: Budget day.',
            opensAt: hoursAgo(-3),
            windows: [
              {
                kind: 'deny',
                schedule: '0 9 * * *',
                duration: '8h',
                timeZone: 'Europe/London',
                description: 'Budget day',
                manualSync: false,
                syncOverrun: false,
                active: true,
                until: hoursAgo(-3),
                nextStart: hoursAgo(-19),
              },
            ],
            runningSync: 'may-go-on',
          }
        : {
            state: 'open',
            project: 'govuk',
            text: 'Syncs are allowed.',
            opensAt: null,
            windows: [],
            runningSync: null,
          },
  };
}

const action: OutputOf<'action.list'>['actions'][number] = {
  id: '0192f0c1-0000-7000-8000-000000000001',
  at: hoursAgo(0.1),
  actor: 'Ada Lovelace',
  kind: 'sync',
  environment: 'production',
  app: 'publishing-api',
  object: 'Application publishing-api',
  outcome: 'done',
  text: 'Sync of publishing-api requested.',
  created: null,
};
const done = () => ({ text: action.text, action });

/** The run of the tests that the board tells of as failed. */
const failedRun: Workflow = {
  ...devWorkflow,
  name: 'post-sync-x7k2p',
  phase: 'Failed',
  message: 'child failed',
};

/** Answers of Argo CD and Argo Workflows: a sync whose migration runs, and in production a window that keeps syncs off. */
export const argoAnswers: Answers<typeof argoProcedures & typeof workflowProcedures> = {
  'rollout.get': () => ({ freshness: live(), applications: [], rollouts: devRollouts }),
  'workflow.list': () => ({ freshness: live(), workflows: [devWorkflow] }),
  'workflow.get': ({ environment, namespace, name }) =>
    name === failedRun.name ? { ...failedRun, environment, namespace } : devWorkflow,
  'workflow.recent': () => ({
    sources: [{ environment: 'staging', freshness: live() }],
    workflows: [{ ...devWorkflow, gone: false, seenAt: null }],
    total: 1,
  }),
  'application.get': ({ app, environment }) => ({
    freshness: live(),
    applications: [devApplication(app, environment)],
    parent: null,
    hookJobs: [
      {
        application: app,
        namespace: 'apps',
        name: `${app}-migrate`,
        hooks: ['PreSync'],
        state: 'running',
        message: '1 pod running',
        trouble: null,
        active: 1,
        succeeded: 0,
        failed: 0,
        startedAt: hoursAgo(0.05),
        finishedAt: null,
        pods: [
          {
            namespace: 'apps',
            name: `${app}-migrate-x7k2p`,
            phase: 'Running',
            containers: ['migrate'],
            reason: null,
            message: null,
            exitCode: null,
            startedAt: hoursAgo(0.05),
          },
        ],
      },
    ],
  }),
  'application.nudge': () => ({ operationId: '0192f0c1-0001' }),
  'application.refresh': done,
  'application.sync': done,
  'application.terminate': done,
  'rollout.failing-pod': () => ({ pod: null }),
  'workflow.saved': () => ({ workflows: [{ workflow: devWorkflow, seenAt: hoursAgo(80), gone: true }] }),
  'workflow.resubmit': done,
  'workflow.retry': done,
  'workflow.stop': done,
  'workflow.terminate': done,
  'workflow.suspend': done,
  'workflow.resume': done,
  'action.list': () => ({ actions: [action] }),
};
