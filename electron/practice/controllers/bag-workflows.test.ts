import { afterEach, describe, expect, it } from 'vitest';
import type { PracticeApp, SuiteRun } from '../ports';
import type { Pod, Workflow } from './kubernetes-shapes';
import { type Cluster, MemoryFaults, MemoryRepo, startCluster, stopRehearsals } from './rehearsal';
import { appsNamespace } from './render';

afterEach(stopRehearsals);

const services: readonly PracticeApp[] = [
  {
    repo: 'notify-api',
    applications: ['notify-api'],
    workers: [],
    replicas: 1,
    migrates: false,
    postSync: false,
  },
];

class BagFaults extends MemoryFaults {
  readonly runs: SuiteRun[] = [];
  failingSuite = '';
  suiteOutcome(run: SuiteRun): 'pass' | 'fail' {
    this.runs.push(run);
    return run.suite === this.failingSuite ? 'fail' : 'pass';
  }
}

const start = async (faults = new BagFaults()) => {
  const repo = new MemoryRepo(['notify-staging'], services, 'v1');
  const cluster = await startCluster({
    repo,
    faults,
    environment: 'notify-staging',
    apps: services,
    bags: { suites: ['functional-tests', 'smoke-tests'] },
  });
  return { repo, faults, cluster };
};

/** Submits as the console does. */
const submit = (cluster: Cluster, template: string, parameters: Record<string, string>): string =>
  cluster.store.create<Workflow>('Workflow', {
    metadata: { generateName: `${template}-`, namespace: appsNamespace },
    spec: {
      workflowTemplateRef: { name: template },
      arguments: { parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })) },
    },
  }).metadata.name;

const ended = (cluster: Cluster, name: string): Promise<Workflow> =>
  cluster.until(`the end of ${name}`, () => {
    const workflow = cluster.store.get<Workflow>('Workflow', appsNamespace, name);
    return workflow?.metadata.labels?.['workflows.argoproj.io/completed'] === 'true' && workflow;
  });

const logOf = (cluster: Cluster, name: string): string => {
  const [pod] = cluster.store.list<Pod>('Pod', { labelSelector: `workflows.argoproj.io/workflow=${name}` });
  return cluster.log(pod?.metadata.name ?? '', 'main');
};

describe('the workflows of an environment that bags come to', () => {
  it('prepare it, and end as their faults say', async () => {
    const { faults, cluster } = await start();
    const terraform = submit(cluster, 'terraform-apply', { bag: '7' });
    expect((await ended(cluster, terraform)).status?.phase).toBe('Succeeded');
    expect(logOf(cluster, terraform)).toContain('Apply complete!');
    faults.failingMigrations.add('v2');
    const good = submit(cluster, 'db-setup', { bag: '7', imageTag: 'v1' });
    const bad = submit(cluster, 'db-setup', { bag: '8', imageTag: 'v2' });
    expect((await ended(cluster, good)).status?.phase).toBe('Succeeded');
    expect((await ended(cluster, bad)).status?.phase).toBe('Failed');
    expect(logOf(cluster, bad)).toContain('lock timeout');
  });

  it('test what runs there, the first suite strictly', async () => {
    const { repo, faults, cluster } = await start();
    repo.set('notify-staging', 'notify-api', { imageTag: 'v2' });
    cluster.refresh();
    await cluster.until('v2', () => cluster.settled('notify-api', 'v2'));
    faults.failingSuite = 'functional-tests';
    const [failing, passing] = ['functional-tests', 'smoke-tests'].map((suite) =>
      submit(cluster, suite, { bag: '7' }),
    );
    expect((await ended(cluster, failing ?? '')).status?.phase).toBe('Failed');
    expect((await ended(cluster, passing ?? '')).status?.phase).toBe('Succeeded');
    expect(logOf(cluster, failing ?? '')).toContain('1 failed, 9 passed');
    expect(new Map(faults.runs.map(({ suite, strict }) => [suite, strict]))).toEqual(
      new Map([
        ['functional-tests', true],
        ['smoke-tests', false],
      ]),
    );
    expect(faults.runs[0]?.versions).toEqual(new Map([['notify-api', 'v2']]));
    // Nothing tests or promotes by itself there.
    expect(cluster.workflows('post-sync')).toEqual([]);
  });
});
