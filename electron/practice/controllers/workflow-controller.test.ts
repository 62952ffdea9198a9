import { afterEach, describe, expect, it } from 'vitest';
import type { Application, Pod, Workflow, WorkflowNode } from './kubernetes-shapes';
import {
  type Cluster,
  MemoryFaults,
  MemoryRepo,
  rehearsalApps,
  startCluster,
  stopRehearsals,
} from './rehearsal';
import { appsNamespace, argoNamespace } from './render';

afterEach(stopRehearsals);

const newRepo = () => new MemoryRepo(['integration', 'staging', 'production'], rehearsalApps, 'v1');
const nodesOf = (workflow: Workflow): WorkflowNode[] => Object.values(workflow.status?.nodes ?? {});
const nodeNamed = (workflow: Workflow | undefined, displayName: string) =>
  workflow && nodesOf(workflow).find((node) => node.displayName === displayName);

/** The pod of a node, found as clients find it. */
const podOfNode = (cluster: Cluster, workflow: Workflow, node: WorkflowNode | undefined) =>
  cluster.store
    .list<Pod>('Pod', { labelSelector: `workflows.argoproj.io/workflow=${workflow.metadata.name}` })
    .find((pod) => pod.metadata.annotations?.['workflows.argoproj.io/node-id'] === node?.id);
const logOfNode = (cluster: Cluster, workflow: Workflow, displayName: string) =>
  cluster.log(podOfNode(cluster, workflow, nodeNamed(workflow, displayName))?.metadata.name ?? '', 'main');

/** Integration and staging, wired as the estate wires them. */
async function startPair(options: { speed?: number; faults?: MemoryFaults; repo?: MemoryRepo } = {}) {
  const repo = options.repo ?? newRepo();
  const faults = options.faults ?? new MemoryFaults();
  const staging = await startCluster({ repo, faults, environment: 'staging', speed: options.speed });
  const integration = await startCluster({
    repo,
    faults,
    environment: 'integration',
    speed: options.speed,
    next: { name: 'staging', startDeployImage: (request) => staging.controllers.deployImage(request) },
  });
  return { repo, faults, staging, integration };
}

/** The smoke tests of an application's newest post-sync, once their pod runs. */
function testing(cluster: Cluster, application: string, imageTag: string): Promise<Workflow> {
  return cluster.until(`smoke tests of ${application}`, () =>
    cluster
      .workflows('post-sync')
      .find(
        (workflow) =>
          workflow.metadata.labels?.application === application &&
          workflow.metadata.labels.imageTag === imageTag &&
          nodeNamed(workflow, 'smoke-test(0)')?.phase === 'Running',
      ),
  );
}

const ended = (cluster: Cluster, name: string): Promise<Workflow> =>
  cluster.until(`the end of ${name}`, () => {
    const workflow = cluster.store.get<Workflow>('Workflow', appsNamespace, name);
    return workflow?.metadata.labels?.['workflows.argoproj.io/completed'] === 'true' && workflow;
  });

