import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createPlainServer, type Server } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { clusterOf } from '../../shared/domain/estate/cluster-of';
import { type Estate, estateSchema } from '../../shared/domain/estate/estate';
import { openLedger } from '../ledger/open-ledger';
import { type Certificates, makeCertificates } from '../practice/cluster/certificates';
import { writeKubeconfig } from '../practice/cluster/write-kubeconfig';
import { startTestCluster } from '../practice/testing/cluster';
import { createGitHub } from '../systems/github/github-client';
import { connect } from '../systems/kubernetes/connection';
import { trustHost } from '../systems/ssh/host-key';
import { sshAddressOf } from '../systems/ssh/ssh-address';
import { noSshServerBecause, startSshServer } from '../systems/ssh/testing/ssh-server';
import { askCluster, testGitHub, testLedger } from './connection-tests';
import type { Session } from './open-session';

const noSsh = noSshServerBecause();
if (noSsh) console.info(`another SSH key is not tried on a real server: ${noSsh}`);

/** Each fault by a real server, or by none: what a test of the connection says of it, and who grants what is missing. */
let folder: string;
let certificates: Certificates;
const ends: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-tests-'));
  certificates = await makeCertificates();
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const listening = async (
  server: Server | ReturnType<typeof createServer>,
  host = '127.0.0.1',
): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  ends.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
};
const says =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
/** A port at which nobody listens. */
async function nobody(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
const estateOf = (url = '/nowhere', more: object = {}): Estate =>
  estateSchema.parse({
    name: 'E',
    ledger: { url, github: { apiUrl: 'https://api.github.com', owner: 'acme', repo: 'releases' } },
    environments: [
      { name: 'live', cluster: { context: 'c' }, team: { org: 'acme', team: 'deployers' }, ...more },
      { name: 'test', cluster: { context: 't' } },
    ],
  });

describe('the test of a cluster', () => {
  const status = (code: number, reason: string) => ({
    kind: 'Status',
    code,
    reason,
    message: `${reason}: as the server said`,
  });
  async function ask(server: string, more: { proxyUrl?: string; timeout?: number } = {}) {
    const file = path.join(folder, `kubeconfig-${crypto.randomUUID()}`);
    await writeKubeconfig(file, [{ name: 'c', server, ca: certificates.ca, token: 'secret' }]);
    const connection = await connect({
      kubeconfig: [file],
      context: 'c',
      requestTimeout: more.timeout ?? 15_000,
      ...(more.proxyUrl ? { proxyUrl: more.proxyUrl } : {}),
    });
    ends.push(() => connection.close());
    const [environment] = estateOf().environments;
    const cluster = environment && clusterOf(environment);
    if (!environment || !cluster) throw new Error('no cluster');
    return askCluster(connection, environment, cluster, AbortSignal.timeout(100_000));
  }
  const serving = async (answer: Answer, host = '127.0.0.1'): Promise<string> => {
    const { cert, key } = certificates;
    return `https://${host}:${await listening(createServer({ cert, key }, answer), host)}`;
  };
  const granters =
    /the maintainers of the GitHub team acme\/deployers, or whoever manages access to the cluster of live/;

  it.each<[string, () => Promise<Awaited<ReturnType<typeof ask>>>, RegExp]>([
    [
      '401',
      async () => ask(await serving(says(401, status(401, 'Unauthorized')))),
      /(?:sign|log).?in|credential/i,
    ],
    ['403', async () => ask(await serving(says(403, status(403, 'Forbidden')))), /permission/i],
    ['500', async () => ask(await serving(says(500, status(500, 'InternalError')))), /fault|error|answer/i],
    [
      'a page instead of an API',
      async () =>
        ask(
          await serving((_, response) =>
            response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
          ),
        ),
      /./,
    ],
    [
      'a name that is not the certificate\u2019s',
      async () => ask(await serving(says(200, {}), '127.0.0.2')),
      /not for the name/,
    ],
    [
      'a name that nothing resolves',
      () => ask('https://nowhere.invalid:6443'),
      /can(?:not|\u2019t) be resolved/,
    ],
    ['refused', async () => ask(`https://127.0.0.1:${await nobody()}`), /refuses connections/],
    [
      'no answer',
      async () => ask(await serving(() => undefined), { timeout: 500 }),
      /in time|did not answer|seconds|no answer/i,
    ],
    [
      'a proxy that wants a login',
      async () => {
        const proxy = createPlainServer();
        proxy.on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
        const port = await listening(proxy);
        return ask('https://cluster.example.org', { proxyUrl: `http://127.0.0.1:${port}` });
      },
      /proxy/i,
    ],
  ])('tells %s, and what to do', async (_, run, words) => {
    const report = await run();
    expect(report.ok).toBe(false);
    expect(report.text).toMatch(words);
    // What happened, what it means, what to do: more than one sentence, and never a stack or a secret.
    expect(report.text.split('. ').length).toBeGreaterThan(1);
    expect(report.text).not.toMatch(/secret|at .*:\d+:\d+/);
  });

  it('names the missing right of a 403, and who grants it', async () => {
    const report = await ask(await serving(says(403, status(403, 'Forbidden'))));
    expect(report.lacks).toEqual([{ right: 'read /version', grantedBy: expect.stringMatching(granters) }]);
  });

  it('says as whom it works, and each right that is missing with who grants it', async () => {
    const cluster = await startTestCluster();
    ends.push(() => cluster.close());
    const report = async (context: string, name: 'live' | 'test') => {
      const connection = await connect({ kubeconfig: [cluster.kubeconfig], context });
      ends.push(() => connection.close());
      const environment = estateOf().environments.find((one) => one.name === name);
      const place = environment && clusterOf(environment);
      if (!environment || !place) throw new Error('no cluster');
      return askCluster(connection, environment, place, AbortSignal.timeout(100_000));
    };
    const all = await report('test', 'live');
    expect(all).toMatchObject({
      ok: true,
      lacks: [],
      text: expect.stringMatching(/^Connected as test: Kubernetes v.* (\d+) of \1 rights/),
    });
    const some = await report('reader', 'test');
    expect(some.ok).toBe(true);
    expect(some.lacks).toContainEqual({
      right: 'patch applications.argoproj.io in cluster-services',
      grantedBy: 'whoever manages access to the cluster of test (context t)',
    });
  });
});

describe('the test of GitHub', () => {
  const at = async (answer: Answer): Promise<ReturnType<typeof testGitHub>> => {
    const port = await listening(createPlainServer(answer));
    const github = createGitHub({ apiUrl: `http://127.0.0.1:${port}`, token: async () => 'ghp_secret' });
    return testGitHub({ github, estate: estateOf() } as Session);
  };
  const user = { login: 'ada', id: 1, email: null };

  it.each<[string, Answer, RegExp]>([
    ['401', says(401, { message: 'Bad credentials' }), /token|sign.?in/i],
    ['403', says(403, { message: 'Resource not accessible by personal access token' }), /permission|allow/i],
    [
      'single sign-on',
      says(
        403,
        { message: 'Resource protected by organization SAML enforcement' },
        { 'x-github-sso': 'required; url=https://github.com/orgs/acme/sso' },
      ),
      /single sign-on/i,
    ],
    [
      'a limit',
      says(
        403,
        { message: 'API rate limit exceeded' },
        { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4102444800' },
      ),
      /limit/i,
    ],
  ])('tells %s', async (_, answer, words) => {
    const report = await at(answer);
    expect(report.ok).toBe(false);
    expect(report.text).toMatch(words);
    expect(report.text).not.toContain('ghp_secret');
  });

  it('names the scopes that are missing, and who adds them', async () => {
    const report = await at(says(200, user, { 'x-oauth-scopes': 'gist' }));
    expect(report).toMatchObject({ ok: true, text: expect.stringContaining('Connected as ada') });
    expect(report.lacks.map(({ right }) => right)).toEqual([
      'the scope repo',
      'the scope read:org (who is in a team)',
    ]);
    for (const { grantedBy } of report.lacks) expect(grantedBy).toMatch(/^you, at GitHub/);
    const whole = await at(says(200, user, { 'x-oauth-scopes': 'repo, read:org' }));
    expect(whole.lacks).toEqual([]);
    // A token that names none (fine-grained): nothing is claimed.
    expect((await at(says(200, user))).lacks).toEqual([]);
  });
});

describe('the test of the release repo', () => {
  const at = async (url: string, answer?: Answer) => {
    const estate = estateOf(url);
    const opened = await openLedger({
      estate,
      dir: path.join(folder, crypto.randomUUID()),
      credentials: async () => ({ username: 'ada', password: 'a-secret-of-ada' }),
      identity: { name: 'A', email: 'a@example.org' },
    });
    if (!opened.ok) throw new Error(opened.failure.message);
    ends.unshift(() => opened.value.close());
    const port = answer && (await listening(createPlainServer(answer)));
    const github =
      port === undefined
        ? null
        : createGitHub({ apiUrl: `http://127.0.0.1:${port}`, token: async () => null });
    return testLedger({ ledger: opened.value, estate, github } as Session);
  };
  const git = async (status: number, body = ''): Promise<string> => {
    const port = await listening(
      createPlainServer((_, response) =>
        response.writeHead(status, { 'www-authenticate': 'Basic' }).end(body),
      ),
    );
    return `http://127.0.0.1:${port}/acme/releases.git`;
  };

  it.each<[string, () => Promise<string>, RegExp]>([
    ['401', () => git(401), /refused the sign-in/],
    ['403', () => git(403), /does not allow this/],
    ['404', () => git(404), /no Git repo at the address/],
    ['a page', () => git(200, '<html>\n<body>Sign in</body>\n</html>\n'), /not a Git server/],
    ['500', () => git(500), /broke|unreachable|answer/],
    ['refused', async () => `http://127.0.0.1:${await nobody()}/r.git`, /unreachable/],
    ['a name that nothing resolves', async () => 'https://nowhere.invalid/r.git', /unreachable/],
  ])('tells %s, and what to do', async (_, url, words) => {
    const report = await at(await url());
    expect(report.ok).toBe(false);
    expect(report.text).toMatch(words);
    expect(report.text).not.toContain('a-secret-of-ada');
  });

  it.skipIf(noSsh !== null)('tells of an SSH server with another key, and what to do', async () => {
    const server = await startSshServer();
    ends.push(() => server.close());
    const url = `ssh://${userInfo().username}@127.0.0.1:${server.port}/acme/releases.git`;
    const address = sshAddressOf(url);
    if (!address) throw new Error('no address');
    vi.stubEnv('GIT_SSH_COMMAND', server.environment.GIT_SSH_COMMAND);
    ends.push(() => vi.unstubAllEnvs());
    const asking = { environment: server.environment };
    expect((await at(url)).text).toMatch(
      /have not confirmed the SSH server.*Compare the server’s fingerprint/,
    );
    expect(await trustHost(address, await server.fingerprint(), asking)).toBeNull();
    await server.changeKey();
    const report = await at(url);
    expect(report).toMatchObject({ ok: false, lacks: [] });
    expect(report.text).toMatch(/has another key than the one that you trust.*Ask the server’s owner/);
  });

  it('names who lets people read it where it answers 403', async () => {
    expect((await at(await git(403))).lacks).toEqual([
      { right: 'read the release repo', grantedBy: 'an administrator of acme/releases' },
    ]);
  });
});
