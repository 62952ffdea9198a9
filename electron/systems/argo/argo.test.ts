import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readApplication } from './application';
import { hasEnded, readWorkflow, withPods } from './read-workflow';
import { syncWrite, terminateWrite } from './sync-request';

const application = (extra: Record<string, unknown> = {}): Record<string, unknown> => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: {
    name: 'draft-content-store',
    namespace: 'cluster-services',
    resourceVersion: '7',
    annotations: {
      repoName: 'content-store',
      imageTag: 'v12',
      automaticDeploysEnabled: 'false',
      promoteDeployment: 'true',
    },
  },
  spec: {
    project: 'govuk',
    syncPolicy: {
      automated: { prune: true, selfHeal: true },
      syncOptions: ['ApplyOutOfSyncOnly=true'],
      retry: { limit: 5, backoff: { duration: '5s' } },
    },
  },
  ...extra,
});

describe('an Application', () => {
  it('is read with the annotations of GOV.UK and without a status', () => {
    expect(readApplication(application())).toMatchObject({
      repoName: 'content-store',
      refreshPending: false,
      operationRequested: false,
      shown: {
        version: 'v12',
        automaticDeploysEnabled: false,
        promoteDeployment: true,
        sync: 'Unknown',
        health: 'Unknown',
        operation: null,
      },
    });
  });
  it('reads words of a newer Argo CD as unknown, and nonsense not at all', () => {
    const read = readApplication(
      application({ status: { sync: { status: 'Hydrating' }, health: { status: 'Blooming' } } }),
    );
    expect(read?.shown).toMatchObject({ sync: 'Unknown', health: 'Unknown' });
    expect(readApplication({ metadata: {} })).toBeNull();
    expect(readApplication(null)).toBeNull();
  });
  it('is read with nulls, and without what is odd in it', () => {
    const odd: string[] = [];
    const read = readApplication(
      application({
        operation: null,
        spec: { source: null, sources: [null], project: 5, destination: null, syncPolicy: { retry: null } },
        status: {
          sync: { status: null, revision: 7, comparedTo: 'x' },
          health: null,
          conditions: [null, 5, { type: 'SyncError', message: null }],
          resources: [null, { kind: 'Service', name: 'web', health: { status: null } }, { kind: 'Service' }],
          history: [{ id: 'x' }, { id: 1, deployedAt: null }],
          summary: { images: ['a', null] },
        },
      }),
      (places) => odd.push(...places),
    );
    expect(read?.shown).toMatchObject({ sync: 'Unknown', health: 'Unknown', images: ['a'] });
    expect(read?.detail.conditions).toMatchObject([{ type: 'SyncError', message: '' }]);
    expect(read?.detail.resources.map(({ name }) => name)).toEqual(['web']);
    expect(read?.detail.history.map(({ id }) => id)).toEqual([1]);
    expect(odd.sort()).toEqual(
      [
        'spec.project',
        'status.conditions.1',
        'status.history.0.id',
        'status.history.0',
        'status.resources.2',
        'status.sync.comparedTo',
        'status.sync.revision',
      ].sort(),
    );
  });
  it('is not Synced by a comparison of what its spec said before', () => {
    const source = (tag: string) => ({
      repoURL: 'https://github.com/x/charts',
      path: 'charts/generic-govuk-app',
      helm: { valuesObject: { appImage: { tag }, replicaCount: 2 } },
    });
    const sync = (spec: object, comparedTo: object) =>
      readApplication(application({ spec, status: { sync: { status: 'Synced', comparedTo } } }))?.shown.sync;
    expect(sync({ source: source('v2') }, { source: source('v1') })).toBe('Unknown');
    expect(sync({ source: source('v2') }, { source: source('v2'), destination: {} })).toBe('Synced');
    expect(sync({ sources: [source('v2')] }, { sources: [source('v1')] })).toBe('Unknown');
    expect(sync({ sources: [source('v2')] }, { source: {}, sources: [source('v2')] })).toBe('Synced');
    // What is empty is left out where Argo CD writes down what it compared, and nobody knows the order of keys.
    const { path, ...rest } = source('v2');
    const spelledOut = { ...rest, path, targetRevision: '', directory: { recurse: false }, plugin: null };
    expect(sync({ source: spelledOut }, { source: source('v2') })).toBe('Synced');
    // Manifests that are rendered ahead are compared in another place: nothing can be told then.
    expect(sync({ source: source('v2'), sourceHydrator: {} }, { source: source('v1') })).toBe('Synced');
    expect(sync({ source: source('v2') }, {})).toBe('Synced');
  });
  it('is compared by the chart values as they are written, false, zero and empty ones, too', () => {
    const spec = (valuesObject: unknown) => ({ source: { repoURL: 'x', helm: { valuesObject } } });
    const sync = (now: unknown, then: unknown) =>
      readApplication(
        application({ spec: spec(now), status: { sync: { status: 'Synced', comparedTo: spec(then) } } }),
      )?.shown.sync;
    for (const value of [false, 0, '', null, {}, []]) {
      expect(sync({ a: value }, { a: value })).toBe('Synced');
      expect(sync({ a: value }, {})).toBe('Unknown');
    }
    expect(sync({ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } })).toBe('Synced');
    expect(sync(null, undefined)).toBe('Synced');
  });
  it('is read while a sync is asked for and its operationState is nulled', () => {
    const read = readApplication(application({ operation: {}, status: { operationState: null } }));
    expect(read).toMatchObject({ operationRequested: true, shown: { operation: null } });
  });
  it('tells by which operation it was synced', () => {
    const read = readApplication(
      application({
        status: {
          operationState: {
            phase: 'Running',
            operation: { info: [{ name: 'signalbox-operation', value: 'op-1' }] },
          },
        },
      }),
    );
    expect(read?.syncedBy).toBe('op-1');
  });
});

