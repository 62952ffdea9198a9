import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { type Certificates, makeCertificates } from '../../practice/cluster/certificates';
import { until } from '../../testing/until';
import { connect } from './connection';
import { execCallOf } from './exec-call';
import { ExecCredentials } from './exec-credential';
import { ExecError } from './exec-error';
import { KubeError } from './failures';
import { clusterForEachTest } from './testing/cluster';
import type { Connection } from './types';

const now = clusterForEachTest();
const api = 'client.authentication.k8s.io/v1';

/** A server that tells what it was shown; the real API server's part is only to be strict about tokens. */
let server: Server;
let certificates: Certificates;
let seen: { headers: IncomingHttpHeaders; peer: string | undefined }[];
let refused: string[];
let opened: Connection[];
let url: string;

beforeEach(async () => {
  certificates = now.cluster.certificates;
  seen = [];
  refused = [];
  opened = [];
  const { ca, cert, key } = certificates;
  server = createServer(
    { cert, key, ca, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const { headers } = request;
      seen.push({ headers, peer: (request.socket as TLSSocket).getPeerCertificate().subject?.CN as string });
      const isRefused = refused.includes(headers.authorization ?? '');
      response.writeHead(isRefused ? 401 : 200, { 'content-type': 'application/json' }).end('{}');
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const connection of opened) connection.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function kubeconfigOf(user: object, cluster: object = {}): Promise<string> {
  const path = join(now.folder, 'config');
  const ca = Buffer.from(certificates.ca).toString('base64');
  await writeFile(
    path,
    stringify({
      'current-context': 'c',
      clusters: [{ name: 'k', cluster: { server: url, 'certificate-authority-data': ca, ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    }),
  );
  return path;
}

async function connectAs(user: object, cluster: object = {}): Promise<Connection> {
  const connection = await connect({ kubeconfig: [await kubeconfigOf(user, cluster)] });
  opened.push(connection);
  return connection;
}

/** A command that prints what `body` (JavaScript) leaves in `credential`, and counts its runs in `<name>.runs`. */
async function command(name: string, body: string): Promise<string> {
  const path = join(now.folder, name);
  await writeFile(
    path,
    `#!${process.execPath}
const fs = require('node:fs');
fs.appendFileSync(${JSON.stringify(`${path}.runs`)}, 'x');
const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
let credential = { apiVersion: '${api}', kind: 'ExecCredential', status: { token: 'of-a-command' } };
${body}
console.log(JSON.stringify(credential));
`,
  );
  await chmod(path, 0o700);
  return path;
}
const runs = async (name: string) => (await readFile(join(now.folder, `${name}.runs`), 'utf8')).length;
const exec = (path: string, more: object = {}) => ({
  exec: { apiVersion: api, command: path, interactiveMode: 'Never', ...more },
});
/** What a command gives, run by a runner of its own. */
const readBy = (credentials: ExecCredentials, path: string, more: object = {}) =>
  credentials.read(
    async () => {
      const call = await execCallOf({ name: 'u', ...exec(path, more) }, null);
      if (!call) throw new Error('no command');
      return call;
    },
    async () => ({}),
  );
const ask = (connection: Connection) => connection.json({ path: '/api' });
const failureOf = async (action: Promise<unknown>): Promise<KubeError['failure']> => {
  const error = await action.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof KubeError) return error.failure;
  throw new Error(`no such failure: ${String(error)}`);
};

describe('a command of the kubeconfig', () => {
  it('is run once for many requests, and again when what it gave is refused', async () => {
    const path = await command(
      'login',
      `credential.status.token = 'number-' + fs.statSync(__filename + '.runs').size;`,
    );
    const connection = await connectAs(exec(path));
    await Promise.all([1, 2, 3].map(() => ask(connection)));
    expect([await runs('login'), seen.at(-1)?.headers.authorization]).toEqual([1, 'Bearer number-1']);
    refused.push('Bearer number-1');
    await ask(connection);
    expect([await runs('login'), seen.at(-1)?.headers.authorization]).toEqual([2, 'Bearer number-2']);
  });

  it('gets its arguments, its environment on top of ours, and is told its task', async () => {
    const path = await command(
      'login',
      `credential.status.token = [...process.argv.slice(2), process.env.AWS_PROFILE, process.env.HOME === undefined, info.apiVersion, info.spec.interactive, info.spec.cluster === undefined].join();`,
    );
    const env = [{ name: 'AWS_PROFILE', value: 'production' }];
    const connection = await connectAs(exec(path, { args: ['eks', 'get-token'], env }));
    await ask(connection);
    expect(seen[0]?.headers.authorization).toBe(`Bearer eks,get-token,production,false,${api},false,true`);
  });

  it('is found beside the kubeconfig when it is named by a relative path, whatever folder we are in', async () => {
    await command('login', '');
    await ask(await connectAs(exec('./login')));
    expect(seen[0]?.headers.authorization).toBe('Bearer of-a-command');
  });

  it('is told of the cluster where the kubeconfig wants it', async () => {
    const path = await command('login', `credential.status.token = JSON.stringify(info.spec.cluster);`);
    const extension = { audience: 'me' };
    const connection = await connectAs(exec(path, { provideClusterInfo: true }), {
      'tls-server-name': 'localhost',
      extensions: [{ name: 'client.authentication.k8s.io/exec', extension }],
    });
    await ask(connection);
    expect(JSON.parse(seen[0]?.headers.authorization?.slice('Bearer '.length) ?? '')).toEqual({
      server: url,
      'tls-server-name': 'localhost',
      'certificate-authority-data': Buffer.from(certificates.ca).toString('base64'),
      config: extension,
    });
  });

  it('may give a client certificate, in either of the two versions', async () => {
    await writeFile(join(now.folder, 'pem.json'), JSON.stringify(certificates));
    const beta = 'client.authentication.k8s.io/v1beta1';
    const path = await command(
      'login',
      `const pem = require(${JSON.stringify(join(now.folder, 'pem.json'))});
credential = { apiVersion: info.apiVersion, kind: 'ExecCredential', status: { clientCertificateData: pem.cert, clientKeyData: pem.key } };`,
    );
    await ask(await connectAs(exec(path, { apiVersion: beta, interactiveMode: undefined })));
    expect(seen[0]).toMatchObject({ peer: 'localhost' });
    expect(seen[0]?.headers.authorization).toBeUndefined();
  });

  it('is run again when what it gave has expired', async () => {
    const path = await command(
      'login',
      `credential.status.expirationTimestamp = new Date(Date.now() + (process.argv[2] === 'soon' ? 5000 : 600000)).toISOString();`,
    );
    for (const [args, expected] of [
      [['soon'], 2],
      [['late'], 3],
    ] as const) {
      const credentials = new ExecCredentials();
      for (let round = 0; round < 2; round++) await readBy(credentials, path, { args });
      expect(await runs('login')).toBe(expected);
    }
  });

  it('is shown with what it said when it fails, and nothing of it that may be a secret', async () => {
    const path = await command(
      'login',
      `process.stderr.write('\\x1b[31mThe SSO session has expired.\\x1b[0m\\x1b]0;title\\x07\\n'); console.log('secret'); process.exit(255);`,
    );
    const failure = await failureOf(ask(await connectAs(exec(path))));
    expect(failure).toMatchObject({ code: 'unauthorised' });
    expect(failure.message).toContain('failed with exit code 255');
    expect(failure.meaning).toContain('It said: The SSO session has expired.');
    expect(JSON.stringify(failure)).not.toMatch(/secret|\\u001b|title/);
  });

  it('is ended when it takes too long, and what it waits for is shown', async () => {
    const path = await command(
      'login',
      `process.stderr.write('Open https://login.example.org in your browser'); setInterval(() => {}, 1000); return;`,
    );
    const error = await readBy(new ExecCredentials(1000), path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ExecError);
    expect(error).toMatchObject({
      message: expect.stringContaining('took longer than 1 s'),
      meaning: 'It said: Open https://login.example.org in your browser',
    });
  });

  /** A login that waits for ever, with a helper that will not be asked to end; their pids come into a file. */
  const patientLogin = () =>
    command(
      'login',
      `const helper = require('node:child_process').spawn('sh', ['-c', "trap '' TERM; while :; do sleep 1; done"], { stdio: 'ignore' });
fs.writeFileSync(__filename + '.new', process.pid + ' ' + helper.pid);
fs.renameSync(__filename + '.new', __filename + '.pids');
setInterval(() => {}, 1000); return;`,
    );
  const alive = async (path: string): Promise<number> => {
    const pids = (await readFile(`${path}.pids`, 'utf8')).split(' ').map(Number);
    return pids.filter((pid) => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    }).length;
  };

  it('is ended with all that it started when the cluster is let go, and is not run again', async () => {
    const path = await patientLogin();
    const connection = await connectAs(exec(path));
    const asked = failureOf(ask(connection));
    await until(async () => expect(await alive(path)).toBe(2));
    connection.close();
    expect((await asked).message).toContain('was ended, since Signalbox no longer needs the cluster');
    await expect.poll(() => alive(path)).toBe(0);
    expect((await failureOf(ask(connection))).message).toContain('no longer needs the cluster');
    expect(await runs('login')).toBe(1);
  });

  it.each([
    ['ends', 'process.exit(0)'],
    ['ends right after it let the cluster go', 'credentials.close(); process.exit(0)'],
    ['ends by a fault', `throw new Error('a fault')`],
  ])('does not outlive a Signalbox that %s', async (_, end) => {
    const path = await patientLogin();
    const source = (name: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, name)).href);
    const code = `
import { execCallOf } from ${source('exec-call.ts')};
import { ExecCredentials } from ${source('exec-credential.ts')};
const credentials = new ExecCredentials();
const user = ${JSON.stringify({ name: 'u', ...exec(path) })};
credentials.read(() => execCallOf(user, null), async () => ({})).catch(() => {});
process.stdin.once('data', () => { ${end} });`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      cwd: join(import.meta.dirname, '../../..'),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = once(child, 'exit');
    await until(async () => expect(await alive(path)).toBe(2));
    child.stdin.write('now');
    await ended;
    await expect.poll(() => alive(path)).toBe(0);
  });

  it.each([
    [
      'when it leaves something running that holds its output, and answers',
      `require('node:child_process').spawn('sleep', ['20'], { stdio: ['ignore', 'inherit', 'inherit'] }).unref(); credential.status = { token: 't' };`,
      { token: 't' },
    ],
    [
      'when it leaves something running, and does not end itself',
      `require('node:child_process').spawn('sleep', ['20'], { stdio: 'inherit' }); setInterval(() => {}, 1000); return;`,
      'took longer than 1.5 s',
    ],
    [
      'when it prints without end',
      `const more = () => process.stdout.write('x'.repeat(65536), more); more(); return;`,
      'printed more than 1 MB and was stopped',
    ],
  ])('is over %s', async (_, body, outcome) => {
    const path = await command('login', body);
    const given = await readBy(new ExecCredentials(1_500), path).catch((reason: ExecError) => reason.message);
    if (typeof outcome === 'string') expect(given).toContain(outcome);
    else expect(given).toMatchObject(outcome);
  });

  it.each([
    ['no JSON', `console.log('a-secret is no JSON'); return;`, {}, /did not print JSON/],
    ['no credential', `credential = { kind: 'a-secret' };`, {}, /printed no ExecCredential/],
    [
      'another version',
      `credential.apiVersion = 'client.authentication.k8s.io/v1beta1';`,
      {},
      /asks for .*\/v1/,
    ],
    ['nothing', `credential.status = {};`, {}, /neither a token nor a certificate/],
    [
      'half a pair',
      `credential.status = { clientKeyData: 'a-secret' };`,
      {},
      /only one of certificate and key/,
    ],
    ['a terminal', '', { interactiveMode: 'Always' }, /needs a terminal/],
    [
      'an old version',
      '',
      { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
      /current versions of kubectl do not support/,
    ],
  ])('that gives or wants %s is told so', async (_, body, more, message) => {
    const failure = await failureOf(ask(await connectAs(exec(await command('login', body), more))));
    expect(failure.code).toBe('unauthorised');
    expect(failure.message).toMatch(message);
    expect(JSON.stringify(failure)).not.toContain('a-secret');
  });

  it('that is not there is told with the hint of the kubeconfig', async () => {
    const connection = await connectAs(
      exec('no-such-login', { installHint: 'Install it with: brew install login' }),
    );
    const failure = await failureOf(ask(connection));
    expect(failure.message).toContain('the command "no-such-login" was not found');
    expect(failure.next).toContainEqual({ do: 'advice', label: 'Install it with: brew install login' });
  });

  it('is not run where the kubeconfig has a token', async () => {
    const path = await command('login', '');
    await ask(await connectAs({ ...exec(path), token: 'own' }));
    expect(seen[0]?.headers.authorization).toBe('Bearer own');
    await expect(runs('login')).rejects.toThrow('ENOENT');
  });
});

describe('other credentials', () => {
  it('uses a token while the token file that goes before it cannot be read', async () => {
    const connection = await connectAs({ token: 'fallback', tokenFile: 'token' });
    await ask(connection);
    await writeFile(join(now.folder, 'token'), 'fresh\n');
    refused.push('Bearer fallback');
    await ask(connection);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer fallback',
      'Bearer fallback',
      'Bearer fresh',
    ]);
  });

  it('takes a name and password', async () => {
    await ask(await connectAs({ username: 'ada', password: 'p:w' }));
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ada:p:w').toString('base64')}`);
  });

  it('acts as another', async () => {
    await ask(
      await connectAs({
        token: 'own',
        as: 'ops',
        'as-uid': '7',
        'as-groups': ['a', 'b'],
        'as-user-extra': { 'Scopes/x': ['view', 'edit'] },
      }),
    );
    expect(seen[0]?.headers).toMatchObject({
      authorization: 'Bearer own',
      'impersonate-user': 'ops',
      'impersonate-uid': '7',
      'impersonate-group': 'a, b',
      'impersonate-extra-scopes%2fx': 'view, edit',
    });
  });

  it('takes an OpenID Connect login while it lasts, and says when it has expired', async () => {
    const jwt = (expires: number) =>
      ['{}', JSON.stringify({ exp: Math.floor(expires / 1000) }), 'signature']
        .map((part) => Buffer.from(part).toString('base64url'))
        .join('.');
    const login = (token: string) => ({
      'auth-provider': {
        name: 'oidc',
        config: {
          'id-token': token,
          'refresh-token': 'r',
          'client-id': 'c',
          'idp-issuer-url': 'https://127.0.0.1:1',
        },
      },
    });
    const valid = jwt(Date.now() + 3_600_000);
    await ask(await connectAs(login(valid)));
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${valid}`);
    const old = jwt(Date.now() - 1_000);
    const failure = await failureOf(ask(await connectAs(login(old))));
    expect(failure.message).toContain('OpenID Connect login of the kubeconfig\'s user "u" has expired');
    expect(JSON.stringify(failure)).not.toContain(old);
    expect(seen).toHaveLength(1);
  });

  it('refuses an auth-provider in words', async () => {
    const failure = await failureOf(ask(await connectAs({ 'auth-provider': { name: 'gcp' } })));
    expect(failure.message).toContain('auth-provider');
    expect(failure.next.map(({ label }) => label).join()).toContain('Get the kubeconfig again');
  });

  it('checks the name that tls-server-name says, and no other', async () => {
    const other = await makeCertificates({ names: ['api.example.org'], authority: certificates });
    server.setSecureContext(other);
    const token = { token: 'own' };
    expect((await failureOf(ask(await connectAs(token)))).message).toContain('not for the name');
    await ask(await connectAs(token, { 'tls-server-name': 'api.example.org' }));
    const wrong = await connectAs(token, { 'tls-server-name': 'api.example.com' });
    expect((await failureOf(ask(wrong))).message).toContain('not for the name api.example.com');
    expect(seen).toHaveLength(1);
  });

  it('trusts no authority of the kubeconfig’s when there is none in it', async () => {
    const failure = await failureOf(
      ask(await connectAs({ token: 'own' }, { 'certificate-authority-data': undefined })),
    );
    expect(failure.message).toContain('not issued by the authority');
  });

  it('checks the certificate unless the kubeconfig says otherwise, whatever the environment says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    try {
      const failure = await failureOf(
        ask(await connectAs({ token: 'own' }, { 'certificate-authority-data': undefined })),
      );
      expect(failure.message).toContain('not issued by the authority');
      expect(seen).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
