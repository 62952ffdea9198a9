/** What Argo Workflows' archive has and the cluster has forgotten is saved, and tells of tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openArchive } from '../archive/archive-store';
import { openObservations } from '../archive/observations';
import { noLog } from '../log/log';
import { observeCluster } from '../observation/observe-cluster';
import { argoAccounts } from '../practice/argo-servers/accounts';
import { workflowArchive } from '../practice/argo-servers/argo-workflows/archive';
import { startArgoWorkflowsServer } from '../practice/argo-servers/argo-workflows/server';
import { consoleUser } from '../practice/estate/people';
import { standardRights } from '../practice/rights/standard-rights';
import { startTestCluster } from '../practice/testing/cluster';
import { connectServer } from '../systems/argo/server/server-connection';
import { usualArgoSessions } from '../systems/practice/argo-sessions';
import { readArchives } from './read-archives';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const node = (id: string, type: string, phase: string) => ({ id, name: id, displayName: id, type, phase });
const run = (name: string, version: string, phase: string, day: number) => ({
  metadata: {
    name,
    namespace: 'apps',
    labels: {
      repoName: 'frontend',
      imageTag: version,
      'workflows.argoproj.io/workflow-template': 'post-sync',
    },
  },
  spec: { workflowTemplateRef: { name: 'post-sync' } },
  status: {
    phase,
    startedAt: `2026-11-0${day}T10:00:00Z`,
    finishedAt: `2026-11-0${day}T10:05:00Z`,
    nodes: { [name]: node(name, 'DAG', phase), a: node('a', 'Pod', phase) },
  },
});

it('saves what the cluster has forgotten, whole, with what it says of tests', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-archives-'));
  closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const there = await startTestCluster();
  closers.push(() => there.close());
  const kept = workflowArchive(there.store, there.logs);
  closers.push(() => kept.close());
  for (const [name, version, phase, day] of [
    ['old-passed', 'v1', 'Succeeded', 1],
    ['old-failed', 'v2', 'Failed', 2],
    ['live', 'v3', 'Succeeded', 3],
  ] as const)
    there.store.create('Workflow', run(name, version, phase, day) as never);
  for (const name of ['old-passed', 'old-failed']) there.store.delete('Workflow', 'apps', name);
  const sessions = usualArgoSessions();
  const accounts = argoAccounts({
    environment: 'production',
    system: 'argo-workflows',
    secret: 'a secret',
    rights: () => standardRights('everything'),
    sessions: () => sessions,
  });
  const server = await startArgoWorkflowsServer({
    store: there.store,
    logs: there.logs,
    archive: kept,
    accounts,
    now: () => new Date(),
    bookmarkEvery: 25,
  });
  closers.push(() => server.close());
  const { token } = accounts.signIn(consoleUser.login);
  const never = new AbortController().signal;
  const connection = connectServer({
    place: { environment: 'production', system: 'argo-workflows', url: server.url },
    session: {
      credential: () => ({ authorization: `Bearer ${token}`, cookie: null }),
      ended: () => undefined,
      woken: () => never,
    },
  });
  const cluster = observeCluster({
    connection: null,
    place: {
      environment: 'production',
      argoNamespace: 'cluster-services',
      workflowsNamespace: 'apps',
      appsNamespace: 'apps',
      parentApplication: 'app-config',
    },
    argo: { workflows: { connection, isSignedIn: () => true } },
    log: noLog,
  });
  closers.push(() => cluster.close());
  const archive = openArchive(path.join(folder, 'archive.db'));
  const observations = openObservations(path.join(folder, 'observations.db'));
  closers.push(
    () => archive.close(),
    () => observations.close(),
  );
  const stop = readArchives({
    clusters: new Map([['production', cluster]]),
    archive,
    observations,
    report: (failure) => expect(failure).toBeNull(),
    log: noLog,
  });
  closers.push(stop);

  const saved = () => archive.workflows({ app: 'frontend', environment: 'production', limit: 10 });
  await expect.poll(() => saved().map(({ workflow }) => workflow.name)).toEqual(['old-failed', 'old-passed']);
  for (const { workflow } of saved()) {
    expect(workflow.archivedUid).toEqual(expect.any(String));
    expect(workflow.nodes).toHaveLength(2);
  }
  const seen = observations.of('frontend', 'production').map(({ version, what }) => `${version} ${what}`);
  expect(seen.sort()).toEqual(['v1 tests-passed', 'v2 tests-failed']);
});
