import { describe, expect, it } from 'vitest';
import type { Application } from '../../shared/domain/board/board';
import { readApplication } from '../systems/argo/application';
import { readWorkflow } from '../systems/argo/read-workflow';
import { createClusterState } from './cluster-state';
import { type CellObservation, healthOf, recordHealth } from './recorder';
import { trimDeployment, trimReplicaSet } from './trim';
import { watchedKinds } from './watched-kinds';

const kinds = Object.values(
  watchedKinds({
    environment: 'staging',
    argoNamespace: 'argo',
    workflowsNamespace: 'apps',
    appsNamespace: 'apps',
    parentApplication: 'app-config',
  }),
).flat();

const application = (facts: Partial<Application> = {}): Application => ({
  name: 'frontend',
  version: 'v2',
  automaticDeploysEnabled: true,
  promoteDeployment: true,
  sync: 'Synced',
  health: 'Healthy',
  operation: null,
  conditions: [],
  images: [],
  ...facts,
});

describe('the health of an app', () => {
  it('needs every twin healthy, and one that is degraded suffices for degraded', () => {
    expect(healthOf([application(), application({ name: 'draft' })])?.what).toBe('healthy');
    expect(healthOf([application(), application({ name: 'draft', health: 'Progressing' })])).toBeNull();
    expect(healthOf([application(), application({ name: 'draft', health: 'Degraded' })])?.source).toBe(
      'Application draft',
    );
  });
  it('says nothing while twins differ, a sync runs or nothing was seen', () => {
    expect(healthOf([application(), application({ version: 'v1' })])).toBeNull();
    expect(healthOf([application({ sync: 'OutOfSync' })])).toBeNull();
    expect(
      healthOf([application({ operation: { phase: 'Running', message: null, startedAt: null } })]),
    ).toBeNull();
    expect(healthOf([])).toBeNull();
  });
});

describe('the recorder', () => {
  const put = (name: string, health: string) => ({
    source: 'watch' as const,
    removed: [],
    upserts: [
      {
        namespace: 'c',
        name,
        uid: name,
        resourceVersion: '1',
        value: readApplication({
          metadata: { name, namespace: 'c', annotations: { repoName: 'frontend', imageTag: 'v2' } },
          status: { sync: { status: 'Synced' }, health: { status: health } },
        }) as NonNullable<ReturnType<typeof readApplication>>,
      },
    ],
  });

  it('records each change once, while live, and only once the rollout agrees', () => {
    const state = createClusterState('staging', kinds);
    const recorded: CellObservation[] = [];
    recordHealth({
      view: state.view,
      apps: () => ['frontend'],
      record: (o) => recorded.push(o),
      now: () => 'now',
    });
    state.applyApplications(put('frontend', 'Healthy'));
    expect(recorded).toEqual([]);
    const deployment = (available: number) => ({
      source: 'watch' as const,
      removed: [],
      upserts: [
        {
          namespace: 'apps',
          name: 'frontend',
          uid: 'd',
          resourceVersion: '1',
          value: trimDeployment({
            metadata: {
              name: 'frontend',
              namespace: 'apps',
              uid: 'd',
              labels: { 'app.govuk/repository-name': 'frontend' },
              annotations: { 'deployment.kubernetes.io/revision': '1' },
            },
            spec: { replicas: 1 },
            status: { replicas: 1, updatedReplicas: 1, availableReplicas: available },
          }),
        },
      ],
    });
    const replicaSet = (image: string) => ({
      source: 'watch' as const,
      removed: [],
      upserts: [
        {
          namespace: 'apps',
          name: 'frontend-1',
          uid: 'r',
          resourceVersion: '1',
          value: trimReplicaSet({
            metadata: {
              name: 'frontend-1',
              namespace: 'apps',
              uid: 'r',
              labels: { 'app.govuk/repository-name': 'frontend' },
              annotations: { 'deployment.kubernetes.io/revision': '1' },
              ownerReferences: [{ kind: 'Deployment', uid: 'd', controller: true }],
            },
            spec: { template: { spec: { containers: [{ image }] } } },
          }),
        },
      ],
    });
    state.applyDeployments(deployment(1));
    state.applyReplicaSets(replicaSet('registry/frontend:v1'));
    for (const kind of kinds) state.applyFreshness(kind, { state: 'live', asOf: 'now' });
    // All is well, but with the version before: Kubernetes was not given the new one yet.
    expect(recorded).toEqual([]);
    state.applyApplications(put('frontend', 'Degraded'));
    expect(recorded).toEqual([]);
    state.applyApplications(put('frontend', 'Healthy'));
    state.applyDeployments(deployment(0));
    state.applyReplicaSets(replicaSet('registry/frontend:v2'));
    expect(recorded).toEqual([]);
    state.applyDeployments(deployment(1));
    state.applyDeployments(deployment(1));
    expect(recorded.map(({ what, version }) => [what, version])).toEqual([['healthy', 'v2']]);
    state.applyApplications(put('frontend', 'Degraded'));
    state.applyApplications(put('frontend', 'Healthy'));
    expect(recorded.map(({ what }) => what)).toEqual(['healthy', 'degraded', 'healthy']);
  });

  it('records how tests ended, but not of a run that was stopped', () => {
    const state = createClusterState('staging', kinds);
    const recorded: CellObservation[] = [];
    for (const kind of kinds) state.applyFreshness(kind, { state: 'live', asOf: 'now' });
    recordHealth({ view: state.view, apps: () => [], record: (o) => recorded.push(o), now: () => 'now' });
    const run = (name: string, phase: string, shutdown?: string) => {
      const value = readWorkflow(
        {
          metadata: {
            name,
            namespace: 'apps',
            labels: {
              repoName: 'frontend',
              imageTag: 'v2',
              'workflows.argoproj.io/workflow-template': 'post-sync',
            },
          },
          spec: shutdown ? { shutdown } : {},
          status: { phase, finishedAt: '2026-01-01T00:00:00Z' },
        },
        'staging',
      );
      if (value) {
        const item = { namespace: 'apps', name, uid: name, resourceVersion: '1', value };
        state.applyWorkflows({ source: 'watch', removed: [], upserts: [item] });
      }
    };
    run('a', 'Running');
    run('a', 'Failed');
    run('b', 'Failed', 'Stop');
    run('c', 'Succeeded');
    expect(recorded.map(({ what, source }) => [what, source])).toEqual([
      ['tests-failed', 'Workflow a'],
      ['tests-passed', 'Workflow c'],
    ]);
  });
});