describe('a sync', () => {
  const request = { operationId: 'op-1', actor: 'someone' };
  it('copies options and retry, prunes as the policy does, and takes the old state out', () => {
    const write = syncWrite(
      application({ status: { operationState: { phase: 'Failed' }, sync: { status: 'Synced' } } }),
      request,
    );
    expect(write).toMatchObject({
      kind: 'write',
      patch: {
        operation: {
          initiatedBy: { username: 'someone' },
          info: [{ name: 'signalbox-operation', value: 'op-1' }],
          retry: { limit: 5 },
          sync: { prune: true, syncOptions: ['ApplyOutOfSyncOnly=true'] },
        },
        status: { operationState: null },
      },
    });
    expect(JSON.stringify(write)).not.toContain('Synced');
    expect(JSON.stringify(write)).not.toContain('syncStrategy');
  });
  it('is written into an Application that was never synced, or never compared', () => {
    for (const status of [undefined, {}, { sync: { status: 'OutOfSync' } }])
      expect(syncWrite(application({ status }), request)).toMatchObject({ kind: 'write' });
  });
  it('never overwrites an operation, and knows its own', () => {
    const other = application({ operation: { initiatedBy: { username: 'admin' }, sync: {} } });
    expect(syncWrite(other, request)).toEqual({ kind: 'busy', by: 'admin' });
    const automated = application({ operation: { initiatedBy: { automated: true }, sync: {} } });
    expect(syncWrite(automated, request)).toEqual({ kind: 'busy', by: 'Argo CD (automatic sync)' });
    const own = application({
      operation: { info: [{ name: 'signalbox-operation', value: 'op-1' }], sync: {} },
    });
    expect(syncWrite(own, request)).toEqual({ kind: 'already-requested' });
    // Its answer was lost, and it has ended by now: its hooks do not run again for the same click.
    const over = (value: string) =>
      application({
        status: {
          operationState: {
            phase: 'Succeeded',
            operation: { info: [{ name: 'signalbox-operation', value }], sync: {} },
          },
        },
      });
    expect(syncWrite(over('op-1'), request)).toEqual({ kind: 'already-requested' });
    expect(syncWrite(over('op-0'), request)).toMatchObject({ kind: 'write' });
  });
  it('is terminated only while it runs', () => {
    expect(terminateWrite(application(), null)).toEqual({ kind: 'nothing-runs' });
    const running = application({
      operation: { sync: {} },
      status: { operationState: { phase: 'Running', startedAt: 'x' } },
    });
    expect(terminateWrite(running, null)).toEqual({
      kind: 'write',
      patch: { status: { operationState: { phase: 'Terminating' } } },
    });
  });
});

