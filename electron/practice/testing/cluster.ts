import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../cluster/api-server';
import { type Certificates, makeCertificates } from '../cluster/certificates';
import { LogStore } from '../cluster/container-logs';
import type { Grant } from '../cluster/grants';
import { ClusterStore } from '../cluster/store';
import type { StoreOptions } from '../cluster/store-options';
import type { NewObject } from '../cluster/stored-objects';
import { writeKubeconfig } from '../cluster/write-kubeconfig';

/** A practice cluster for tests: a store, its API server, and a kubeconfig file that reaches it. */
export interface TestCluster {
  store: ClusterStore;
  logs: LogStore;
  server: ApiServer;
  certificates: Certificates;
  /** Path of the kubeconfig; contexts `test` (may do all) and `reader` (may read in `apps`). */
  kubeconfig: string;
  close(): Promise<void>;
}

/** Starts one; close it after the test. */
export async function startTestCluster(
  options: { store?: StoreOptions; server?: Partial<ApiServerOptions>; certificates?: Certificates } = {},
): Promise<TestCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-cluster-'));
  const certificates = options.certificates ?? (await makeCertificates());
  const store = new ClusterStore(options.store);
  const logs = new LogStore();
  const tokens: Record<string, Grant> = {
    'token-of-test': { username: 'test' },
    'token-of-reader': { username: 'reader', readOnly: true, namespaces: ['apps'] },
  };
  for (const name of ['apps', 'cluster-services']) store.create('Namespace', { metadata: { name } });
  const server = await startApiServer({ store, logs, certificates, tokens, ...options.server });
  const kubeconfig = join(folder, 'kubeconfig.yaml');
  const entry = { server: server.url, ca: certificates.ca, namespace: 'apps' };
  await writeKubeconfig(kubeconfig, [
    { ...entry, name: 'test', token: 'token-of-test' },
    { ...entry, name: 'reader', token: 'token-of-reader' },
  ]);
  return {
    store,
    logs,
    server,
    certificates,
    kubeconfig,
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A small pod to create. */
export function somePod(name: string, labels: Record<string, string> = {}): NewObject {
  return {
    metadata: { name, namespace: 'apps', labels },
    spec: { containers: [{ name: 'app', image: 'app:v1' }] },
    status: { phase: 'Running' },
  } as NewObject;
}
