import { Application } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/Application';
import { AppProject } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/AppProject';
import { Workflow } from '@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/Workflow';
import { WorkflowTemplate } from '@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/WorkflowTemplate';
import { DaemonSet } from 'kubernetes-models/apps/v1/DaemonSet';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { ReplicaSet } from 'kubernetes-models/apps/v1/ReplicaSet';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { CronJob } from 'kubernetes-models/batch/v1/CronJob';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Event } from 'kubernetes-models/v1/Event';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Pod } from 'kubernetes-models/v1/Pod';
import { Service } from 'kubernetes-models/v1/Service';
import { afterEach, expect, it } from 'vitest';
import { type Kind, kinds } from '../cluster/kinds';
import type { KubeObject } from '../cluster/stored-objects';
import {
  type Cluster,
  MemoryFaults,
  MemoryRepo,
  rehearsalApps,
  startCluster,
  stopRehearsals,
} from './rehearsal';

afterEach(stopRehearsals);

/**
 * Validators of types that we did not write: of Kubernetes' OpenAPI, of Argo CD's custom resource definitions and of
 * Argo Workflows' Go types (version 4).
 */
const models: Record<Kind, new (data: never) => { validate(): void }> = {
  Namespace,
  Pod,
  Event,
  Deployment,
  ReplicaSet,
  StatefulSet,
  DaemonSet,
  Job,
  CronJob,
  ConfigMap,
  Service,
  PersistentVolumeClaim,
  Ingress,
  HorizontalPodAutoscaler,
  Application,
  AppProject,
  Workflow,
  WorkflowTemplate,
};

/**
 * `ParallelSteps` is a struct in Go and a list in JSON (it marshals itself; `OpenAPISchemaType` says `array`), which the
 * generator of these schemas does not see. Everything else that they find is ours.
 */
const generatorsFault = /\/steps\/\d+ must be object$/;

/** Holds every object that the store ever has against its schema: all that the API can serve. */
function watchSchemas(cluster: Cluster) {
  const faults = new Set<string>();
  const checked = new Map<Kind, number>();
  for (const kind of kinds)
    cluster.store.subscribe<KubeObject>(
      kind,
      ({ object }) => {
        checked.set(kind, (checked.get(kind) ?? 0) + 1);
        try {
          new models[kind](structuredClone(object) as never).validate();
        } catch (error) {
          const said = (error as Error).message.split(', ').filter((one) => !generatorsFault.test(one));
          if (said.length > 0) faults.add(`${kind}: ${said.join(', ')}`);
        }
      },
      { replay: true },
    );
  return { faults, checked };
}

it('the practice cluster serves only what Kubernetes and Argo could serve', async () => {
  const repo = new MemoryRepo(['integration'], rehearsalApps, 'v1');
  const faults = new MemoryFaults();
  const cluster = await startCluster({ repo, faults, environment: 'integration' });
  const seen = watchSchemas(cluster);
  // A release whose migration runs and whose tests fail the first time; then one that crashes, one whose migration fails.
  faults.failingTests = (version, _environment, attempt) => version === 'v2' && attempt === 0;
  faults.crashing.add('v3');
  faults.failingMigrations.add('v4');
  for (const app of ['publishing-api', 'frontend']) {
    await cluster.controllers.deployImage({ repo: app, imageTag: 'v2', promote: true });
    await cluster.until(`the tests of ${app}`, () =>
      cluster
        .workflows('post-sync')
        .some(({ metadata, status }) => metadata.labels?.repoName === app && status?.phase === 'Succeeded'),
    );
  }
  repo.set('integration', 'frontend', { imageTag: 'v3' });
  await cluster.until('a crash', () =>
    cluster.store
      .list('Event')
      .some((event) => (event as unknown as { reason: string }).reason === 'BackOff'),
  );
  repo.set('integration', 'publishing-api', { imageTag: 'v4' });
  await cluster.until('a failed migration', () =>
    cluster.store
      .list('Application')
      .some((application) => JSON.stringify(application).includes('"hookPhase":"Failed"')),
  );
  expect([...seen.faults]).toEqual([]);
  // Kinds that can be asked for, as on any cluster, and that nothing in the practice estate makes.
  const empty: readonly Kind[] = [
    'ConfigMap',
    'StatefulSet',
    'DaemonSet',
    'CronJob',
    'Service',
    'PersistentVolumeClaim',
    'Ingress',
    'HorizontalPodAutoscaler',
  ];
  expect([...seen.checked.keys()].sort()).toEqual(kinds.filter((kind) => !empty.includes(kind)).sort());
});

it('workflows are served with compressed steps where the scenario asks for it, and run as ever', async () => {
  const cluster = await startCluster({
    repo: new MemoryRepo(['integration'], rehearsalApps, 'v1'),
    environment: 'integration',
  });
  const seen = watchSchemas(cluster);
  cluster.controllers.compressWorkflows(true);
  const name = await cluster.controllers.deployImage({ repo: 'frontend', imageTag: 'v2', promote: false });
  const ended = await cluster.until('the end', () =>
    cluster
      .workflows('deploy-image')
      .find(({ metadata, status }) => metadata.name === name && status?.finishedAt),
  );
  expect(ended.status).toMatchObject({ phase: 'Succeeded', compressedNodes: expect.any(String) });
  expect(ended.status).not.toHaveProperty('nodes');
  expect([...seen.faults]).toEqual([]);
});
