import { afterEach, beforeEach, expect, it } from 'vitest';
import { noLog } from '../log/log';
import { startTestCluster, type TestCluster } from '../practice/testing/cluster';
import { connect } from '../systems/kubernetes/connection';
import type { Connection } from '../systems/kubernetes/types';
import { createAttendant } from './attendant';

let there: TestCluster;
let connection: Connection;
const stop = new AbortController();

beforeEach(async () => {
  there = await startTestCluster();
  connection = await connect({ kubeconfig: [there.kubeconfig], context: 'test' });
});
afterEach(async () => {
  stop.abort();
  connection.close();
  await there.close();
});

it('asks a cluster that comes and goes no more than once', async () => {
  const place = {
    environment: 'staging',
    argoNamespace: 'cluster-services',
    workflowsNamespace: 'apps',
    appsNamespace: 'apps',
    parentApplication: 'app-config',
  };
  const attendant = createAttendant({
    connection,
    place,
    signal: stop.signal,
    changed: () => undefined,
    // The look that asks about rights again must be the next one.
    timing: { probeEvery: 3_600_000 },
    log: noLog,
  });
  attendant.awake();
  await expect.poll(() => attendant.found().version).not.toBeNull();
  const asked = there.server.requests();
  for (let round = 0; round < 50; round++) {
    attendant.asleep();
    attendant.awake();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const begun = performance.now();
  await expect.poll(() => performance.now() - begun).toBeGreaterThan(1_000);
  expect(there.server.requests() - asked).toBe(0);
  // What it may do may have changed: that is asked once more, a little later.
  await expect.poll(() => there.server.requests() - asked).toBeGreaterThan(10);
  expect(there.server.requests() - asked).toBeLessThan(30);
});