describe('a release', () => {
  it('is deployed, tested and promoted, with nodes, labels, pods and logs as Argo has them', async () => {
    const { repo, staging, integration } = await startPair();
    const name = await integration.controllers.deployImage({
      repo: 'frontend',
      imageTag: 'v2',
      promote: true,
    });
    await staging.until('v2 in staging', () => staging.settled('frontend', 'v2'));
    expect(repo.values('staging', 'frontend')).toEqual({
      imageTag: 'v2',
      automaticDeploysEnabled: true,
      promoteDeployment: true,
    });
    expect(repo.values('production', 'frontend')?.imageTag).toBe('v1');

    const deploy = await ended(integration, name);
    expect(deploy.status).toMatchObject({ phase: 'Succeeded', progress: '2/2' });
    expect(deploy.metadata.labels).toMatchObject({
      repoName: 'frontend',
      imageTag: 'v2',
      environment: 'integration',
      promoteDeployment: 'true',
      'workflows.argoproj.io/workflow-template': 'deploy-image',
      'workflows.argoproj.io/phase': 'Succeeded',
    });
    expect(new Set(nodesOf(deploy).map((node) => node.type))).toEqual(
      new Set(['Steps', 'StepGroup', 'Retry', 'Pod', 'Skipped']),
    );
    const attempt = nodeNamed(deploy, 'update-image-tag(0)');
    expect(attempt?.phase).toBe('Succeeded');
    const pod = podOfNode(integration, deploy, attempt);
    expect(pod?.spec.containers.map((one) => one.name)).toEqual(['main', 'wait']);
    expect(pod?.spec.initContainers?.map((one) => one.name)).toEqual(['init']);
    expect(integration.log(pod?.metadata.name ?? '', 'main')).toContain('Merged into main');

    const own = integration
      .workflows('post-sync')
      .find((one) => one.metadata.labels?.application === 'frontend');
    const postSync = await ended(integration, own?.metadata.name ?? '');
    expect(postSync.metadata.labels).toMatchObject({
      repoName: 'frontend',
      imageTag: 'v2',
      promoteDeployment: 'true',
      automaticDeploysEnabled: 'true',
    });
    expect(postSync.status?.phase).toBe('Succeeded');
    expect(nodeNamed(postSync, 'smoke-test')?.type).toBe('Retry');
    expect(logOfNode(integration, postSync, 'smoke-test(0)')).toMatch(/Running 12 tests[\s\S]*12 passed/);

    // The draft twin was synced and tested too, and promoted nothing.
    const draft = integration
      .workflows('post-sync')
      .find((one) => one.metadata.labels?.application === 'draft-frontend');
    const twin = await ended(integration, draft?.metadata.name ?? '');
    expect(nodeNamed(twin, 'promote-release')).toMatchObject({ phase: 'Skipped', type: 'Skipped' });
    expect(staging.workflows('deploy-image')).toHaveLength(1);
  });

  it('is not promoted after a deployment by a person', async () => {
    const { integration, staging } = await startPair();
    await integration.controllers.deployImage({ repo: 'frontend', imageTag: 'v2', promote: false });
    const { metadata } = await testing(integration, 'frontend', 'v2');
    const workflow = await ended(integration, metadata.name);
    expect(workflow.status?.phase).toBe('Succeeded');
    expect(nodeNamed(workflow, 'promote-release')?.phase).toBe('Skipped');
    expect(staging.workflows('deploy-image')).toEqual([]);
  });
});

