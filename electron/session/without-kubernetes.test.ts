/** An environment whose estate names no Kubernetes API: nothing is asked of one, whatever kubeconfig the person has. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { estateSchema } from '../../shared/domain/estate/estate';
import { makeEstate, type TestEstate, tagFile, tagPath, writerToken } from '../ledger/testing/release-repo';
import { noLog } from '../log/log';
import { until } from '../testing/until';
import { openSession, type Session } from './open-session';

let folder: string;
let estate: TestEstate;
let session: Session;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-no-kubernetes-'));
  estate = await makeEstate({ [tagPath('production', 'frontend')]: tagFile('v1') });
  session = await openSession({
    estate: estateSchema.parse({
      name: 'Servers alone',
      ledger: { url: estate.url },
      environments: [
        // Argo CD's server would show workloads by its resource tree; that of workflows shows nothing of them.
        { name: 'production', argo: { workflows: { url: 'https://127.0.0.1:9' } } },
        { name: 'nothing' },
      ],
      pipelines: [{ name: 'govuk', kind: 'apps', environments: ['production'] }],
    }),
    mode: 'real',
    dir: path.join(folder, 'data'),
    inPlace: false,
    identity: () => ({ name: 'A', email: 'a@example.org' }),
    ledgerCredentials: async () => ({ username: 'x', password: writerToken }),
    githubToken: async () => null,
    log: noLog,
  });
  await until(() => expect(session.engine.board().cells).toHaveLength(1));
});
afterAll(async () => {
  await session?.close();
  await estate?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

it('has a cluster of what the servers show, and none where nothing is named', () => {
  expect([...session.clusters.keys()]).toEqual(['production']);
});

it('says of each kind that the estate file names no Kubernetes API, and watches none of it', () => {
  const status = session.clusters.get('production')?.status();
  expect(status).toMatchObject({ context: null, server: '', insecure: null, identity: null, version: null });
  const kinds = ['deployments', 'replicasets', 'pods', 'jobs', 'statefulsets'];
  for (const kind of kinds) {
    expect(status?.watches.map((one) => one.kind)).not.toContain(kind);
    expect(status?.gaps.find((gap) => gap.kind === kind)?.because).toMatchObject({
      code: 'not-configured',
      message: 'No Kubernetes API in the estate file for production.',
    });
  }
  const view = session.clusters.get('production')?.view;
  for (const topic of ['rollouts', 'pods', 'hooks'] as const)
    expect(view?.freshness(topic).state).toBe('absent');
});

it('says why what needs the Kubernetes API is not possible', async () => {
  const cluster = session.clusters.get('production');
  expect(cluster?.view.access('read-events')).toMatchObject({
    state: 'denied',
    why: 'No Kubernetes API in the estate file for production.',
  });
  const told: string[] = [];
  await cluster?.followLog(
    { namespace: 'apps', pod: 'frontend-1', container: 'app', previous: false, tailLines: 1, follow: false },
    (event) => {
      if (event.type === 'state') told.push(event.text);
    },
    new AbortController().signal,
  );
  expect(told.join()).toContain('No Kubernetes API in the estate file for production.');
});
