import {
  ApiException,
  AppsV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
} from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RightsState } from '../../systems/practice/rights';
import { somePod, startTestCluster, type TestCluster } from '../testing/cluster';
import { clusterGrant } from './cluster-role';
import { standardRights } from './standard-rights';

/** What Kubernetes' own client is told in the environments of the practice estate. */
let cluster: TestCluster;
let rights: RightsState;
let config: KubeConfig;

beforeEach(async () => {
  rights = standardRights('govuk');
  cluster = await startTestCluster({
    server: { tokens: { 'token-of-test': () => clusterGrant(rights) } },
  });
  cluster.store.create('Pod', somePod('frontend-1'));
  config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
  config.setCurrentContext('test');
});
afterEach(() => cluster.close());

const argo = { group: 'argoproj.io', version: 'v1alpha1' };
/** Whether it was done, or the status and message of the refusal. */
const outcome = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'done',
    (error: unknown) => {
      if (!(error instanceof ApiException)) throw error;
      const body = JSON.parse(String(error.body)) as { message: string };
      return `${error.code} ${body.message}`;
    },
  );
const list = (namespace: string, plural: string) =>
  outcome(config.makeApiClient(CustomObjectsApi).listNamespacedCustomObject({ ...argo, namespace, plural }));
const submit = () =>
  outcome(
    config.makeApiClient(CustomObjectsApi).createNamespacedCustomObject({
      ...argo,
      namespace: 'apps',
      plural: 'workflows',
      body: {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Workflow',
        metadata: { generateName: 'deploy-image-' },
        spec: { workflowTemplateRef: { name: 'deploy-image' } },
      },
    }),
  );
/** What a review says to `verb group/resource in namespace`. */
async function review(verb: string, group: string, resource: string, namespace: string): Promise<boolean> {
  const { status } = await config.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({
    body: { spec: { resourceAttributes: { verb, group, resource, namespace } } },
  });
  return status?.allowed ?? false;
}
const readPods = () =>
  Promise.all([
    outcome(config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: 'apps' })),
    outcome(config.makeApiClient(CoreV1Api).listNamespacedEvent({ namespace: 'apps' })),
    outcome(config.makeApiClient(AppsV1Api).listNamespacedDeployment({ namespace: 'apps' })),
    outcome(config.makeApiClient(AppsV1Api).listNamespacedReplicaSet({ namespace: 'apps' })),
    outcome(config.makeApiClient(CoreV1Api).readNamespacedPodLog({ namespace: 'apps', name: 'frontend-1' })),
  ]);
const forbidden = (verb: string, resource: string, namespace: string) =>
  `403 ${resource}.argoproj.io is forbidden: User "release-manager" cannot ${verb} resource "${resource}" in API group "argoproj.io" in the namespace "${namespace}"`;

const profiles = ['govuk', 'govuk-pods-only'] as const;
it.each(profiles)('%s: pods and what is above them, and nothing of Argo', async (profile) => {
  rights.profile = profile;
  expect(await readPods()).toEqual(['done', 'done', 'done', 'done', 'done']);
  expect(await list('cluster-services', 'applications')).toBe(
    forbidden('list', 'applications', 'cluster-services'),
  );
  expect(await review('patch', 'argoproj.io', 'applications', 'cluster-services')).toBe(false);
  expect(await list('apps', 'workflows')).toBe(forbidden('list', 'workflows', 'apps'));
  expect(await list('apps', 'workflowtemplates')).toBe(forbidden('list', 'workflowtemplates', 'apps'));
  expect(await review('create', 'argoproj.io', 'workflows', 'apps')).toBe(false);
  expect(await submit()).toBe(forbidden('create', 'workflows', 'apps'));
  // The same name in another API group is another resource.
  expect(await review('list', '', 'deployments', 'apps')).toBe(false);
  expect(await review('list', 'apps', 'deployments', 'apps')).toBe(true);
});

it('everything, as soon as that is given', async () => {
  rights.profile = 'govuk-pods-only';
  expect(await list('cluster-services', 'applications')).toMatch(/^403/);
  rights.profile = 'everything';
  expect(await list('cluster-services', 'applications')).toBe('done');
  expect(await submit()).toBe('done');
});
