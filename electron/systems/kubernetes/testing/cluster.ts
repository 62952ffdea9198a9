import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { startTestCluster, type TestCluster } from '../../../practice/testing/cluster';
import { connect } from '../connection';
import type { Connection } from '../types';

/** What each test of an adapter has of its own: a cluster with its API server, and a connection to it. */
export interface ClusterUnderTest {
  cluster: TestCluster;
  connection: Connection;
  /** An empty folder. */
  folder: string;
  /** Aborted after the test; what was pushed to `running` is awaited then. */
  stop: AbortController;
  running: Promise<unknown>[];
}

/** Starts them before each test and takes them away after it. */
export function clusterForEachTest(): ClusterUnderTest {
  const now = {} as ClusterUnderTest;
  beforeEach(async () => {
    now.folder = await mkdtemp(join(tmpdir(), 'signalbox-kubernetes-'));
    now.cluster = await startTestCluster({ server: { bookmarkEvery: 25 } });
    now.connection = await connect({ kubeconfig: [now.cluster.kubeconfig], requestTimeout: 5000 });
    now.stop = new AbortController();
    now.running = [];
  });
  afterEach(async () => {
    now.stop.abort();
    await Promise.all(now.running);
    now.connection.close();
    await now.cluster.close();
    await rm(now.folder, { recursive: true, force: true });
  });
  return now;
}
