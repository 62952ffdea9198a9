import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type KubernetesObject,
  Log,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  Watch,
} from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { somePod, startTestCluster, type TestCluster } from '../testing/cluster';
import type { ClusterStore } from './store';

let cluster: TestCluster;
let config: KubeConfig;
let store: ClusterStore;

beforeEach(async () => {
  cluster = await startTestCluster({ server: { bookmarkEvery: 20 } });
  store = cluster.store;
  config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
});
afterEach(() => cluster.close());

/** A request as any HTTP client sends it, over the cluster's TLS. */
async function send(
  method: string,
  path: string,
  options: { body?: unknown; type?: string; context?: string; headers?: Record<string, string> } = {},
): Promise<{
  status: number;
  body: {
    [field: string]: unknown;
    items?: { metadata: { name: string } }[];
    metadata?: Record<string, unknown>;
  };
  headers: Headers;
}> {
  const { default: https } = await import('node:https');
  const headers: Record<string, string> = {
    authorization: `Bearer token-of-${options.context ?? 'test'}`,
    ...(options.body === undefined ? {} : { 'content-type': options.type ?? 'application/json' }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const request = https.request(
      cluster.server.url + path,
      { method, headers, ca: cluster.certificates.ca, agent: false },
      async (response) => {
        let text = '';
        try {
          for await (const chunk of response) text += chunk;
        } catch (error) {
          reject(error);
          return;
        }
        let body = {};
        try {
          body = JSON.parse(text);
        } catch {
          body = { text };
        }
        resolve({
          status: response.statusCode ?? 0,
          body,
          headers: new Headers(response.headers as Record<string, string>),
        });
      },
    );
    request.once('error', reject);
    request.end(
      options.body === undefined || typeof options.body === 'string'
        ? options.body
        : JSON.stringify(options.body),
    );
  });
}

const refusalOf = async (promise: Promise<unknown>): Promise<{ code: number; body: string }> =>
  promise.then(
    () => {
      throw new Error('was not refused');
    },
    (error: { code: number; body: string }) => error,
  );

