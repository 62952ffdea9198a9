import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type WorkflowArchive, workflowArchive } from '../argo-servers/argo-workflows/archive';
import { type ApiServer, startApiServer } from '../cluster/api-server';
import type { Certificates } from '../cluster/certificates';
import { LogStore } from '../cluster/container-logs';
import type { Grant } from '../cluster/grants';
import { ClusterStore } from '../cluster/store';
import type { StoreDump } from '../cluster/store-options';
import { writeWhole } from '../whole-file';

interface ClusterDump {
  store: StoreDump;
  logs: ReturnType<LogStore['dump']>;
  /** Absent in files of before it was kept. */
  archive?: ReturnType<WorkflowArchive['dump']>;
}

/** One environment's cluster: its objects, logs and API server. */
export interface EnvironmentCluster {
  store: ClusterStore;
  logs: LogStore;
  /** What Argo Workflows keeps of workflows that the cluster forgets. */
  archive: WorkflowArchive;
  server: ApiServer;
  /** Writes what it holds to its file, unless nothing changed since the last time. */
  save(): Promise<void>;
  close(): Promise<void>;
}

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/**
 * Starts a cluster, from its file where there is one. A file that can't be read counts as none: the controllers
 * fill an empty cluster from the release repo.
 * @param options.resourceVersion where the counter of an empty cluster begins, so that watches from before a reset
 * are told to list again (410)
 */
export async function openCluster(options: {
  file: string;
  certificates: Certificates;
  token: string;
  /** What the bearer of the token may do at the moment. */
  grant: () => Grant;
  port: number | undefined;
  now: () => Date;
  resourceVersion?: number;
}): Promise<EnvironmentCluster> {
  const store = new ClusterStore({ gracefulKinds: ['Pod'], now: options.now });
  const logs = new LogStore({ maxLines: 5000, maxBytes: 1024 * 1024, now: options.now });
  const dump = await readDump(options.file);
  if (dump) {
    store.load(dump.store);
    logs.load(dump.logs);
  } else if (options.resourceVersion) {
    store.load({ resourceVersion: options.resourceVersion, objects: [] });
  }
  const archive = workflowArchive(store, logs);
  archive.load(dump?.archive ?? []);
  const server = await startApiServer({
    store,
    logs,
    certificates: options.certificates,
    tokens: { [options.token]: options.grant },
    ...(options.port ? { port: options.port } : {}),
  });
  let saved = dump ? store.resourceVersion : '';
  return {
    store,
    logs,
    archive,
    server,
    async save() {
      const version = store.resourceVersion;
      if (version === saved) return;
      const text = JSON.stringify({
        store: store.dump(),
        logs: logs.dump(),
        archive: archive.dump(),
      } satisfies ClusterDump);
      // Level 1: this runs beside the servers every few seconds.
      await writeWhole(options.file, await pack(text, { level: 1 }));
      saved = version;
    },
    close: () => {
      archive.close();
      return server.close();
    },
  };
}

async function readDump(file: string): Promise<ClusterDump | null> {
  try {
    const bytes = await unpack(await readFile(file));
    return JSON.parse(bytes.toString('utf8')) as ClusterDump;
  } catch {
    return null;
  }
}
