import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parse, stringify } from 'lossless-json';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noLog } from '../log/log';
import { makeCertificates } from '../practice/cluster/certificates';
import { writeKubeconfig } from '../practice/cluster/write-kubeconfig';
import { connect } from '../systems/kubernetes/connection';
import { observeCluster } from './observe-cluster';
import type { Cluster } from './types';

const never = new AbortController().signal;
const place = {
  environment: 'staging',
  argoNamespace: 'argo',
  workflowsNamespace: 'apps',
  appsNamespace: 'apps',
  parentApplication: 'app-config',
};

/** What JavaScript's numbers cannot hold, and what Go's `omitempty` would drop; as a cluster may have it in free JSON. */
const odd =
  '{"2":"b","1":"a","big":4505012345678901249,"one":1.0,"huge":1e400,"minus":-0,"exp":1E2,"none":null,"empty":{},"no":[],"off":false,"zero":0,"text":"","__proto__":{"x":1}}';
const application = (operation: string) =>
  `{"apiVersion":"argoproj.io/v1alpha1","kind":"Application","metadata":{"name":"web","namespace":"argo","resourceVersion":"7"},"spec":{"source":{"helm":{"valuesObject":${odd}}},"syncPolicy":{"retry":{"limit":4505012345678901249}}},"status":{"operationState":{"phase":"Running","startedAt":"x","odd":${odd}},"odd":${odd}}${operation}}`;
const failedNodes = `{"wf":{"id":"wf","name":"wf","type":"Steps","phase":"Failed","children":["a","b"],"odd":${odd}},"a":{"id":"a","name":"wf.a","type":"Pod","phase":"Succeeded","children":null,"odd":${odd}},"b":{"id":"b","name":"wf.b","type":"Pod","phase":"Failed","boundaryID":"wf"}}`;
const workflow = (status: string) =>
  `{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{"name":"wf","namespace":"apps","resourceVersion":"7","odd":${odd}},"spec":{"arguments":{"parameters":[{"name":"n","value":4505012345678901249},{"name":"m","value":"x"}]},"odd":${odd}},"status":${status}}`;
const packed = (nodes: string) => `"compressedNodes":"${gzipSync(nodes).toString('base64')}"`;

type Json = { [name: string]: unknown } & { metadata: Record<string, unknown> };
const isMap = (value: unknown): value is Json =>
  typeof value === 'object' && value?.constructor === Object && !Array.isArray(value);

