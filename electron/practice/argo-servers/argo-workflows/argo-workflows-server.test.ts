import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { usualArgoSessions } from '../../../systems/practice/argo-sessions';
import type { Workflow } from '../../controllers/kubernetes-shapes';
import {
  type Cluster,
  MemoryRepo,
  rehearsalApps,
  startCluster,
  stopRehearsals,
} from '../../controllers/rehearsal';
import { consoleUser } from '../../estate/people';
import { standardRights } from '../../rights/standard-rights';
import { argoAccounts, endArgoSessions } from '../accounts';
import type { GatewayServer } from '../gateway-server';
import { type NotingProxy, startNotingProxy } from '../testing/noting-proxy';
import { readSwagger } from '../testing/swagger-description';
import { type WorkflowArchive, workflowArchive } from './archive';
import { startArgoWorkflowsServer } from './server';

/** What this server is set to answer refusals with (`newHTTPServer`: `DefaultHTTPProtoErrorHandler`). */
const refusal = {
  type: 'object',
  required: ['code', 'message'],
  properties: { code: { type: 'integer' }, message: { type: 'string' }, details: { type: 'array' } },
  additionalProperties: false,
};
const swagger = () =>
  readSwagger(join(import.meta.dirname, 'argo-workflows-swagger.jsonl'), { refusal, nulls: true });

let cluster: Cluster;
let archive: WorkflowArchive;
let server: GatewayServer;
let proxy: NotingProxy;
let token: string;
let endSessions: () => void;

async function open(rights: 'everything' | 'govuk' = 'everything', login = consoleUser.login) {
  const repo = new MemoryRepo(['integration', 'staging', 'production'], rehearsalApps, 'v1');
  cluster = await startCluster({ repo });
  archive = workflowArchive(cluster.store, cluster.logs);
  const sessions = usualArgoSessions();
  const accounts = argoAccounts({
    environment: 'production',
    system: 'argo-workflows',
    secret: 'a secret',
    rights: () => standardRights(rights),
    sessions: () => sessions,
  });
  server = await startArgoWorkflowsServer({
    store: cluster.store,
    logs: cluster.logs,
    archive,
    accounts,
    now: () => new Date(),
    bookmarkEvery: 25,
  });
  proxy = await startNotingProxy(server.url);
  token = accounts.signIn(login).token;
  endSessions = () => endArgoSessions(sessions, {});
}
afterEach(async () => {
  await proxy.close();
  await server.close();
  archive.close();
  await stopRehearsals();
});