describe('smoke tests', () => {
  it('that are flaky pass at a later attempt', async () => {
    const faults = new MemoryFaults();
    faults.failingTests = (version, _environment, attempt) => version === 'v2' && attempt === 1;
    const { integration, staging } = await startPair({ faults });
    await integration.controllers.deployImage({ repo: 'frontend', imageTag: 'v2', promote: true });
    const { metadata } = await testing(integration, 'frontend', 'v2');
    const workflow = await ended(integration, metadata.name);
    expect(workflow.status?.phase).toBe('Succeeded');
    expect(nodeNamed(workflow, 'smoke-test(0)')).toMatchObject({
      phase: 'Failed',
      message: 'main: Error (exit code 1)',
    });
    expect(nodeNamed(workflow, 'smoke-test(1)')?.phase).toBe('Succeeded');
    expect(nodeNamed(workflow, 'smoke-test')?.children).toHaveLength(2);
    await staging.until('v2', () => staging.settled('frontend', 'v2'));
  });

  it('that fail stop the promotion, and the exit handler tells', async () => {
    const faults = new MemoryFaults();
    faults.failingTests = (version) => version === 'v2';
    const { integration, staging } = await startPair({ faults });
    await integration.controllers.deployImage({ repo: 'frontend', imageTag: 'v2', promote: true });
    const { metadata } = await testing(integration, 'frontend', 'v2');
    const workflow = await ended(integration, metadata.name);
    expect(workflow.status?.phase).toBe('Failed');
    expect(nodesOf(workflow).filter((node) => /^smoke-test\(/.test(node.displayName))).toHaveLength(3);
    expect(nodeNamed(workflow, 'smoke-test')?.message).toBe('No more retries left');
    expect(nodeNamed(workflow, 'promote-release')?.phase).toBe('Omitted');
    expect(logOfNode(integration, workflow, 'notify-slack')).toContain('has Failed');
    expect(staging.workflows('deploy-image')).toEqual([]);
  });
});

describe('a hold', () => {
  const annotation = (cluster: Cluster) =>
    cluster.app('frontend').metadata.annotations?.automaticDeploysEnabled;

  it('before E that is in place when the tests begin stops the promotion into E', async () => {
    const { repo, integration, staging } = await startPair();
    repo.set('integration', 'frontend', { automaticDeploysEnabled: false });
    integration.refresh();
    await integration.until('the annotation', () => annotation(integration) === 'false');
    // The annotation alone is no deployment: nothing was synced or tested.
    expect(integration.workflows('post-sync')).toEqual([]);
    await integration.controllers.deployImage({ repo: 'frontend', imageTag: 'v2', promote: true });
    const { metadata } = await testing(integration, 'frontend', 'v2');
    const workflow = await ended(integration, metadata.name);
    expect(workflow.metadata.labels?.automaticDeploysEnabled).toBe('false');
    expect(nodeNamed(workflow, 'promote-release')?.phase).toBe('Skipped');
    expect(staging.workflows('deploy-image')).toEqual([]);
  });

  it('in E alone does not stop it', async () => {
    const { repo, integration, staging } = await startPair();
    repo.set('staging', 'frontend', { automaticDeploysEnabled: false });
    staging.refresh();
    await staging.until('the annotation', () => annotation(staging) === 'false');
    await integration.controllers.deployImage({ repo: 'frontend', imageTag: 'v2', promote: true });
    await staging.until('v2 in spite of the hold', () => staging.settled('frontend', 'v2'));
  });

  it('that comes while the tests run comes too late: the old answer is carried on', async () => {
    const { repo, integration, staging } = await startPair({ speed: 60 });
    await integration.controllers.deployImage({ repo: 'frontend', imageTag: 'v2', promote: true });
    const running = await testing(integration, 'frontend', 'v2');
    repo.set('integration', 'frontend', { automaticDeploysEnabled: false });
    integration.refresh();
    await integration.until('the annotation', () => annotation(integration) === 'false');
    const now = integration.store.get<Workflow>('Workflow', appsNamespace, running.metadata.name);
    expect(now?.status?.phase).toBe('Running');
    expect(now?.metadata.labels?.automaticDeploysEnabled).toBe('true');
    await staging.until('v2 in spite of the hold', () => staging.settled('frontend', 'v2'));
  });

  it('together with a stop of the running tests holds, and the exit handler still runs', async () => {
    const { repo, integration, staging } = await startPair({ speed: 60 });
    await integration.controllers.deployImage({ repo: 'frontend', imageTag: 'v2', promote: true });
    const running = await testing(integration, 'frontend', 'v2');
    repo.set('integration', 'frontend', { automaticDeploysEnabled: false });
    integration.refresh();
    integration.store.patch('Workflow', appsNamespace, running.metadata.name, 'merge', {
      spec: { shutdown: 'Stop' },
    });
    const stopped = await ended(integration, running.metadata.name);
    expect(stopped.status).toMatchObject({ phase: 'Failed', message: "Stopped with strategy 'Stop'" });
    expect(nodeNamed(stopped, 'smoke-test(0)')).toMatchObject({
      phase: 'Failed',
      message: 'workflow shutdown with strategy:  Stop',
    });
    expect(nodeNamed(stopped, 'promote-release')?.phase).toBe('Omitted');
    expect(nodeNamed(stopped, 'notify-slack')?.phase).toBe('Succeeded');
    await integration.until('the annotation', () => annotation(integration) === 'false');
    // Whatever was on its way has ended; nothing arrived.
    await integration.until('all to end', () =>
      integration.workflows('post-sync').every((one) => one.status?.finishedAt),
    );
    expect(staging.workflows('deploy-image')).toEqual([]);
    expect(repo.values('staging', 'frontend')?.imageTag).toBe('v1');
  });
});

describe('a workflow', () => {
  const submit = (cluster: Cluster, spec: object = {}) =>
    cluster.store.create<Workflow>('Workflow', {
      metadata: {
        generateName: 'post-sync-',
        namespace: appsNamespace,
        labels: { 'workflows.argoproj.io/workflow-template': 'post-sync' },
      },
      spec: {
        workflowTemplateRef: { name: 'post-sync' },
        arguments: {
          parameters: [
            ['application', 'frontend'],
            ['repoName', 'frontend'],
            ['imageTag', 'v1'],
            ['promoteDeployment', 'false'],
            ['automaticDeploysEnabled', 'true'],
          ].map(([name = '', value]) => ({ name, value })),
        },
        ...spec,
      },
    }).metadata.name;

  it('is terminated without its exit handler', async () => {
    const cluster = await startCluster({ repo: newRepo(), speed: 60 });
    const name = submit(cluster);
    await testing(cluster, 'frontend', 'v1');
    cluster.store.patch('Workflow', appsNamespace, name, 'merge', { spec: { shutdown: 'Terminate' } });
    const workflow = await ended(cluster, name);
    expect(workflow.status).toMatchObject({ phase: 'Failed', message: "Stopped with strategy 'Terminate'" });
    expect(nodeNamed(workflow, 'notify-slack')).toBeUndefined();
    const pod = podOfNode(cluster, workflow, nodeNamed(workflow, 'smoke-test(0)'));
    expect(pod?.status?.containerStatuses?.[0]?.state.terminated?.exitCode).toBe(143);
  });

  it('that is suspended makes no pods until it is resumed', async () => {
    const cluster = await startCluster({ repo: newRepo() });
    const name = submit(cluster, { suspend: true });
    await cluster.until(
      'it to run',
      () => cluster.store.get<Workflow>('Workflow', appsNamespace, name)?.status?.phase === 'Running',
    );
    expect(cluster.store.list('Pod', { labelSelector: `workflows.argoproj.io/workflow=${name}` })).toEqual(
      [],
    );
    cluster.store.patch('Workflow', appsNamespace, name, 'merge', { spec: { suspend: null } });
    expect((await ended(cluster, name)).status?.phase).toBe('Succeeded');
  });

  it('goes on from its failure after a retry as clients make it', async () => {
    const faults = new MemoryFaults();
    faults.failingTests = () => true;
    const cluster = await startCluster({ repo: newRepo(), faults, speed: 1000 });
    const name = submit(cluster);
    const failed = await ended(cluster, name);
    expect(failed.status?.phase).toBe('Failed');
    faults.failingTests = () => false;
    const gone = nodesOf(failed).filter(
      (node) =>
        (node.phase === 'Failed' && node.type === 'Pod') ||
        node.name.includes('.onExit') ||
        node.phase === 'Omitted',
    );
    for (const node of gone) {
      const pod = podOfNode(cluster, failed, node);
      if (pod) cluster.store.delete('Pod', appsNamespace, pod.metadata.name);
    }
    cluster.store.modify<Workflow>('Workflow', appsNamespace, name, (draft) => {
      const { nodes = {} } = draft.status ?? {};
      for (const node of gone) delete nodes[node.id];
      for (const node of Object.values(nodes)) {
        node.children = node.children?.filter((id) => nodes[id]);
        node.outboundNodes = [];
        node.phase = 'Running';
        delete node.finishedAt;
        delete node.message;
      }
      if (draft.metadata.labels) delete draft.metadata.labels['workflows.argoproj.io/completed'];
      draft.status = { ...draft.status, phase: '', message: '', finishedAt: null, nodes };
    });
    await cluster.until(
      'success',
      () => cluster.store.get<Workflow>('Workflow', appsNamespace, name)?.status?.phase === 'Succeeded',
    );
  });

  it('of a template that is not there ends in Error', async () => {
    const cluster = await startCluster({ repo: newRepo() });
    const name = submit(cluster, { workflowTemplateRef: { name: 'nothing' } });
    expect((await ended(cluster, name)).status).toMatchObject({
      phase: 'Error',
      message: 'workflowtemplates.argoproj.io "nothing" not found',
    });
  });

  it('is deleted with its pods when its TTL is over', async () => {
    const cluster = await startCluster({ repo: newRepo(), speed: 1000 });
    const name = submit(cluster, { ttlStrategy: { secondsAfterCompletion: 60 } });
    await ended(cluster, name);
    await cluster.until(
      'nothing left',
      () =>
        !cluster.store.get('Workflow', appsNamespace, name) &&
        cluster.store.list('Pod', { labelSelector: `workflows.argoproj.io/workflow=${name}` }).length === 0,
    );
  });

  it('of deploy-image tries again while the repo is away, and gets there', async () => {
    const { repo, integration } = await startPair();
    repo.away = true;
    const name = await integration.controllers.deployImage({
      repo: 'frontend',
      imageTag: 'v2',
      promote: false,
    });
    await integration.until('a failed attempt', () => {
      const workflow = integration.store.get<Workflow>('Workflow', appsNamespace, name);
      return nodeNamed(workflow, 'update-image-tag(0)')?.phase === 'Failed';
    });
    repo.away = false;
    expect((await ended(integration, name)).status?.phase).toBe('Succeeded');
    await integration.until('v2', () => integration.settled('frontend', 'v2'));
  });
});

it('post-sync starts once per synced revision, whatever else is written', async () => {
  const { integration } = await startPair();
  await integration.controllers.deployImage({ repo: 'frontend', imageTag: 'v2', promote: false });
  const { metadata } = await testing(integration, 'frontend', 'v2');
  for (let n = 0; n < 5; n += 1) {
    integration.store.patch<Application>('Application', argoNamespace, 'frontend', 'merge', {
      metadata: { annotations: { touched: String(n) } },
    });
    integration.refresh('frontend');
    await integration.until('compared', () => {
      const annotations = integration.app('frontend').metadata.annotations;
      return annotations?.['argocd.argoproj.io/refresh'] === undefined;
    });
  }
  await ended(integration, metadata.name);
  const own = integration
    .workflows('post-sync')
    .filter((one) => one.metadata.labels?.application === 'frontend');
  expect(own).toHaveLength(1);
});
