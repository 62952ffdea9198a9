/** B11: an account that may read Deployments, ReplicaSets and pods, and nothing of Argo. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { estateSchema } from '../../shared/domain/estate/estate';
import {
  commitFiles,
  makeEstate,
  type TestEstate,
  tagFile,
  tagPath,
  writerToken,
} from '../ledger/testing/release-repo';
import { noLog } from '../log/log';
import { type ApiServer, startApiServer } from '../practice/cluster/api-server';
import { makeCertificates } from '../practice/cluster/certificates';
import { writeKubeconfig } from '../practice/cluster/write-kubeconfig';
import {
  type Cluster,
  MemoryFaults,
  MemoryRepo,
  rehearsalApps,
  startCluster,
  stopRehearsals,
} from '../practice/controllers/rehearsal';
import { until } from '../testing/until';
import { openSession, type Session } from './open-session';

const apps = ['frontend', 'publishing-api'];
let folder: string;
let estate: TestEstate;
let cluster: Cluster;
let api: ApiServer;
let session: Session;
let repo: MemoryRepo;
const faults = new MemoryFaults();

/** A release in Git and, as far as Argo CD does its work, in the cluster. */
async function release(app: string, version: string, applied = true): Promise<void> {
  await commitFiles(estate.gitDir, { [tagPath('production', app)]: tagFile(version) });
  if (!applied) return;
  repo.set('production', app, { imageTag: version });
  cluster.refresh();
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-pods-only-'));
  repo = new MemoryRepo(['production'], rehearsalApps, 'v1');
  cluster = await startCluster({ repo, faults, speed: 200 });
  const certificates = await makeCertificates();
  api = await startApiServer({
    store: cluster.store,
    logs: cluster.logs,
    certificates,
    tokens: {
      'token-of-pods': {
        username: 'pods',
        readOnly: true,
        namespaces: ['apps'],
        resources: ['deployments', 'replicasets', 'pods', 'pods/log'],
      },
    },
  });
  const kubeconfig = path.join(folder, 'kubeconfig.yaml');
  await writeKubeconfig(kubeconfig, [
    { name: 'pods', server: api.url, ca: certificates.ca, token: 'token-of-pods', namespace: 'apps' },
  ]);
  estate = await makeEstate(
    Object.fromEntries(apps.map((app) => [tagPath('production', app), tagFile('v1')])),
  );
  session = await openSession({
    estate: estateSchema.parse({
      name: 'Pods only',
      ledger: { url: estate.url },
      environments: [{ name: 'production', cluster: { context: 'pods', kubeconfig } }],
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
  await until(() => expect(session.engine.board().cells).toHaveLength(apps.length));
});
afterAll(async () => {
  await session?.close();
  await api?.close();
  await stopRehearsals();
  await estate?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const cell = (app: string) => {
  const found = session.engine.board().cells.find((one) => one.app === app);
  if (!found) throw new Error(`no cell of ${app}`);
  return found;
};
const claim = (app: string) => {
  const { running, ledger, stage, health } = cell(app);
  return {
    runs: running?.version,
    by: running?.by,
    wants: ledger?.version,
    stage: stage?.state,
    failing: stage?.failing,
    health,
  };
};
const healthy = { by: 'pods', stage: 'running', failing: false, health: 'Healthy' };

it('sees what runs and how it does, of every app', async () => {
  for (const app of apps)
    await until(() => expect(claim(app)).toEqual({ ...healthy, runs: 'v1', wants: 'v1' }));
});

it('tells what Git wants and does not run, and when it runs', async () => {
  await release('frontend', 'v2', false);
  await until(() =>
    expect(claim('frontend')).toMatchObject({
      runs: 'v1',
      wants: 'v2',
      stage: 'committed',
      health: 'Healthy',
    }),
  );
  await release('frontend', 'v2');
  await until(() => expect(claim('frontend')).toEqual({ ...healthy, runs: 'v2', wants: 'v2' }));
});

it('tells a version that does not come up from the one that runs', async () => {
  faults.crashing.add('v3');
  await release('frontend', 'v3');
  await until(() =>
    expect(claim('frontend')).toMatchObject({ runs: 'v2', wants: 'v3', stage: 'rolling-out', failing: true }),
  );
  // A hook's pods are pods, too; whose they are is told by their labels.
  faults.missingImages.add('v2');
  await release('publishing-api', 'v2');
  await until(() =>
    expect(claim('publishing-api')).toMatchObject({ runs: 'v1', wants: 'v2', health: 'Healthy' }),
  );
});

it('says once what it does not see, and where the right is missing', async () => {
  const { environments } = session.engine.board();
  expect(environments[0]?.cluster.state).toBe('live');
  const kinds = environments[0]?.gaps.map(({ kind, namespace }) => `${kind} in ${namespace}`) ?? [];
  expect(kinds).toContain('applications in cluster-services');
  expect(kinds).toContain('workflows in apps');
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(kinds.filter((kind) => /^(?:deployments|replicasets|pods) /.test(kind))).toEqual([]);
  for (const gap of environments[0]?.gaps ?? [])
    expect(gap.because.meaning).toContain('cannot list resource');
  // Not in every cell.
  for (const one of session.engine.board().cells)
    expect(JSON.stringify(one)).not.toMatch(/forbidden|cannot list/i);
});
