import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from '../practice/testing/cluster';
import { connect } from '../systems/kubernetes/connection';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { detectArgo } from './detect-argo';

/** An estate that says nothing right. */
const wrong = {
  argoNamespace: 'argocd',
  parentApplication: 'root',
  appsNamespace: 'default',
  workflowsNamespace: 'argo',
  argoCd: null,
  argoWorkflows: null,
};
const signal = () => AbortSignal.timeout(120_000);

describe('what is found by asking the practice clusters', () => {
  let folder: string;
  let practice: PracticeProcess;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'signalbox-detect-'));
    practice = await startPracticeProcess(['--dir', folder, '--speed', '100']);
  });
  afterAll(async () => {
    await practice.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const detect = async () => {
    const connection = await connect({ kubeconfig: [practice.ready.kubeconfig], context: 'integration' });
    try {
      return await detectArgo(connection, wrong, signal());
    } finally {
      connection.close();
    }
  };

  it('with every right: namespaces and the parent Application, each with where it comes from', async () => {
    const { proposals } = await detect();
    expect(Object.fromEntries(proposals.map(({ field, value }) => [field, value]))).toEqual({
      'cluster.argoNamespace': 'cluster-services',
      'cluster.parentApplication': 'app-config',
      'cluster.appsNamespace': 'apps',
      'cluster.workflowsNamespace': 'apps',
    });
    for (const { from } of proposals)
      expect(from).toMatch(/^(?:\d+ of \d+|It manages \d+|The WorkflowTemplates) /);
  });

  it('with GOV.UK\u2019s rights: nothing is guessed, and the missing right and who grants it are told', async () => {
    await practice.control.setRights({ profile: 'govuk' });
    const { proposals, notes } = await detect();
    expect(proposals).toEqual([]);
    expect(notes.join(' ')).toMatch(/may not list applications\.argoproj\.io .* grants it/);
    expect(notes.join(' ')).toMatch(/may not list workflowtemplates\.argoproj\.io/);
  });
});

describe('what is found by asking somebody else\u2019s cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster();
  });
  afterAll(() => cluster.close());
  const make = (kind: string, namespace: string, name: string, more: object = {}): void =>
    void cluster.store.create(kind as never, { metadata: { name, namespace }, ...more } as never);
  const detect = async (context = 'test', now: Partial<Parameters<typeof detectArgo>[1]> = {}) => {
    const connection = await connect({ kubeconfig: [cluster.kubeconfig], context });
    try {
      return await detectArgo(connection, { ...wrong, ...now }, signal());
    } finally {
      connection.close();
    }
  };
  const proposedFor = (found: Awaited<ReturnType<typeof detect>>, field: string) =>
    found.proposals.find((one) => one.field === field)?.value;

  it('nothing where there is nothing, and it is said', async () => {
    const found = await detect();
    expect(found.proposals).toEqual([]);
    expect(found.notes).toContain('No Argo CD Application was found.');
  });

  it('the servers by argocd-cm and by the Ingress, and no parent where two manage as many', async () => {
    for (const name of ['delivery', 'ci', 'shop']) cluster.store.create('Namespace', { metadata: { name } });
    const child = (name: string) => ({
      group: 'argoproj.io',
      kind: 'Application',
      namespace: 'delivery',
      name,
    });
    for (const name of ['web', 'api'])
      cluster.store.create('Application', {
        metadata: { name, namespace: 'delivery', annotations: { repoName: name } },
        spec: { destination: { namespace: 'shop' } },
      } as never);
    for (const [name, resource] of [
      ['left', 'web'],
      ['right', 'api'],
    ] as const)
      make('Application', 'delivery', name, { spec: {}, status: { resources: [child(resource)] } });
    make('ConfigMap', 'delivery', 'argocd-cm', { data: { url: 'https://argocd.example.org/' } });
    make('WorkflowTemplate', 'ci', 'deploy-image', { spec: {} });
    const backend = (name: string) => ({
      http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name } } }] },
    });
    make('Ingress', 'ci', 'wf', {
      spec: {
        rules: [{ host: 'wf.example.org', ...backend('ci-argo-workflows-server') }],
        tls: [{ hosts: ['wf.example.org'] }],
      },
    });
    const found = await detect();
    expect(Object.fromEntries(found.proposals.map(({ field, value }) => [field, value]))).toEqual({
      'cluster.argoNamespace': 'delivery',
      'cluster.appsNamespace': 'shop',
      'cluster.workflowsNamespace': 'ci',
      'argo.cd.url': 'https://argocd.example.org',
      'argo.workflows.url': 'https://wf.example.org',
    });
    expect(found.notes).toEqual([expect.stringMatching(/parent Application is not clear: left and right/)]);
    // What the estate says already is not proposed.
    const right = await detect('test', { argoNamespace: 'delivery', argoCd: 'https://argocd.example.org' });
    expect(proposedFor(right, 'cluster.argoNamespace')).toBeUndefined();
    expect(proposedFor(right, 'argo.cd.url')).toBeUndefined();
  });

  it.each([
    ['a script', 'javascript:alert(1)'],
    ['a password', 'https://me:secret@argocd.example.org'],
    ['an endless one', `https://${'a'.repeat(400)}.example.org`],
    ['no address', 'argocd'],
  ])('takes no address from a cluster that the estate file would not take: %s', async (_, url) => {
    cluster.store.modify('ConfigMap' as never, 'delivery', 'argocd-cm', (draft) =>
      Object.assign(draft, { data: { url } }),
    );
    const found = await detect('test', { argoNamespace: 'delivery' });
    expect(proposedFor(found, 'argo.cd.url')).toBeUndefined();
  });

  it('by somebody who may read in one namespace alone: what is there, and what may not be asked', async () => {
    const found = await detect('reader');
    expect(found.proposals.map(({ field }) => field)).toEqual([]);
    expect(found.notes.length).toBeGreaterThan(0);
  });
});