/** RFC 7396, as an API server does it. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const result: Record<string, unknown> = isMap(target) ? target : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

/** An API server that keeps one object as text, so that no number of it is read as JavaScript would. */
let server: Server;
let folder: string;
let cluster: Cluster;
let stored: string;
let created: string;
let beforeWrite: (() => void) | undefined;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const send = (status: number, text: string) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  const url = request.url ?? '';
  if (url.includes('watch=true')) response.writeHead(200, { 'content-type': 'application/json' });
  else if (request.method === 'POST' && url.includes('workflows')) {
    created = body;
    send(201, '{"metadata":{"name":"new","namespace":"apps"}}');
  } else if (!/\/(?:web|wf)$/.test(url)) send(200, '{"metadata":{"resourceVersion":"1"},"items":[]}');
  else if (request.method === 'GET') send(200, stored);
  else {
    const action = beforeWrite;
    beforeWrite = undefined;
    action?.();
    const now = parse(stored) as Json;
    const sent = parse(body) as Json;
    if ((sent.metadata?.resourceVersion ?? now.metadata.resourceVersion) !== now.metadata.resourceVersion)
      send(409, '{"kind":"Status","status":"Failure","reason":"Conflict","code":409}');
    else {
      stored = stringify(request.method === 'PUT' ? sent : merged(now, sent)) ?? '';
      send(200, stored);
    }
  }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-exact-'));
  const { cert, key, ca } = await makeCertificates();
  server = createServer({ cert, key }, (request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = join(folder, 'kubeconfig');
  await writeKubeconfig(kubeconfig, [{ name: 'exact', server: url, ca, token: 'secret' }]);
  cluster = observeCluster({
    connection: await connect({ kubeconfig: [kubeconfig] }),
    place,
    log: noLog,
  });
});
afterEach(async () => {
  beforeWrite = undefined;
  await cluster.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

/** The object as a server stores it, without what the action was to change. */
const canonical = (text: string): string => stringify(parse(text)) ?? '';
const count = (text: string, part: string): number => text.split(canonical(part)).length - 1;

describe('what an action does not change stays as it was written', () => {
  const ask = { operationId: 'op-1', actor: 'someone' };

  it('sync', async () => {
    stored = application('');
    expect(await cluster.actions.sync('web', ask, never)).toEqual({ ok: true, value: undefined });
    expect(count(stored, odd)).toBe(2);
    expect(parse(stored)).toMatchObject({ operation: { sync: { prune: false } }, status: {} });
    // Copied: an operation does not inherit the retry of the spec.
    expect(stored).toContain('"retry":{"limit":4505012345678901249},"sync"');
    expect(stored).not.toContain('operationState');
  });

  it('terminate', async () => {
    stored = application(',"operation":{"sync":{}}');
    expect(await cluster.actions.terminate('web', null, never)).toEqual({ ok: true, value: undefined });
    expect(canonical(stored)).toBe(
      canonical(application(',"operation":{"sync":{}}').replace('"Running"', '"Terminating"')),
    );
  });

  it('refresh', async () => {
    stored = application('');
    expect(await cluster.actions.refresh('web', 'hard', never)).toEqual({ ok: true, value: undefined });
    expect(count(stored, odd)).toBe(3);
  });

  it('suspend and resume', async () => {
    const status = `{"phase":"Running","nodes":{"s":{"id":"s","name":"wf.s","type":"Suspend","phase":"Running","odd":${odd}}},"odd":${odd}}`;
    stored = workflow(status);
    expect(await cluster.actions.suspendWorkflow('apps', 'wf', never)).toMatchObject({ ok: true });
    expect(canonical(stored)).toBe(
      canonical(workflow(status).replace(`"odd":${odd}},"status"`, `"odd":${odd},"suspend":true},"status"`)),
    );
    expect(await cluster.actions.resumeWorkflow('apps', 'wf', { actor: 'me' }, never)).toMatchObject({
      ok: true,
    });
    expect(parse(stored)).toMatchObject({ status: { nodes: { s: { phase: 'Succeeded' } } } });
    expect(stored).not.toContain('"suspend"');
    expect(count(stored, odd)).toBe(4);
  });

  it('stop', async () => {
    stored = workflow('{"phase":"Running"}');
    expect(await cluster.actions.stopWorkflow('apps', 'wf', 'Stop', never)).toMatchObject({ ok: true });
    expect(count(stored, odd)).toBe(2);
  });

  it('retry', async () => {
    stored = workflow(`{"phase":"Failed","nodes":${failedNodes},"odd":${odd}}`);
    const request = { parameters: [{ name: 'm', value: 'y' }] };
    expect(await cluster.actions.retryWorkflow('apps', 'wf', request, never)).toMatchObject({ ok: true });
    expect(count(stored, odd)).toBe(5);
    expect(stored).toContain('{"name":"n","value":4505012345678901249}');
    expect(parse(stored)).toMatchObject({ status: { phase: '', nodes: { wf: { phase: 'Running' } } } });
    expect(stored).not.toContain('"b":{"id"');
  });

  it('retry of packed nodes', async () => {
    stored = workflow(`{"phase":"Failed",${packed(failedNodes)}}`);
    expect(await cluster.actions.retryWorkflow('apps', 'wf', {}, never)).toMatchObject({ ok: true });
    const { status } = parse(stored) as { status: { compressedNodes: string } };
    const nodes = gunzipSync(Buffer.from(status.compressedNodes, 'base64')).toString('utf8');
    expect(count(nodes, odd)).toBe(2);
    expect(nodes).toContain('"phase":"Running"');
  });

  it('resubmit copies the spec', async () => {
    stored = workflow('{"phase":"Failed"}');
    const request = { id: 'click-1', parameters: [{ name: 'm', value: 'y' }] };
    expect(await cluster.actions.resubmitWorkflow('apps', 'wf', request, never)).toMatchObject({ ok: true });
    expect(count(created, odd)).toBe(1);
    expect(created).toContain('{"name":"n","value":4505012345678901249}');
  });

  it('what somebody else writes meanwhile', async () => {
    stored = application('');
    beforeWrite = () => {
      stored = stored.replace('"resourceVersion":"7"', '"resourceVersion":"8","labels":{"theirs":"1"}');
    };
    expect(await cluster.actions.sync('web', ask, never)).toMatchObject({ ok: true });
    expect(stored).toContain('"theirs"');
    stored = application('');
    beforeWrite = () => {
      stored = application(',"operation":{"initiatedBy":{"username":"other"}}').replace('"7"', '"8"');
    };
    expect(await cluster.actions.sync('web', ask, never)).toMatchObject({ failure: { code: 'busy' } });
  });
});