describe('@kubernetes/client-node', () => {
  it('creates, reads, replaces, patches and deletes', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const made = await apps.createNamespacedDeployment({
      namespace: 'apps',
      body: {
        metadata: { name: 'a' },
        spec: { replicas: 2, selector: { matchLabels: { a: 'b' } }, template: { spec: { containers: [] } } },
      },
    });
    expect(made).toMatchObject({ kind: 'Deployment', metadata: { generation: 1, namespace: 'apps' } });
    expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date);
    const replaced = await apps.replaceNamespacedDeployment({
      namespace: 'apps',
      name: 'a',
      body: { ...made, spec: { ...made.spec, replicas: 3 } as typeof made.spec & object },
    });
    expect(replaced).toMatchObject({ spec: { replicas: 3 }, metadata: { generation: 2 } });
    const stale = await refusalOf(
      apps.replaceNamespacedDeployment({ namespace: 'apps', name: 'a', body: made }),
    );
    expect(stale.code).toBe(409);
    expect(JSON.parse(stale.body)).toMatchObject({ kind: 'Status', reason: 'Conflict', code: 409 });
    const patched = await apps.patchNamespacedDeployment(
      { namespace: 'apps', name: 'a', body: { metadata: { labels: { x: 'y' } } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    expect(patched.metadata?.labels).toEqual({ x: 'y' });
    const listed = await apps.listDeploymentForAllNamespaces({ labelSelector: 'x=y' });
    expect(listed.items.map((item) => item.metadata?.name)).toEqual(['a']);
    await apps.deleteNamespacedDeployment({ namespace: 'apps', name: 'a' });
    expect((await refusalOf(apps.readNamespacedDeployment({ namespace: 'apps', name: 'a' }))).code).toBe(404);
    expect((await config.makeApiClient(BatchV1Api).listNamespacedJob({ namespace: 'apps' })).items).toEqual(
      [],
    );
  });

  it('serves custom objects', async () => {
    const api = config.makeApiClient(CustomObjectsApi);
    const where = { group: 'argoproj.io', version: 'v1alpha1', namespace: 'apps', plural: 'workflows' };
    const made = await api.createNamespacedCustomObject({
      ...where,
      body: { metadata: { generateName: 'deploy-image-' }, spec: {} },
    });
    const { name, resourceVersion } = made.metadata;
    await api.patchNamespacedCustomObject(
      { ...where, name, body: [{ op: 'add', path: '/spec/shutdown', value: 'Stop' }] },
      setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
    );
    const read = await api.getNamespacedCustomObject({ ...where, name });
    expect(read.spec).toEqual({ shutdown: 'Stop' });
    const stale = api.replaceNamespacedCustomObject({
      ...where,
      name,
      body: { ...read, metadata: { name, resourceVersion } },
    });
    expect((await refusalOf(stale)).code).toBe(409);
    const blind = api.replaceNamespacedCustomObject({
      ...where,
      name,
      body: { metadata: { name }, spec: {} },
    });
    expect((await refusalOf(blind)).code).toBe(422);
    const strategic = api.patchNamespacedCustomObject(
      { ...where, name, body: {} },
      setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
    );
    expect((await refusalOf(strategic)).code).toBe(415);
  });

  it('feeds an informer, over cut watches and expired histories', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const informer = makeInformer(config, '/api/v1/namespaces/apps/pods', () =>
      core.listNamespacedPod({ namespace: 'apps' }),
    );
    const restart = () => void informer.start();
    informer.on('error', restart);
    store.create('Pod', somePod('a'));
    await informer.start();
    const known = () =>
      informer
        .list()
        .map((pod: KubernetesObject) => pod.metadata?.name)
        .sort();
    await expect.poll(() => [known(), cluster.server.openWatches()]).toEqual([['a'], 1]);
    store.create('Pod', somePod('b'));
    await expect.poll(known).toEqual(['a', 'b']);
    cluster.server.faults.expireWatches();
    store.delete('Pod', 'apps', 'a');
    // An informer that is stopped while it opens a watch leaves that one open.
    await expect.poll(() => [known(), cluster.server.openWatches()]).toEqual([['b'], 1]);
    informer.off('error', restart);
    await informer.stop();
  });

  it('streams events with selectors and bookmarks from a resourceVersion', async () => {
    store.create('Pod', somePod('a', { app: 'x' }));
    const since = store.resourceVersion;
    store.create('Pod', somePod('b', { app: 'x' }));
    store.patch('Pod', 'apps', 'a', 'merge', { metadata: { labels: { app: 'y' } } });
    const seen: string[] = [];
    let bookmark = '';
    const controller = await new Watch(config).watch(
      '/api/v1/namespaces/apps/pods',
      { resourceVersion: since, labelSelector: 'app=x', allowWatchBookmarks: true },
      (type: string, object: { metadata: { name: string; resourceVersion: string } }) => {
        if (type === 'BOOKMARK') bookmark = object.metadata.resourceVersion;
        else seen.push(`${type} ${object.metadata.name}`);
      },
      () => {},
    );
    await expect.poll(() => seen).toEqual(['ADDED b', 'DELETED a']);
    await expect.poll(() => bookmark).toBe(store.resourceVersion);
    controller.abort();
  });

  it('says 410 as an ERROR event when history was compacted', async () => {
    const since = store.resourceVersion;
    store.create('Pod', somePod('a'));
    store.compact();
    const seen: unknown[] = [];
    await new Watch(config).watch(
      '/api/v1/pods',
      { resourceVersion: since },
      (type: string, object: { code: number }) => seen.push([type, object.code]),
      () => seen.push('done'),
    );
    await expect.poll(() => seen).toEqual([['ERROR', 410], 'done']);
  });

  it('follows logs', async () => {
    store.create('Pod', somePod('a'));
    cluster.logs.append('apps', 'a', 'app', 'one\ntwo\nthree');
    const stream = new PassThrough();
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    await new Log(config).log('apps', 'a', 'app', stream, { follow: true, tailLines: 2 });
    await expect.poll(() => text).toBe('two\nthree\n');
    cluster.logs.append('apps', 'a', 'app', 'four');
    await expect.poll(() => text).toBe('two\nthree\nfour\n');
    cluster.logs.end('apps', 'a', 'app');
    await expect.poll(() => stream.readableEnded).toBe(true);
  });
});

