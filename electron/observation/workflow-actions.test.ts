import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureError } from '../../shared/domain/failure/failure';
import type { ManualAction } from '../../shared/domain/operation/manual-action';
import { createManualActions } from '../engine/manual-actions';
import { noLog } from '../log/log';
import { somePod, startTestCluster, type TestCluster } from '../practice/testing/cluster';
import { connect } from '../systems/kubernetes/connection';
import { observeCluster } from './observe-cluster';
import type { Cluster, LogEvent } from './types';

const never = new AbortController().signal;
const place = {
  environment: 'staging',
  argoNamespace: 'cluster-services',
  workflowsNamespace: 'apps',
  appsNamespace: 'apps',
  parentApplication: 'app-config',
};
const failed = {
  metadata: {
    name: 'post-sync-1',
    namespace: 'apps',
    generateName: 'post-sync-',
    labels: { repoName: 'frontend', imageTag: 'v1', 'workflows.argoproj.io/completed': 'true' },
  },
  spec: { workflowTemplateRef: { name: 'post-sync' } },
  status: {
    phase: 'Failed',
    nodes: {
      'post-sync-1': {
        id: 'post-sync-1',
        name: 'post-sync-1',
        type: 'DAG',
        phase: 'Failed',
        children: ['a', 'b'],
      },
      a: { id: 'a', name: 'post-sync-1.a', type: 'Pod', phase: 'Succeeded', boundaryID: 'post-sync-1' },
      b: { id: 'b', name: 'post-sync-1.b', type: 'Pod', phase: 'Failed', boundaryID: 'post-sync-1' },
    },
  },
};
const podOf = (node: string) => {
  const pod = somePod(`pod-of-${node}`, { 'workflows.argoproj.io/workflow': 'post-sync-1' });
  return { ...pod, metadata: { ...pod.metadata, annotations: { 'workflows.argoproj.io/node-id': node } } };
};

