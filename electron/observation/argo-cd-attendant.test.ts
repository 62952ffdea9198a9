import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectServer } from '../systems/argo/server/server-connection';
import { until } from '../testing/until';
import { createArgoCdAttendant } from './argo-cd-attendant';
import type { ClusterPlace } from './place';

let server: Server | undefined;
let ended = new AbortController();
afterEach(() => {
  ended.abort();
  ended = new AbortController();
  server?.close();
});

/** An Argo CD whose roles permit these objects alone, and whose own namespace is `argocd`. */
async function argoCd(permitted: readonly string[], home: string | null = 'argocd'): Promise<string> {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://argo');
    const object = /^\/api\/v1\/account\/can-i\/\w+\/\w+\/(.*)$/.exec(pathname)?.[1];
    const said =
      object === undefined
        ? { ...(home === null ? {} : { controllerNamespace: home }) }
        : { value: permitted.includes(decodeURIComponent(object)) ? 'yes' : 'no' };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function accessIn(argoNamespace: string, url: string) {
  const attendant = createArgoCdAttendant({
    connection: connectServer({
      place: { system: 'argo-cd', environment: 'production', url },
      session: {
        credential: () => ({ authorization: 'Bearer x', cookie: null }),
        ended: () => undefined,
        woken: () => ended.signal,
      },
    }),
    place: { environment: 'production', argoNamespace, parentApplication: 'root' } as ClusterPlace,
    applications: () => [{ name: 'frontend', project: 'web' }],
    changed: () => undefined,
    signal: ended.signal,
    log: () => undefined,
  });
  attendant.awake();
  return until(() => {
    const access = attendant.access('sync');
    expect(access).toMatchObject({ asked: true });
    return access;
  });
}

describe('the rights at Argo CD', () => {
  it('are asked with the namespace of Applications that live outside of Argo CD’s own', async () => {
    const access = await accessIn('team-web', await argoCd(['web/team-web/frontend']));
    expect(access).toMatchObject({ state: 'allowed' });
    expect(access?.why).toContain('web/team-web/frontend');
  });

  it('are asked without it where they live beside Argo CD', async () => {
    expect(await accessIn('argocd', await argoCd(['web/frontend']))).toMatchObject({ state: 'allowed' });
  });

  it('are asked without it where Argo CD does not say where it lives', async () => {
    expect(await accessIn('team-web', await argoCd(['web/frontend'], null))).toMatchObject({
      state: 'allowed',
    });
  });
});
