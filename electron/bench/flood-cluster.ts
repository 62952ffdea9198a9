import type { ServerResponse } from 'node:http';
import { createServer, request, type Server } from 'node:https';
import { join } from 'node:path';
import { writeKubeconfig } from '../practice/cluster/write-kubeconfig';
import { startTestCluster } from '../practice/testing/cluster';

/** A cluster with one pod whose log floods. */
export interface FloodCluster {
  url: string;
  ca: string;
  kubeconfig: string;
  /** From now on so many lines a second are written. */
  rate(linesPerSecond: number): void;
  /** Lines that were written so far. */
  written(): number;
  close(): Promise<void>;
}

/** How often lines are written, in milliseconds. */
const beat = 20;

const words = ['INFO', 'WARN', 'DEBUG', 'ERROR', 'INFO', 'INFO', 'INFO', 'INFO'];

/** A line as apps write it: about 130 characters, some with colours, some as JSON. */
function line(number: number, at: number): string {
  const stamp = `${new Date(at).toISOString().slice(0, -1)}${String(number % 1_000_000).padStart(6, '0')}Z`;
  const level = words[number % words.length] ?? 'INFO';
  if (number % 5 === 0)
    return `${stamp} {"level":"${level.toLowerCase()}","request":"${number}","path":"/api/content/${number % 997}","ms":${number % 313}}\n`;
  if (number % 7 === 0)
    return `${stamp} \u001b[32m${level}\u001b[0m request ${number} took \u001b[1m${number % 313} ms\u001b[0m needle ${number % 10}\n`;
  return `${stamp} ${level} request ${number} for /api/content/${number % 997} from 10.1.${number % 256}.7 was answered in ${number % 313} ms\n`;
}

/**
 * Starts it: a practice cluster with a Deployment of one pod, and before it a server that answers for that pod's log by
 * itself, from text made beforehand, so that what is measured is the reader.
 */
export async function startFloodCluster(folder: string, lines: number): Promise<FloodCluster> {
  const cluster = await startTestCluster();
  const labels = { 'app.govuk/repository-name': 'flood' };
  const meta = (name: string, owner?: { kind: string; name: string; uid: string }) => ({
    name,
    namespace: 'apps',
    labels,
    ...(owner ? { ownerReferences: [{ apiVersion: 'apps/v1', controller: true, ...owner }] } : {}),
  });
  const made = (kind: 'Deployment' | 'ReplicaSet' | 'Pod', object: object): string =>
    cluster.store.create(kind, object as never).metadata.uid ?? '';
  const deployment = made('Deployment', {
    metadata: meta('flood'),
    spec: { replicas: 1, template: {} },
    status: { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
  });
  const set = made('ReplicaSet', {
    metadata: meta('flood-1', { kind: 'Deployment', name: 'flood', uid: deployment }),
    spec: { replicas: 1, template: { spec: { containers: [{ name: 'app', image: 'flood:v1' }] } } },
    status: { replicas: 1, readyReplicas: 1 },
  });
  made('Pod', {
    metadata: meta('flood-1-a', { kind: 'ReplicaSet', name: 'flood-1', uid: set }),
    spec: { containers: [{ name: 'app', image: 'flood:v1' }] },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'app', restartCount: 0, ready: true, state: { running: {} } }],
    },
  });

  const begun = Date.now() - lines;
  const block: Buffer[] = [];
  for (let from = 0; from < lines; from += 1000)
    block.push(
      Buffer.from(
        Array.from({ length: Math.min(1000, lines - from) }, (_, index) =>
          line(from + index, begun + from + index),
        ).join(''),
      ),
    );
  let written = lines;
  let perBeat = 0;
  const followers = new Set<ServerResponse>();
  const timer = setInterval(() => {
    if (perBeat === 0) return;
    const now = Date.now();
    const fresh = Buffer.from(
      Array.from({ length: perBeat }, (_, index) => line(written + index, now)).join(''),
    );
    written += perBeat;
    for (const follower of followers) follower.write(fresh);
  }, beat);

  const server: Server = createServer(
    { key: cluster.certificates.key, cert: cluster.certificates.cert },
    (asked, answer) => {
      const url = new URL(asked.url ?? '/', cluster.server.url);
      if (url.pathname.endsWith('/flood-1-a/log')) {
        answer.writeHead(200, { 'content-type': 'text/plain' });
        for (const bytes of block) answer.write(bytes);
        if (url.searchParams.get('follow') !== 'true') {
          answer.end();
          return;
        }
        followers.add(answer);
        answer.on('close', () => followers.delete(answer));
        return;
      }
      const onwards = request(
        url,
        { method: asked.method, headers: asked.headers, ca: cluster.certificates.ca },
        (response) => {
          answer.writeHead(response.statusCode ?? 502, response.headers);
          response.pipe(answer);
          response.on('error', () => answer.destroy());
        },
      );
      onwards.on('error', () => answer.destroy());
      answer.on('close', () => onwards.destroy());
      asked.pipe(onwards);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `https://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const kubeconfig = join(folder, 'kubeconfig.yaml');
  await writeKubeconfig(kubeconfig, [
    { name: 'test', server: url, ca: cluster.certificates.ca, token: 'token-of-test', namespace: 'apps' },
  ]);
  return {
    url,
    ca: cluster.certificates.ca,
    kubeconfig,
    rate: (linesPerSecond) => {
      perBeat = Math.round((linesPerSecond * beat) / 1000);
    },
    written: () => written,
    async close() {
      clearInterval(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await cluster.close();
    },
  };
}