describe('logs', () => {
  const log = async (query: string) => {
    const { status, body } = await send('GET', `/api/v1/namespaces/apps/pods/a/log?${query}`);
    return [status, body.text ?? body.message];
  };

  it('selects by previous, tail, since, limit, with timestamps', async () => {
    store.create('Pod', somePod('a'));
    const { logs } = cluster;
    logs.append('apps', 'a', 'app', 'old', '2026-01-01T00:00:00Z');
    expect(await log('previous=true')).toEqual([
      400,
      'previous terminated container "app" in pod "a" not found',
    ]);
    logs.restart('apps', 'a', 'app');
    logs.append('apps', 'a', 'app', 'one', '2026-01-01T00:00:01.5Z');
    logs.append('apps', 'a', 'app', 'two', '2026-01-01T00:00:02.000000001Z');
    expect(await log('previous=true')).toEqual([200, 'old\n']);
    expect(await log('tailLines=1&timestamps=true')).toEqual([200, '2026-01-01T00:00:02.000000001Z two\n']);
    // Cut to whole seconds, as on the way to a kubelet.
    expect(await log('sinceTime=2026-01-01T00:00:01.9Z')).toEqual([200, 'one\ntwo\n']);
    expect(await log('sinceTime=2026-01-01T00:00:02Z')).toEqual([200, 'two\n']);
    expect(await log('sinceSeconds=5')).toEqual([200, '']);
    expect(await log('limitBytes=6')).toEqual([200, 'one\ntw']);
    expect((await log('sinceTime=today'))[0]).toBe(400);
    expect((await log('container=other'))[0]).toBe(400);
    expect((await send('GET', '/api/v1/namespaces/apps/pods/none/log')).status).toBe(404);
  });

  it('says that a container waits to start', async () => {
    store.create('Pod', {
      ...somePod('a'),
      status: { containerStatuses: [{ name: 'app', state: { waiting: { reason: 'ImagePullBackOff' } } }] },
    } as ReturnType<typeof somePod>);
    expect(await log('')).toEqual([400, 'container "app" in pod "a" is waiting to start: ImagePullBackOff']);
  });
});

