import type { ClusterStatus } from '../../shared/domain/rollout/cluster-status';
import { hoursAgo, live } from './dev-board';

const watched = ['applications', 'deployments', 'replicasets', 'workflows', 'pods'];

/** A cluster whose workflows may not be seen, reached without a check of its certificate: the worst that still works. */
export function devClusterStatus(environment: string): ClusterStatus {
  const forbidden = environment === 'production';
  const failure = {
    code: 'forbidden' as const,
    message: `You don’t have permission to do this in the cluster ${environment}.`,
    meaning: 'workflows.argoproj.io is forbidden: User "ada" cannot list resource "workflows".',
    next: [],
  };
  const away = { state: 'unreachable' as const, asOf: null, since: hoursAgo(2), failure };
  return {
    environment,
    context: `govuk-${environment}`,
    server: `https://${environment}.example.org:6443`,
    freshness: live(),
    since: hoursAgo(5),
    version: 'v1.31.2',
    latency: { last: 18.4, median: 21.9, samples: 20, at: hoursAgo(0) },
    insecure: environment === 'integration' ? 'The certificate of this cluster is not checked.' : null,
    identity: { username: 'ada', groups: ['system:authenticated', 'release-managers'] },
    doors: [
      {
        system: 'argo-workflows',
        server: `https://argo-workflows.${environment}.example.org`,
        through: 'server',
        since: hoursAgo(2),
        because: failure.message,
        ways: [
          { through: 'kubernetes', state: 'closed', why: failure.message },
          { through: 'server', state: 'used', why: null },
        ],
      },
    ],
    watches: watched.map((kind, index) => ({
      kind,
      namespace: kind === 'applications' ? 'cluster-services' : 'apps',
      selector: kind === 'pods' ? 'app.kubernetes.io/part-of=govuk,!workflows.argoproj.io/workflow' : null,
      state: forbidden && kind === 'workflows' ? away : live(),
      since: hoursAgo(5 - index),
      objects: index * 40,
      lastEventAt: index === 0 ? null : hoursAgo(index / 60),
      restarts: index,
    })),
    gaps: forbidden
      ? [
          {
            kind: 'workflows',
            namespace: 'apps',
            selector: null,
            topics: ['workflows'],
            since: away.since,
            because: failure,
            means: 'Signalbox can’t see tests and promotions there, or whether one is in progress.',
          },
        ]
      : [],
    access: [
      { action: 'refresh', state: 'allowed', why: 'Granted: patch applications.argoproj.io.', asked: true },
      {
        action: 'sync',
        state: forbidden ? 'denied' : 'allowed',
        why: 'Your account does not have permission to patch applications.argoproj.io in cluster-services.',
        asked: true,
      },
      { action: 'stop-workflow', state: 'unknown', why: 'The cluster did not answer.', asked: true },
    ],
  };
}