async function ask(line: string, body?: unknown) {
  const [method = '', path = ''] = line.split(' ');
  const answer = await fetch(proxy.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  let said: unknown = text;
  try {
    said = JSON.parse(text.trim().split('\n').at(-1) || 'null');
  } catch {
    // A stored log is text.
  }
  return {
    status: answer.status,
    body: said as Workflow & { items: Workflow[] | null; metadata: { continue?: string } },
  };
}

/** Reads a stream until a message is as asked. */
async function streamed(path: string, isIt: (message: { result?: unknown }) => boolean): Promise<void> {
  const stop = new AbortController();
  const answer = await fetch(proxy.url + path, {
    headers: { authorization: `Bearer ${token}` },
    signal: stop.signal,
  });
  let rest = '';
  for await (const chunk of answer.body ?? []) {
    const lines = (rest + Buffer.from(chunk).toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    if (lines.some((line) => line !== '' && isIt(JSON.parse(line)))) break;
  }
  stop.abort();
}

const flows = '/api/v1/workflows/apps';
const submission = (imageTag: string) => ({
  namespace: 'apps',
  resourceKind: 'WorkflowTemplate',
  resourceName: 'post-sync',
  submitOptions: {
    labels: `repoName=frontend,imageTag=${imageTag}`,
    parameters: [
      'application=frontend',
      'repoName=frontend',
      `imageTag=${imageTag}`,
      'promoteDeployment=false',
      'automaticDeploysEnabled=false',
    ],
  },
});

describe('Argo Workflows’ server of the practice estate', () => {
  it('fits what Argo publishes of its API, in requests and answers, live and archived', async () => {
    await open();
    const described = swagger();
    const made = await ask(`POST ${flows}/submit`, submission('v1'));
    expect(made.status).toBe(200);
    const { name, uid } = made.body.metadata;
    const phase = () => cluster.store.get<Workflow>('Workflow', 'apps', name)?.status?.phase;
    await streamed(
      `/api/v1/workflow-events/apps?listOptions.allowWatchBookmarks=true&listOptions.timeoutSeconds=60`,
      ({ result }) => (result as { type?: string } | undefined)?.type === 'BOOKMARK',
    );
    await cluster.until('the end of the workflow', () => phase() === 'Succeeded' || phase() === 'Failed');
    const whole = await ask(`GET ${flows}/${name}`);
    const tests = Object.values(whole.body.status?.nodes ?? {}).find(({ type }) => type === 'Pod');
    const asked = [
      await ask(`GET ${flows}?listOptions.labelSelector=repoName%3Dfrontend`),
      await ask(`GET ${flows}/${name}/log?logOptions.container=main&logOptions.timestamps=true`),
      await ask(`GET /artifact-files/apps/workflows/${name}/${tests?.id}/outputs/main-logs`),
      await ask(
        `GET /api/v1/archived-workflows?namespace=apps&listOptions.limit=1&listOptions.labelSelector=repoName%3Dfrontend`,
      ),
      await ask(`GET /api/v1/archived-workflows/${uid}`),
      await ask(`POST ${flows}`, {
        namespace: 'apps',
        workflow: {
          metadata: { generateName: 'post-sync-' },
          spec: { workflowTemplateRef: { name: 'post-sync' }, arguments: { parameters: [] } },
        },
      }),
    ];
    expect(asked.map(({ status }) => status)).toEqual(Array(asked.length).fill(200));
    // Deleted, it is in the archive alone: asked for by its name, found, and made anew from there.
    cluster.store.delete('Workflow', 'apps', name);
    expect((await ask(`GET ${flows}/${name}`)).body.metadata.labels).toMatchObject({
      'workflows.argoproj.io/workflow-archiving-status': 'Persisted',
    });
    const again = await ask(`PUT /api/v1/archived-workflows/${uid}/resubmit`, { namespace: 'apps', uid });
    expect(again.status).toBe(200);
    expect(again.body.metadata.labels).toMatchObject({
      'workflows.argoproj.io/resubmitted-from-workflow': name,
    });
    const other = again.body.metadata.name;
    const acts = [
      await ask(`PUT ${flows}/${other}/suspend`, { namespace: 'apps', name: other }),
      await ask(`PUT ${flows}/${other}/resume`, { namespace: 'apps', name: other }),
      await ask(`PUT ${flows}/${other}/stop`, { namespace: 'apps', name: other }),
      await ask(`PUT ${flows}/${other}/terminate`, { namespace: 'apps', name: other }),
    ];
    // One that was stopped may have ended by then, which is refused.
    expect(acts.map(({ status }) => status)).toEqual([200, 200, 200, acts[3]?.status === 500 ? 500 : 200]);
    await cluster.until('its end', () =>
      /Failed|Error/.test(cluster.store.get<Workflow>('Workflow', 'apps', other)?.status?.phase ?? ''),
    );
    expect((await ask(`PUT ${flows}/${other}/retry`, { namespace: 'apps', name: other })).status).toBe(200);
    const second = cluster.store.get<Workflow>('Workflow', 'apps', other)?.metadata.uid;
    expect(second).toBeDefined();
    const there = await ask(`PUT /api/v1/archived-workflows/${second}/retry`, {
      namespace: 'apps',
      uid: second,
    });
    expect(there).toMatchObject({ status: 409, body: { code: 6 } });
    cluster.store.delete('Workflow', 'apps', other);
    const back = await ask(`PUT /api/v1/archived-workflows/${second}/retry`, {
      namespace: 'apps',
      uid: second,
    });
    expect([back.status, back.body.metadata.name]).toEqual([200, other]);
    expect((await ask('GET /api/v1/archived-workflows/none')).status).toBe(404);
    const fits = [...new Set(proxy.noted.flatMap(described.problems))];
    expect(fits).toEqual([]);
    const unmet = described.operations.filter((one) => !described.met.has(one));
    // About who is signed in, and in front of what is asked: see the sign-in's own tests.
    expect(unmet).toEqual(['GET /api/v1/userinfo', 'GET /api/v1/version']);
  });

  it('gives the archive page by page, the newest first', async () => {
    await open();
    for (let n = 1; n <= 5; n++)
      archive.load([
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'Workflow',
          metadata: {
            name: `old-${n}`,
            namespace: 'apps',
            uid: `uid-${n}`,
            labels: { repoName: 'frontend' },
          },
          spec: {},
          status: { phase: 'Succeeded', startedAt: `2026-01-0${n}T00:00:00Z` },
        } as unknown as Workflow,
      ]);
    const names: string[] = [];
    let from = '';
    for (let page = 0; page < 3; page++) {
      const { body } = await ask(
        `GET /api/v1/archived-workflows?namespace=apps&listOptions.limit=2&listOptions.continue=${from}&listOptions.labelSelector=repoName%3Dfrontend`,
      );
      names.push(...(body.items ?? []).map(({ metadata }) => metadata.name));
      from = body.metadata.continue ?? '';
    }
    expect([names, from]).toEqual([['old-5', 'old-4', 'old-3', 'old-2', 'old-1'], '']);
  });

  it('lets a reader read, and nobody else in', async () => {
    await open('govuk', 'ivo-larkspur');
    const described = swagger();
    expect((await ask(`GET ${flows}`)).status).toBe(200);
    expect(await ask(`POST ${flows}/submit`, submission('v1'))).toMatchObject({
      status: 403,
      body: { code: 7 },
    });
    endSessions();
    expect(await ask(`GET ${flows}`)).toMatchObject({ status: 401, body: { code: 16 } });
    expect([...new Set(proxy.noted.flatMap(described.problems))]).toEqual([]);
  });
});