describe('what is said of a cluster that does not answer all', () => {
  let folder: string;
  let server: Server | null = null;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'signalbox-detect-'));
  });
  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  /** @param answer an API server's status and body, by method and path */
  const detectAt = async (answer: (what: string, body: string) => readonly [number, object]) => {
    const listening = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        const [status, said] = answer(`${request.method} ${request.url?.split('?')[0]}`, body);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
      });
    });
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const kubeconfig = path.join(folder, 'kubeconfig');
    const at = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    await writeFile(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: at } }],
        users: [{ name: 'u', user: {} }],
        contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
      }),
    );
    const connection = await connect({ kubeconfig: [kubeconfig], context: 'test' });
    try {
      return await detectArgo(connection, wrong, signal());
    } finally {
      connection.close();
    }
  };
  const refused = [403, { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403 }] as const;
  const review = 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const allowedIn = (body: string) => JSON.parse(body).spec.resourceAttributes.namespace !== '';

  it('a list that failed is no right that is missing', async () => {
    const { notes } = await detectAt((what, body) =>
      what === review
        ? [201, { status: { allowed: allowedIn(body) } }]
        : [
            422,
            { kind: 'Status', status: 'Failure', reason: 'Invalid', message: 'no such field', code: 422 },
          ],
    );
    expect(notes).toContainEqual(expect.stringMatching(/^applications could not be listed: /));
    expect(notes.join(' ')).not.toContain('may not list');
  });

  it('a right that could not be asked about may be there: the list tells', async () => {
    const { proposals, notes } = await detectAt((what) =>
      what.endsWith('/namespaces/cluster-services/applications')
        ? [
            200,
            {
              kind: 'List',
              items: [
                {
                  metadata: { name: 'web', namespace: 'cluster-services', annotations: { repoName: 'web' } },
                  spec: { destination: { namespace: 'apps' } },
                },
              ],
            },
          ]
        : refused,
    );
    expect(Object.fromEntries(proposals.map(({ field, value }) => [field, value]))).toMatchObject({
      'cluster.argoNamespace': 'cluster-services',
      'cluster.appsNamespace': 'apps',
    });
    expect(notes.join(' ')).not.toContain('may not list applications');
  });
});