describe('a Workflow', () => {
  const nodes = {
    a: { id: 'a', displayName: 'smoke-tests', type: 'Pod', phase: 'Running', children: ['b'] },
  };
  const workflow = (status: Record<string, unknown>): unknown => ({
    metadata: {
      name: 'post-sync-1',
      namespace: 'apps',
      labels: { 'workflows.argoproj.io/workflow-template': 'post-sync' },
    },
    spec: { shutdown: 'Stop' },
    status,
  });

  it('is read with its nodes and their pods', () => {
    const read = readWorkflow(workflow({ phase: 'Running', nodes }), 'staging');
    expect(read).toMatchObject({
      template: 'post-sync',
      shutdown: 'Stop',
      phase: 'Running',
      nodesUnavailable: null,
    });
    expect(read?.nodes).toEqual([expect.objectContaining({ displayName: 'smoke-tests', pod: null })]);
    expect(read && withPods(read, ({ id }) => `pod-of-${id}`).nodes[0]?.pod).toBe('pod-of-a');
  });
  it('is read with nulls, and without what is odd in it, which is told', () => {
    const odd: string[] = [];
    const read = readWorkflow(
      {
        metadata: { name: 'wf', namespace: 'apps', labels: { repoName: 'web', bad: 5 }, annotations: null },
        spec: {
          workflowTemplateRef: null,
          shutdown: null,
          arguments: {
            parameters: [null, { name: 'n', value: null }, { value: 'x' }, { name: 'm', value: {} }],
          },
        },
        status: {
          phase: null,
          message: null,
          progress: 5,
          nodes: {
            a: { id: 'a', type: 'Pod', message: null, displayName: null, children: [null, 'b', 7] },
            b: { id: 'b', type: 'Pod', phase: 'Blooming', startedAt: 12, boundaryID: [] },
            c: null,
            d: { type: 'Pod' },
          },
          compressedNodes: null,
          offloadNodeStatusVersion: null,
        },
      },
      'staging',
      (places) => odd.push(...places),
    );
    expect(read).toMatchObject({ name: 'wf', template: '', phase: '', message: null, progress: null });
    expect(read?.labels).toEqual({ repoName: 'web' });
    expect(read?.nodes.map(({ id, phase, children }) => [id, phase, children])).toEqual([
      ['a', '', ['b']],
      ['b', '', []],
    ]);
    // A null is no oddity.
    expect(odd.sort()).toEqual([
      'metadata.labels.bad',
      'spec.arguments.parameters.2',
      'spec.arguments.parameters.3.value',
      'status.nodes.a.children.2',
      'status.nodes.b.boundaryID',
      'status.nodes.b.phase',
      'status.nodes.b.startedAt',
      'status.nodes.d',
      'status.progress',
    ]);
  });
  it('needs its name and namespace, and nothing else', () => {
    expect(readWorkflow({ metadata: { name: 'wf', namespace: 'apps' } }, 'e')).toMatchObject({ name: 'wf' });
    for (const metadata of [null, {}, { name: null, namespace: 'apps' }, { name: 5, namespace: 'apps' }, []])
      expect(readWorkflow({ metadata, spec: {}, status: {} }, 'e')).toBeNull();
    for (const whole of [null, 5, 'x', []]) expect(readWorkflow(whole, 'e')).toBeNull();
  });
  it('unpacks compressed nodes', () => {
    const compressedNodes = gzipSync(JSON.stringify(nodes)).toString('base64');
    expect(readWorkflow(workflow({ compressedNodes }), 'staging')?.nodes).toHaveLength(1);
  });
  it('says why nodes are missing', () => {
    expect(readWorkflow(workflow({ compressedNodes: 'rubbish' }), 'e')?.nodesUnavailable).toMatch(
      /cannot be read/,
    );
    expect(readWorkflow(workflow({ offloadNodeStatusVersion: 'fnv:1' }), 'e')?.nodesUnavailable).toMatch(
      /database/,
    );
  });
  it('has ended only in a final phase', () => {
    expect(['', 'Pending', 'Running'].map((phase) => hasEnded({ phase: phase as '' }))).toEqual([
      false,
      false,
      false,
    ]);
    expect(['Succeeded', 'Failed', 'Error'].map((phase) => hasEnded({ phase: phase as 'Failed' }))).toEqual([
      true,
      true,
      true,
    ]);
  });
});
