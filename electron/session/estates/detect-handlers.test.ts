import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { noLog } from '../../log/log';
import { startTestCluster, type TestCluster } from '../../practice/testing/cluster';
import { openSession, type Session } from '../open-session';
import type { EstateChoice } from './choice';
import { connectedEstates, estateOf } from './connected';
import { detectHandlers } from './detect-handlers';
import { createLifecycle, type Openable } from './lifecycle';

const id = '0123456789abcdef';
let folder: string;
let cluster: TestCluster;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-detect-'));
  cluster = await startTestCluster();
  cluster.store.create('Namespace', { metadata: { name: 'delivery' } });
  for (const name of ['web', 'api'])
    cluster.store.create('Application', {
      metadata: { name, namespace: 'delivery', annotations: { repoName: name } },
      spec: { destination: { namespace: 'apps' } },
    } as never);
  const repo = path.join(folder, 'ledger');
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', repo]);
  execFileSync('git', [
    '-C',
    repo,
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@b.c',
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    'Begin',
  ]);
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await cluster.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

function ground() {
  const connected = connectedEstates(folder);
  connected.set(id, {
    text: stringify({
      name: 'E',
      ledger: { url: path.join(folder, 'ledger') },
      environments: [{ name: 'live' }],
    }),
    fromRepo: false,
    amendment: { environments: { live: { cluster: { context: 'test', kubeconfig: cluster.kubeconfig } } } },
  });
  const lifecycle = createLifecycle<EstateChoice, Openable & { session: Session }>(
    async (choice) => {
      if (choice.kind !== 'connected') throw new Error('another');
      const session = await openSession({
        estate: estateOf(connected.get(choice.id)),
        mode: 'real',
        dir: folder,
        inPlace: false,
        identity: () => ({ name: 'A', email: 'a@b.c' }),
        ledgerCredentials: async () => null,
        githubToken: async () => null,
        log: noLog,
      });
      return { session, heldBy: () => [], close: () => session.close() };
    },
    () => undefined,
  );
  ends.push(() => lifecycle.close());
  const handlers = detectHandlers({ lifecycle, connected, estates: () => ({}) as never });
  return { connected, lifecycle, handlers };
}

it('what was detected is taken as it was adjusted, kept, and the estate is opened by it', async () => {
  const { connected, lifecycle, handlers } = ground();
  await lifecycle.open({ kind: 'connected', id });
  const found = await handlers['estates.detect']({ environment: 'live' });
  expect(found).toMatchObject({
    takeable: true,
    proposals: [{ field: 'cluster.argoNamespace', value: 'delivery', now: 'cluster-services' }],
  });
  // Nothing is taken by asking.
  expect(lifecycle.current()?.session.estate.environments[0]?.cluster?.argoNamespace).toBe(
    'cluster-services',
  );
  await handlers['estates.adopt']({
    environment: 'live',
    values: [
      { field: 'cluster.argoNamespace', value: 'delivery' },
      { field: 'argo.cd.url', value: 'https://argocd.example.org' },
    ],
    anyway: false,
  });
  expect(lifecycle.current()?.session.estate.environments[0]).toMatchObject({
    cluster: { argoNamespace: 'delivery', context: 'test' },
    argo: { cd: { url: 'https://argocd.example.org' } },
  });
  expect(estateOf(connected.get(id)).environments[0]?.cluster?.argoNamespace).toBe('delivery');
});

it('what the estate file would not take is refused, and nothing is kept of it', async () => {
  const { connected, lifecycle, handlers } = ground();
  await lifecycle.open({ kind: 'connected', id });
  const before = connected.get(id);
  await expect(
    (async () =>
      handlers['estates.adopt']({
        environment: 'live',
        values: [{ field: 'argo.cd.url', value: 'javascript:alert(1)' }],
        anyway: false,
      }))(),
  ).rejects.toMatchObject({ failure: { code: 'invalid-input' } });
  expect(connected.get(id)).toEqual(before);
});
