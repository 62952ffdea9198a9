/**
 * The clusters of `npm run bench -- watch`, in a process of their own: real API servers over TLS, and objects that
 * change all the time. Prints one line of JSON when ready; `start <changes per second>` and `stop` come on stdin. Every
 * change carries the time at which it was written.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeCertificates } from '../practice/cluster/certificates';
import type { Kind } from '../practice/cluster/kinds';
import type { KubeObject, NewObject } from '../practice/cluster/stored-objects';
import { writeKubeconfig } from '../practice/cluster/write-kubeconfig';
import { startTestCluster } from '../practice/testing/cluster';

const [folder = tmpdir(), apps = '60', pods = '5000', places = '4'] = process.argv.slice(2);
const environments = ['test', 'integration', 'staging', 'production', 'canary'].slice(0, Number(places));
const names = Array.from({ length: Number(apps) }, (_, index) => `app-${String(index).padStart(2, '0')}`);
const podsPerApp = Math.ceil(Number(pods) / environments.length / names.length);

/** Now, in milliseconds since the epoch, finer than a millisecond: read back in another process. */
const stamp = (): string => `at ${performance.timeOrigin + performance.now()}`;

type Store = Awaited<ReturnType<typeof startTestCluster>>['store'];

/** As large as the real ones: what is trimmed away has to be parsed first. */
const ballast = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`example.org/annotation-${index}`, 'x'.repeat(80)]),
);

function fill(store: Store): void {
  const create = (kind: Kind, object: unknown): KubeObject => store.create(kind, object as NewObject);
  const labels = (app: string) => ({
    'app.govuk/repository-name': app,
    'app.kubernetes.io/instance': app,
  });
  for (const app of names) {
    create('Application', {
      metadata: {
        name: app,
        namespace: 'cluster-services',
        annotations: { ...ballast, repoName: app, imageTag: 'v1', automaticDeploysEnabled: 'true' },
      },
      spec: { project: 'govuk' },
      status: { sync: { status: 'Synced' }, health: { status: 'Healthy' } },
    });
    const owner = (kind: string, object: KubeObject) => [
      { apiVersion: 'apps/v1', kind, name: object.metadata.name, uid: object.metadata.uid, controller: true },
    ];
    const revision = { 'deployment.kubernetes.io/revision': '1' };
    const status = {
      observedGeneration: 1,
      replicas: podsPerApp,
      updatedReplicas: podsPerApp,
      readyReplicas: podsPerApp,
      availableReplicas: podsPerApp,
    };
    const template = { spec: { containers: [{ name: 'app', image: `registry/${app}:v1` }] } };
    const meta = { namespace: 'apps', labels: labels(app), annotations: { ...ballast, ...revision } };
    const deployment = create('Deployment', {
      metadata: { ...meta, name: app },
      spec: { replicas: podsPerApp, template },
      status,
    });
    const set = create('ReplicaSet', {
      metadata: { ...meta, name: `${app}-1`, ownerReferences: owner('Deployment', deployment) },
      spec: { replicas: podsPerApp, template },
      status: { readyReplicas: podsPerApp },
    });
    for (let index = 0; index < podsPerApp; index++)
      create('Pod', {
        metadata: {
          ...meta,
          annotations: ballast,
          name: `${app}-1-${index}`,
          ownerReferences: owner('ReplicaSet', set),
        },
        spec: template.spec,
        status: { phase: 'Running', startTime: '2026-01-01T00:00:00Z' },
      });
    create('Workflow', {
      metadata: {
        name: `post-sync-${app}`,
        namespace: 'apps',
        labels: { repoName: app, imageTag: 'v1', 'workflows.argoproj.io/workflow-template': 'post-sync' },
      },
      spec: {},
      status: { phase: 'Running' },
    });
  }
}

const any = <T>(some: readonly T[]): T => some[Math.floor(Math.random() * some.length)] as T;

/** One change, mostly of a pod, as in a rollout. */
function change(store: Store): void {
  const app = any(names);
  const dice = Math.random();
  const write = (kind: Kind, namespace: string, name: string, status: (now: string) => object): void => {
    store.modify<KubeObject & { status?: object }>(kind, namespace, name, (draft) => {
      const now = stamp();
      draft.metadata.annotations = { ...draft.metadata.annotations, 'bench/at': now };
      draft.status = { ...draft.status, ...status(now) };
    });
  };
  if (dice < 0.75)
    write('Pod', 'apps', `${app}-1-${Math.floor(Math.random() * podsPerApp)}`, (message) => ({
      containerStatuses: [
        { name: 'app', restartCount: 1, ready: false, state: { waiting: { reason: 'Bench', message } } },
      ],
    }));
  else if (dice < 0.9)
    write('Application', 'cluster-services', app, (message) => ({
      health: { status: any(['Healthy', 'Progressing']) },
      operationState: { phase: 'Running', message, startedAt: '2026-01-01T00:00:00Z' },
    }));
  else write('Workflow', 'apps', `post-sync-${app}`, (message) => ({ phase: 'Running', message }));
}

const certificates = await makeCertificates();
const clusters = await Promise.all(
  environments.map(() => startTestCluster({ certificates, store: { history: 50_000 } })),
);
for (const { store } of clusters) fill(store);
const kubeconfig = join(folder, 'kubeconfig.yaml');
await writeKubeconfig(
  kubeconfig,
  environments.map((name, index) => ({
    name,
    server: clusters[index]?.server.url ?? '',
    ca: certificates.ca,
    token: 'token-of-test',
    namespace: 'apps',
  })),
);
process.stdout.write(`${JSON.stringify({ kubeconfig, environments, apps: names, podsPerApp })}\n`);

let changes = 0;
let timer: NodeJS.Timeout | undefined;
createInterface({ input: process.stdin })
  .on('line', (line) => {
    clearInterval(timer);
    const [word, rate] = line.split(' ');
    if (word === 'start') {
      const begun = performance.now();
      const before = changes;
      timer = setInterval(() => {
        const due = before + ((performance.now() - begun) / 1000) * Number(rate);
        for (; changes < due; changes++) change(any(clusters).store);
      }, 5);
    } else process.stdout.write(`${JSON.stringify({ changes })}\n`);
  })
  .on('close', () => process.exit(0));