describe('the protocol', () => {
  it('tells what it serves', async () => {
    expect((await send('GET', '/api')).body.versions).toEqual(['v1']);
    const { body } = await send('GET', '/apis/argoproj.io/v1alpha1');
    expect((body.resources as { name: string }[]).map((r) => r.name)).toEqual([
      'applications',
      'appprojects',
      'workflows',
      'workflowtemplates',
    ]);
    expect((await send('GET', '/version')).body.gitVersion).toMatch(/^v1\./);
    expect((await send('GET', '/readyz', { headers: {} })).body.text).toBe('ok');
  });

  it('pages a list that stays as it was at the first page, until history is compacted', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) store.create('Pod', somePod(name));
    const path = '/api/v1/namespaces/apps/pods?limit=2';
    const first = (await send('GET', path)).body;
    store.delete('Pod', 'apps', 'c');
    expect(first.metadata).toMatchObject({ remainingItemCount: 3 });
    const second = (await send('GET', `${path}&continue=${first.metadata?.continue}`)).body;
    expect(second.items?.map((item) => item.metadata.name)).toEqual(['c', 'd']);
    expect(second.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
    store.compact();
    expect((await send('GET', `${path}&continue=${second.metadata?.continue}`)).body).toMatchObject({
      code: 410,
    });
  });

  it.each([
    ['GET', '/api/v1/namespaces/apps/pods/none', {}, 404, 'NotFound'],
    ['GET', '/api/v1/namespaces/apps/secrets', {}, 404, 'NotFound'],
    ['GET', '/nonsense', {}, 404, 'NotFound'],
    ['PUT', '/api/v1/namespaces/apps/pods', { body: {} }, 405, 'MethodNotAllowed'],
    ['POST', '/api/v1/namespaces/apps/pods', { body: '{"half":' }, 400, 'BadRequest'],
    [
      'POST',
      '/api/v1/namespaces/apps/pods',
      { body: 'a: b', type: 'application/yaml' },
      415,
      'UnsupportedMediaType',
    ],
    ['POST', '/api/v1/namespaces/apps/pods', { body: { metadata: { name: 'A b' } } }, 422, 'Invalid'],
    [
      'POST',
      '/api/v1/namespaces/apps/pods',
      { body: { metadata: { name: 'a', namespace: 'x' } } },
      400,
      'BadRequest',
    ],
    [
      'POST',
      '/api/v1/namespaces/apps/pods',
      { body: { kind: 'Job', metadata: { name: 'a' } } },
      400,
      'BadRequest',
    ],
    [
      'PATCH',
      '/api/v1/namespaces/apps/pods/a',
      { body: {}, type: 'text/plain' },
      415,
      'UnsupportedMediaType',
    ],
    ['GET', '/api/v1/namespaces/apps/pods?limit=-1', {}, 400, 'BadRequest'],
    ['GET', '/api/v1/namespaces/apps/pods?resourceVersion=99999999', {}, 504, 'Timeout'],
    ['GET', '/api/v1/pods', { context: 'nobody' }, 401, 'Unauthorized'],
    ['GET', '/api/v1/pods', { context: 'reader' }, 403, 'Forbidden'],
    ['DELETE', '/api/v1/namespaces/apps/pods/a', { context: 'reader' }, 403, 'Forbidden'],
    [
      'GET',
      '/api/v1/pods',
      { headers: { accept: 'application/vnd.kubernetes.protobuf' } },
      406,
      'NotAcceptable',
    ],
  ])('%s %s is refused', async (method, path, options, code, reason) => {
    const { status, body } = await send(method, path, options);
    expect({ status, code: body.code, kind: body.kind, reason: body.reason }).toEqual({
      status: code,
      code,
      kind: 'Status',
      reason,
    });
  });

  it('reviews access', async () => {
    const review = (context: string) =>
      send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        context,
        body: {
          spec: { resourceAttributes: { verb: 'patch', namespace: 'apps', resource: 'applications' } },
        },
      });
    expect((await review('test')).body.status).toMatchObject({ allowed: true });
    expect((await review('reader')).body.status).toMatchObject({ allowed: false });
  });
});

describe('closing', () => {
  it('ends what is connected, whether or not it has shaken hands', async () => {
    const half = connect(cluster.server.port, '127.0.0.1');
    await once(half, 'connect');
    const watch = send('GET', '/api/v1/namespaces/apps/pods?watch=true');
    const cut = expect(watch).rejects.toThrow();
    await expect.poll(() => cluster.server.openWatches()).toBe(1);
    const ended = once(half, 'close');
    await cluster.server.close();
    await Promise.all([ended, cut]);
  });
});

describe('faults', () => {
  const pods = () => send('GET', '/api/v1/namespaces/apps/pods');

  it('refuses connections and comes back on the same port', async () => {
    await cluster.server.faults.reachability('refused');
    await expect(pods()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await cluster.server.faults.reachability('up');
    expect((await pods()).status).toBe(200);
  });

  it('answers with refusals and half JSON for a while', async () => {
    cluster.server.faults.answer({ code: 429, retryAfter: 2, times: 1 });
    const limited = await pods();
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '2']);
    cluster.server.faults.halfJson(1);
    await expect(pods()).rejects.toThrow();
    expect((await pods()).status).toBe(200);
  });
});
