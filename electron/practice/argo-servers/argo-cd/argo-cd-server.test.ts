import { afterEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../controllers/kubernetes-shapes';
import { stopRehearsals } from '../../controllers/rehearsal';
import { appsNamespace, argoNamespace } from '../../controllers/render';
import { type ArgoCdRehearsal, rehearseArgoCd } from '../testing/rehearse-argo-cd';

let now: ArgoCdRehearsal;
afterEach(async () => {
  await now.close();
  await stopRehearsals();
});

const ask = async (line: string, body?: unknown, token = now.token()) => {
  const [method = '', path = ''] = line.split(' ');
  const answer = await fetch(now.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: JSON.parse(text.trim().split('\n').at(-1) || 'null') };
};

/** Messages of a stream, as they come. */
function follow(path: string) {
  const stop = new AbortController();
  const told: { result?: { type?: string; application?: { metadata: { name: string } } } }[] = [];
  const read = async () => {
    const headers = { authorization: `Bearer ${now.token()}` };
    const answer = await fetch(now.url + path, { headers, signal: stop.signal });
    let rest = '';
    for await (const chunk of answer.body ?? []) {
      const lines = (rest + Buffer.from(chunk).toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      told.push(...lines.filter((line) => line !== '').map((line) => JSON.parse(line)));
    }
  };
  const ended = read().catch(() => undefined);
  return {
    told,
    end: async () => {
      stop.abort();
      await ended;
    },
  };
}

const apps = '/api/v1/applications';

describe('Argo CD’s server of the practice estate', () => {
  it('fits what Argo CD publishes of its API, in all that is asked', async () => {
    now = await rehearseArgoCd();
    const list = await ask(`GET ${apps}?projects=govuk`);
    const { name } = list.body.items[0].metadata;
    const one = '/api/v1/applications/frontend';
    const stream = follow('/api/v1/stream/applications');
    await expect.poll(() => stream.told.length).toBeGreaterThanOrEqual(list.body.items.length);
    const tree = await ask(`GET ${one}/resource-tree`);
    const pod = tree.body.nodes.find(({ kind }: { kind: string }) => kind === 'Pod');
    const treeStream = follow('/api/v1/stream/applications/frontend/resource-tree');
    await expect.poll(now.server.openStreams).toBe(2);
    const deployment = 'group=apps&version=v1&kind=Deployment&namespace=apps&resourceName=frontend';
    const asked = [
      await ask(`GET ${one}/logs?podName=${pod.name}&container=app&follow=false`),
      await ask(`GET ${apps}/${name}`),
      await ask(`GET ${one}?refresh=normal`),
      await ask(`GET ${one}/syncwindows`),
      await ask(`GET ${one}/managed-resources`),
      await ask(`GET ${one}/resource?${deployment}`),
      await ask(
        `POST ${one}/resource?${deployment}&patchType=application/merge-patch%2Bjson`,
        '{"spec":{"replicas":2}}',
      ),
      await ask('GET /api/v1/account/can-i/applications/sync/govuk/frontend'),
      await ask('GET /api/v1/projects'),
      await ask(`PATCH ${one}`, { patch: '{"metadata":{"labels":{"a":"b"}}}', patchType: 'merge' }),
      await ask(`PUT ${one}?validate=false`, (await ask(`GET ${one}`)).body),
      await ask(`GET ${apps}/none`),
    ];
    expect(asked.map(({ status }) => status)).toEqual([...Array(11).fill(200), 403]);
    // Two replicas are healed by a sync that Argo CD begins by itself: beside it no other begins.
    await now.cluster.until('healed', () => {
      const workload = now.cluster.store.get<Deployment>('Deployment', appsNamespace, 'frontend');
      return workload?.spec.replicas === 3 && !now.cluster.app('frontend').operation;
    });
    const request = { prune: true, infos: [{ name: 'a', value: 'b' }] };
    expect((await ask(`POST ${one}/sync`, request)).status).toBe(200);
    await now.cluster.until('the sync', () => !now.cluster.app('frontend').operation);
    // A window that lets people sync keeps what runs by itself waiting.
    const window = {
      kind: 'deny',
      schedule: '* * * * *',
      duration: '1h',
      applications: ['*'],
      manualSync: true,
    };
    now.cluster.store.patch('AppProject', argoNamespace, 'govuk', 'merge', {
      spec: { syncWindows: [window] },
    });
    now.cluster.store.patch('Application', argoNamespace, 'frontend', 'merge', {
      operation: { initiatedBy: { automated: true }, sync: {} },
    });
    expect(await ask(`POST ${one}/sync`, request)).toEqual({
      status: 400,
      body: {
        error: 'another operation is already in progress',
        code: 9,
        message: 'another operation is already in progress',
      },
    });
    await now.cluster.until('its wait', () =>
      now.cluster.app('frontend').status?.operationState?.message?.includes('blocked by sync window'),
    );
    expect((await ask(`DELETE ${one}/operation`)).status).toBe(200);
    await expect.poll(() => treeStream.told.length).toBeGreaterThan(0);
    await Promise.all([stream.end(), treeStream.end()]);
    expect(stream.told.map(({ result }) => result?.type)).toContain('MODIFIED');
    await expect.poll(() => now.noted.some(({ url }) => url.includes('stream'))).toBe(true);
    expect(now.problems()).toEqual([]);
    // What signing in is about has its own server (sign-in-pages.test.ts).
    expect(now.unmet()).toEqual([
      'GET /api/v1/session/userinfo',
      'POST /api/v1/session',
      'DELETE /api/v1/session',
      'GET /api/v1/settings',
      'GET /api/version',
    ]);
  });

  it('lets a reader read, and nobody else in', async () => {
    now = await rehearseArgoCd({ rights: 'govuk' });
    const reader = now.accounts.signIn('ivo-larkspur').token;
    const one = '/api/v1/applications/frontend';
    expect((await ask(`GET ${one}?refresh=hard`, undefined, reader)).status).toBe(200);
    expect(await ask(`POST ${one}/sync`, {}, reader)).toMatchObject({ status: 403, body: { code: 7 } });
    const may = await ask('GET /api/v1/account/can-i/applications/sync/govuk/frontend', undefined, reader);
    expect(may.body).toEqual({ value: 'no' });
    now.endSessions();
    expect(await ask(`GET ${apps}`, undefined, reader)).toMatchObject({ status: 401, body: { code: 16 } });
    expect(now.problems()).toEqual([]);
  });

  it('takes nothing that is not marked as JSON', async () => {
    now = await rehearseArgoCd();
    const answer = await fetch(`${now.url}/api/v1/applications/frontend/operation`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${now.token()}` },
    });
    expect([answer.status, await answer.text()]).toEqual([415, 'Invalid content type\n']);
  });
});
