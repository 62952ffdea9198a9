import { expect, it } from 'vitest';
import { readApplication } from '../systems/argo/application';
import { podOwners } from './pod-owners';

const resource = (kind: string, name: string, namespace = 'apps') => ({
  group: kind === 'Service' ? '' : 'apps',
  kind,
  name,
  namespace,
  version: 'v1',
  status: 'Synced',
});

/** Applications that are called otherwise than what they have. */
const owners = podOwners({
  pods: { get: () => null },
  jobs: { all: () => [] },
  workflows: { get: () => null, all: () => [] },
  applications: new Map(
    [
      { name: 'web', resources: [resource('Service', 'frontend')] },
      { name: 'frontend', resources: [resource('Deployment', 'other')] },
      {
        name: 'live-site',
        resources: [resource('Deployment', 'frontend'), resource('Deployment', 'worker')],
      },
      { name: 'elsewhere', resources: [resource('Deployment', 'frontend', 'preview')] },
    ].flatMap(({ name, resources }) => {
      const read = readApplication({
        metadata: { name, namespace: 'argocd' },
        spec: {},
        status: { resources },
      });
      return read ? [[name, read] as const] : [];
    }),
  ),
});

it('finds the Application of a workload by what Argo CD says that it has, and by names after that', () => {
  const at = { kind: 'Deployment' as const, namespace: 'apps' };
  expect(owners.applicationsWith({ ...at, name: 'frontend' })).toEqual(['live-site', 'frontend']);
  expect(owners.applicationsWith({ ...at, namespace: 'preview', name: 'frontend' })).toEqual([
    'elsewhere',
    'frontend',
  ]);
  expect(owners.applicationsWith({ ...at, name: 'unknown' })).toEqual([]);
});

it('finds the Application of a pod by the workload that it is called after', () => {
  expect(owners.applicationsOf('apps', 'worker-6d4-x2')).toEqual(['live-site']);
  expect(owners.applicationsOf('apps', 'frontend-6d4-x2').toSorted()).toEqual(['frontend', 'live-site']);
  expect(owners.applicationsOf('apps', 'workers-6d4-x2')).toEqual([]);
});