describe('acts on a cluster', () => {
  let there: TestCluster;
  let cluster: Cluster;
  const stored = (name: string) => there.store.get('Workflow', 'apps', name) as unknown as typeof failed;

  beforeEach(async () => {
    there = await startTestCluster();
    there.store.create('Workflow', failed as never);
    for (const node of ['a', 'b']) there.store.create('Pod', podOf(node) as never);
    cluster = observeCluster({
      connection: await connect({ kubeconfig: [there.kubeconfig], context: 'test' }),
      place,
      log: noLog,
    });
    await expect.poll(() => cluster.view.freshness().state).toBe('live');
  });
  afterEach(async () => {
    await cluster.close();
    await there.close();
  });

  it('retry deletes the pods of what failed and nothing else', async () => {
    expect(await cluster.actions.retryWorkflow('apps', 'post-sync-1', {}, never)).toEqual({
      ok: true,
      value: undefined,
    });
    expect(there.store.list('Pod').map(({ metadata }) => metadata.name)).toEqual(['pod-of-a']);
    expect(stored('post-sync-1')).toMatchObject({
      status: { phase: '', nodes: { 'post-sync-1': { phase: 'Running', children: ['a'] } } },
    });
    // It is under way by now: another retry is refused.
    expect(await cluster.actions.retryWorkflow('apps', 'post-sync-1', {}, never)).toMatchObject({
      failure: { code: 'refused' },
    });
  });

  it('a resubmission and a submission are made once, however often the answer is lost', async () => {
    const again = () => cluster.actions.resubmitWorkflow('apps', 'post-sync-1', { id: 'click-1' }, never);
    const [first, second] = [await again(), await again()];
    expect(first).toEqual(second);
    const submit = () =>
      cluster.actions.submitWorkflow(
        { id: 'op-1.smoke', template: 'smoke-tests', parameters: { bag: '7' } },
        never,
      );
    expect(await submit()).toEqual(await submit());
    expect(there.store.list('Workflow')).toHaveLength(3);
    expect(
      there.store.list('Workflow', { labelSelector: 'signalbox.dev/operation=op-1.smoke' }),
    ).toMatchObject([{ spec: { workflowTemplateRef: { name: 'smoke-tests' } } }]);
  });

  it('goes on once for a request, whatever happened after it', async () => {
    const gate = (phase: string) => ({ id: 'g', name: 'g', type: 'Suspend', phase });
    there.store.create('Workflow', {
      metadata: { name: 'gates', namespace: 'apps' },
      spec: {},
      status: { phase: 'Running', nodes: { one: { ...gate('Running'), id: 'one' } } },
    } as never);
    const resume = (id: string) =>
      cluster.actions.resumeWorkflow('apps', 'gates', { id, actor: 'Ada' }, never);
    expect(await resume('click-1')).toMatchObject({ ok: true });
    // The next gate is for somebody to look at: the answer to the click before was lost, and it is sent again.
    there.store.modify('Workflow', 'apps', 'gates', (one) =>
      Object.assign((one as unknown as typeof failed).status.nodes, {
        two: { ...gate('Running'), id: 'two' },
      }),
    );
    expect(await resume('click-1')).toMatchObject({ ok: true });
    expect(stored('gates').status.nodes).toMatchObject({
      one: { phase: 'Succeeded' },
      two: { phase: 'Running' },
    });
    expect(await resume('click-2')).toMatchObject({ ok: true });
    expect(stored('gates').status.nodes).toMatchObject({ two: { phase: 'Succeeded' } });

    const retry = (id: string) => cluster.actions.retryWorkflow('apps', 'post-sync-1', { id }, never);
    expect(await retry('click-3')).toMatchObject({ ok: true });
    // While it runs, and after it failed once more.
    expect(await retry('click-3')).toMatchObject({ ok: true });
    there.store.modify('Workflow', 'apps', 'post-sync-1', (one) =>
      Object.assign(one, { status: structuredClone(failed.status) }),
    );
    expect(await retry('click-3')).toMatchObject({ ok: true });
    expect(stored('post-sync-1').status.phase).toBe('Failed');
    expect(await retry('click-4')).toMatchObject({ ok: true });
    expect(stored('post-sync-1').status.phase).toBe('');
    // A new run has nothing to do with those requests.
    const made = await cluster.actions.resubmitWorkflow('apps', 'post-sync-1', { id: 'click-5' }, never);
    expect(made.ok && stored(made.value.name).metadata).not.toHaveProperty('annotations');
  });

  it('touches and reads nothing in namespaces that the estate does not name', async () => {
    const elsewhere = { ...failed, metadata: { ...failed.metadata, namespace: 'kube-system' } };
    there.store.create('Workflow', elsewhere as never);
    const before = JSON.stringify(there.store.get('Workflow', 'kube-system', 'post-sync-1'));
    const { actions } = cluster;
    const refused = { failure: { code: 'refused' } };
    expect(await actions.retryWorkflow('kube-system', 'post-sync-1', {}, never)).toMatchObject(refused);
    expect(await actions.stopWorkflow('kube-system', 'post-sync-1', 'Stop', never)).toMatchObject(refused);
    expect(await actions.suspendWorkflow('kube-system', 'post-sync-1', never)).toMatchObject(refused);
    const again = { id: 'click-9' };
    expect(await actions.resubmitWorkflow('kube-system', 'post-sync-1', again, never)).toMatchObject(refused);
    expect(JSON.stringify(there.store.get('Workflow', 'kube-system', 'post-sync-1'))).toBe(before);
    const told: LogEvent[] = [];
    const pod = { namespace: 'kube-system', pod: 'etcd', container: 'etcd', previous: false, tailLines: 10 };
    await cluster.followLog(pod, (event) => told.push(event), never);
    expect(told).toEqual([expect.objectContaining({ type: 'state', state: 'failed' })]);
    expect(told[0]).toMatchObject({ text: expect.stringContaining('does not list namespace kube-system') });
  });

  it('suspends and resumes', async () => {
    there.store.create('Workflow', {
      metadata: { name: 'runs', namespace: 'apps', labels: { repoName: 'frontend' } },
      spec: {},
      status: { phase: 'Running' },
    } as never);
    expect(await cluster.actions.suspendWorkflow('apps', 'runs', never)).toMatchObject({
      value: { changed: true },
    });
    await expect.poll(() => cluster.view.workflow('apps', 'runs')?.suspended).toBe(true);
    const resumed = await cluster.actions.resumeWorkflow('apps', 'runs', { actor: 'Ada' }, never);
    expect(resumed).toMatchObject({ value: { changed: true } });
    expect(stored('runs').spec).not.toHaveProperty('suspend');
  });

  it('tells of the failing pod with its events and the log of the instance that ended', async () => {
    expect(await cluster.failingPod('frontend', never)).toBeNull();
    const labels = { 'app.govuk/repository-name': 'frontend' };
    const annotations = { 'deployment.kubernetes.io/revision': '1' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'app:v1' }] } };
    const owned = (kind: string, { metadata }: { metadata: { name: string; uid: string } }) => [
      { apiVersion: 'apps/v1', kind, name: metadata.name, uid: metadata.uid, controller: true },
    ];
    const selector = { matchLabels: labels };
    const deployment = there.store.create('Deployment', {
      metadata: { name: 'frontend', namespace: 'apps', labels, annotations },
      spec: { replicas: 1, selector, template },
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1 },
    } as never);
    const set = there.store.create('ReplicaSet', {
      metadata: {
        name: 'frontend-1',
        namespace: 'apps',
        labels,
        annotations,
        ownerReferences: owned('Deployment', deployment),
      },
      spec: { replicas: 1, selector, template },
    } as never);
    const ended = {
      exitCode: 1,
      reason: 'Error',
      startedAt: '2026-01-01T00:00:00Z',
      finishedAt: '2026-01-01T00:00:01Z',
    };
    const pod = there.store.create('Pod', {
      metadata: {
        name: 'frontend-1-x',
        namespace: 'apps',
        labels,
        ownerReferences: owned('ReplicaSet', set),
      },
      spec: template.spec,
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'app',
            image: 'app:v1',
            imageID: '',
            ready: false,
            restartCount: 1,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
            lastState: { terminated: ended },
          },
        ],
      },
    } as never);
    for (const [name, reason, at] of [
      ['a', 'Pulled', '2026-01-01T00:00:00Z'],
      ['b', 'BackOff', '2026-01-01T00:00:02Z'],
    ])
      there.store.create('Event', {
        metadata: { name, namespace: 'apps' },
        involvedObject: {
          apiVersion: 'v1',
          kind: 'Pod',
          namespace: 'apps',
          name: 'frontend-1-x',
          uid: pod.metadata.uid,
        },
        reason,
        message: reason,
        type: 'Warning',
        count: 3,
        lastTimestamp: at,
        source: { component: 'kubelet' },
      } as never);
    there.logs.append('apps', 'frontend-1-x', 'app', 'undefined method `price`');
    there.logs.restart('apps', 'frontend-1-x', 'app');
    there.logs.append('apps', 'frontend-1-x', 'app', 'booting');
    await expect.poll(() => cluster.view.rollouts('frontend')[0]?.failingPod).toBe('frontend-1-x');
    expect(await cluster.failingPod('frontend', never)).toMatchObject({
      deployment: 'frontend',
      pod: { reason: 'CrashLoopBackOff', lastTermination: { container: 'app', exitCode: 1 } },
      events: [{ reason: 'BackOff', count: 3, source: 'kubelet' }, { reason: 'Pulled' }],
      log: { container: 'app', previous: true, lines: [{ text: 'undefined method `price`' }] },
    });
  });

  describe('by hand', () => {
    const kept = new Map<string, ManualAction>();
    const actions = (options: { readOnlyBecause?: string; cluster?: Cluster } = {}) =>
      createManualActions({
        clusters: new Map([['staging', options.cluster ?? cluster]]),
        store: {
          recordAction: (action) => {
            kept.set(action.id, action);
            return null;
          },
          action: (id) => kept.get(id) ?? null,
        },
        actor: () => 'Ada',
        readOnlyBecause: options.readOnlyBecause ?? null,
        now: () => new Date(),
      });
    const resubmit = (id: string) => ({
      id,
      kind: 'resubmit' as const,
      environment: 'staging',
      app: 'frontend',
      object: 'Workflow post-sync-1',
      perform: async (one: Cluster, signal: AbortSignal) => {
        const made = await one.actions.resubmitWorkflow('apps', 'post-sync-1', { id }, signal);
        return made.ok ? { ok: true as const, value: { text: 'again', created: made.value } } : made;
      },
    });
    const codeOf = (promise: Promise<unknown>) =>
      promise.then(
        () => 'done',
        (error: unknown) => (error instanceof FailureError ? error.failure.code : error),
      );

    it('a double click is one action, and another click meanwhile is refused', async () => {
      const desk = actions();
      const first = desk.run(resubmit('click-a'));
      const double = desk.run(resubmit('click-a'));
      expect(await codeOf(desk.run(resubmit('click-b')))).toBe('busy');
      expect(await double).toEqual(await first);
      // The same click long after (a window that lost its answer): what it made is told, nothing is done.
      expect(await desk.run(resubmit('click-a'))).toEqual(await first);
      expect(there.store.list('Workflow')).toHaveLength(2);
      expect(kept.get('click-a')).toMatchObject({
        outcome: 'done',
        actor: 'Ada',
        object: 'Workflow post-sync-1',
      });
      expect(kept.has('click-b')).toBe(false);
    });

    it('is refused where the estate is read-only, the account may not, or the cluster refuses', async () => {
      expect(await codeOf(actions({ readOnlyBecause: 'Read-only.' }).run(resubmit('click-c')))).toBe(
        'read-only',
      );
      const reader = observeCluster({
        connection: await connect({ kubeconfig: [there.kubeconfig], context: 'reader' }),
        place,
        log: noLog,
      });
      await expect.poll(() => reader.view.access('submit-workflow').state).toBe('denied');
      expect(await codeOf(actions({ cluster: reader }).run(resubmit('click-d')))).toBe('forbidden');
      await reader.close();
      const terminate = {
        ...resubmit('click-e'),
        kind: 'terminate-sync' as const,
        perform: (one: Cluster, signal: AbortSignal) =>
          one.actions
            .terminate('nothing', null, signal)
            .then((answer) => (answer.ok ? { ok: true as const, value: { text: 'ended' } } : answer)),
      };
      expect(await codeOf(actions().run(terminate))).toBe('not-found');
      expect(kept.get('click-e')).toMatchObject({ outcome: 'refused' });
    });

    it('stays unknown when no answer came', async () => {
      const lost = {
        ...resubmit('click-f'),
        perform: async () => {
          throw new DOMException('too late', 'TimeoutError');
        },
      };
      expect(await codeOf(actions().run(lost))).toBe('timeout');
      expect(kept.get('click-f')).toMatchObject({ outcome: 'unknown' });
    });
  });
});
