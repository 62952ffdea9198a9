import { afterEach, expect, it } from 'vitest';
import { noLog } from '../log/log';
import { type ArgoCdRehearsal, rehearseArgoCd } from '../practice/argo-servers/testing/rehearse-argo-cd';
import { stopRehearsals } from '../practice/controllers/rehearsal';
import { argoNamespace, parentName } from '../practice/controllers/render';
import { connectServer } from '../systems/argo/server/server-connection';
import { observeCluster } from './observe-cluster';
import type { Cluster } from './types';

/**
 * Applications of one name in two namespaces ("Applications in any namespace", argo-cd 2.5 and later): a server tells of
 * all of them in its streams, and an older one, or a proxy that drops a query, knows none but its own.
 */
let now: ArgoCdRehearsal;
let cluster: Cluster;
const { signal } = new AbortController();
const other = 'team-of-another-chain';

async function open(): Promise<void> {
  now = await rehearseArgoCd();
  const credential = { authorization: `Bearer ${now.token()}`, cookie: null };
  const never = new AbortController().signal;
  const session = { credential: () => credential, ended: () => undefined, woken: () => never };
  cluster = observeCluster({
    connection: null,
    place: {
      environment: 'production',
      argoNamespace,
      workflowsNamespace: 'apps',
      appsNamespace: 'apps',
      parentApplication: parentName,
    },
    argo: {
      cd: {
        connection: connectServer({
          place: { environment: 'production', system: 'argo-cd', url: now.url },
          session,
        }),
      },
    },
    timing: { backoffBase: 20, backoffLimit: 100 },
    log: noLog,
  });
  await expect.poll(() => cluster.view.freshness('applications').state).toBe('live');
}
afterEach(async () => {
  await cluster.close();
  await now.close();
  await stopRehearsals();
});

const shown = () => cluster.view.application('frontend');
/** The Application of this name in the other namespace. */
const twin = (version: string) => {
  const { metadata, ...rest } = structuredClone(now.cluster.app('frontend'));
  return {
    ...rest,
    metadata: {
      namespace: other,
      name: metadata.name,
      annotations: { ...metadata.annotations, imageTag: version },
    },
  };
};

it('shows those of the estate’s namespace alone, whatever comes and goes in another', async () => {
  await open();
  expect(shown()?.version).toBe('v1');
  now.cluster.store.create('Application', twin('v9') as never);
  await expect.poll(now.server.openStreams).toBeGreaterThan(0);
  // What comes after it was told after it.
  const passes = async (version: string) => {
    now.repo.set('production', 'frontend', { imageTag: version });
    await cluster.actions.refresh(parentName, 'normal', signal);
    await expect.poll(() => shown()?.version).toBe(version);
  };
  await passes('v2');
  now.server.faults.cutStreams();
  await expect.poll(() => cluster.view.freshness('applications').state).toBe('live');
  expect(cluster.view.applications('frontend').map(({ name, version }) => [name, version])).toEqual([
    ['frontend', 'v2'],
    ['draft-frontend', 'v2'],
  ]);
  now.cluster.store.delete('Application', other, 'frontend');
  await passes('v3');
  const read = await cluster.actions.readApplications('frontend', signal);
  expect(read.ok && read.value.map(({ version }) => version)).toEqual(['v3', 'v3']);
});

it('acts on none that the server gives in its place', async () => {
  await open();
  const before = now.noted.length;
  const answer = JSON.stringify(twin('v9'));
  now.server.faults.answer(/^GET \/api\/v1\/applications\/frontend$/, 200, 'application/json', answer, 10);
  const actions = [
    await cluster.actions.sync('frontend', { operationId: 'op-1', actor: 'Ana' }, signal),
    await cluster.actions.terminate('frontend', null, signal),
    await cluster.actions.refresh('frontend', 'normal', signal),
  ];
  for (const one of actions)
    expect(one).toMatchObject({
      ok: false,
      failure: { code: 'bad-data', detail: expect.stringContaining(other) },
    });
  const asked = now.noted.slice(before).map(({ method }) => method);
  expect(asked.filter((method) => method !== 'GET')).toEqual([]);
});
