import { readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { connect } from './connection';
import { KubeError } from './failures';
import { proxyFor } from './proxies';
import { clusterForEachTest } from './testing/cluster';

const now = clusterForEachTest();
const server = 'https://k8s.example.org:6443';

describe('the proxy on the way', () => {
  // Go's httpproxy, `config_test` and its documentation: https://pkg.go.dev/golang.org/x/net/http/httpproxy
  it.each<[string, NodeJS.ProcessEnv, string, string | null]>([
    ['none', {}, server, null],
    ['the environment', { HTTPS_PROXY: 'http://p:1' }, server, 'http://p:1'],
    ['in small letters', { https_proxy: 'http://p:1' }, server, 'http://p:1'],
    ['without a scheme', { HTTPS_PROXY: 'p:3128' }, server, 'http://p:3128'],
    ['that of the other scheme', { HTTP_PROXY: 'http://p:1' }, server, null],
    ['everything exempt', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, server, null],
    ['itself and below', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'a, example.org' }, server, null],
    ['only what is below', { HTTPS_PROXY: 'http://p:1', no_proxy: '.k8s.example.org' }, server, 'http://p:1'],
    ['a star', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*.example.org' }, server, null],
    ['an end that is no domain', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'ample.org' }, server, 'http://p:1'],
    ['this port', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'example.org:6443' }, server, null],
    ['another port', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'example.org:443' }, server, 'http://p:1'],
    ['an address', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '10.0.0.1' }, 'https://10.0.0.1', null],
    ['a network', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '10.0.0.0/8' }, 'https://10.9.8.7', null],
    [
      'another network',
      { HTTPS_PROXY: 'http://p:1', NO_PROXY: '11.0.0.0/8' },
      'https://10.9.8.7',
      'http://p:1',
    ],
    ['a network of IPv6', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'fd00::/8' }, 'https://[fd00::1]', null],
    ['none whose account is no address', { HTTPS_PROXY: 'http://me:100%@p:1' }, server, null],
    ['this computer', { HTTPS_PROXY: 'http://p:1' }, 'https://127.0.0.1:1', null],
    ['this computer by name', { HTTPS_PROXY: 'http://p:1' }, 'https://localhost:1', null],
  ])('by %s', (_, environment, target, expected) => {
    expect(proxyFor(target, undefined, environment)?.origin ?? null).toBe(expected);
  });

  it('is the kubeconfig’s before the environment’s, also for this computer', () => {
    const environment = { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' };
    expect(proxyFor('https://127.0.0.1:1', 'socks5://q:2', environment)?.host).toBe('q:2');
    expect(() => proxyFor(server, 'ftp://q', environment)).toThrow(TypeError);
    expect(() => proxyFor(server, 'nonsense', environment)).toThrow(TypeError);
    // Go's url.Parse: "invalid URL escape".
    expect(() => proxyFor(server, 'http://me:100%@q:2', environment)).toThrow(TypeError);
  });
});

describe('a cluster behind a proxy', () => {
  const servers: Server[] = [];
  const sockets = new Set<Duplex>();
  const through: string[] = [];
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    for (const one of servers.splice(0)) await new Promise((resolve) => one.close(resolve));
    through.length = 0;
  });

  const listen = async (one: Server): Promise<number> => {
    servers.push(one);
    one.on('connection', (socket: Socket) => sockets.add(socket));
    await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
    return (one.address() as AddressInfo).port;
  };
  /** Whatever the name, the test's cluster is reached: a proxy resolves names on its own. */
  const splice = (client: Duplex, host: string, port: number, ready: () => void) => {
    through.push(`${host}:${port}`);
    const target = net.connect(port, '127.0.0.1', ready);
    sockets.add(target);
    client.pipe(target).pipe(client);
    client.on('error', () => target.destroy());
    target.on('error', () => client.destroy());
  };
  const tunnel = (request: http.IncomingMessage, socket: Duplex): void => {
    const wanted = `Basic ${Buffer.from('ada:secret').toString('base64')}`;
    if (request.headers['proxy-authorization'] !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const [host = '', port] = (request.url ?? '').split(':');
    splice(socket, host, Number(port), () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
  };
  /** SOCKS5 without authentication (RFC 1928): one CONNECT to a name or an IPv4 address. */
  const socks = (socket: Socket): void => {
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (request) => {
        const isName = request[3] === 3;
        const length = request[4] ?? 0;
        const host = isName
          ? request.subarray(5, 5 + length).toString()
          : [...request.subarray(4, 8)].join('.');
        const port = request.readUInt16BE(isName ? 5 + length : 8);
        splice(socket, host, port, () => socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])));
      });
    });
  };

  async function connectOver(proxy: string, name = '127.0.0.1', requestTimeout = 15_000) {
    const config = parse(await readFile(now.cluster.kubeconfig, 'utf8'));
    const { cluster } = config.clusters[0];
    cluster['proxy-url'] = proxy;
    cluster.server = cluster.server.replace('127.0.0.1', name);
    const path = join(now.folder, 'config');
    await writeFile(path, stringify(config));
    return connect({ kubeconfig: [path], requestTimeout });
  }

  it.each(['http', 'https', 'socks5'] as const)(
    'of %s is reached, and its own certificate checked',
    async (scheme) => {
      const { cert, key } = now.cluster.certificates;
      const port = await listen(
        scheme === 'socks5'
          ? net.createServer(socks)
          : (scheme === 'http' ? http.createServer() : https.createServer({ cert, key })).on(
              'connect',
              tunnel,
            ),
      );
      const account = scheme === 'socks5' ? '' : 'ada:secret@';
      const connection = await connectOver(`${scheme}://${account}127.0.0.1:${port}`);
      for (let round = 0; round < 2; round++)
        expect(await connection.json({ path: '/api' })).toMatchObject({ kind: 'APIVersions' });
      // The second request went over the kept connection.
      expect(through).toEqual([`127.0.0.1:${now.cluster.server.port}`]);
      connection.close();
      // A name that only the proxy can resolve, for which the cluster's certificate does not hold.
      const byName = await connectOver(`${scheme}://${account}127.0.0.1:${port}`, 'api.cluster.internal');
      await expect(byName.json({ path: '/api' })).rejects.toMatchObject({
        failure: { message: expect.stringContaining('not for the name') },
      });
      expect(through.at(-1)).toBe(`api.cluster.internal:${now.cluster.server.port}`);
      byName.close();
    },
  );

  it('that takes connections and says nothing is no answer after the time that is allowed', async () => {
    const silent = net.createServer((socket) => socket.resume());
    const over = await connectOver(`http://127.0.0.1:${await listen(silent)}`, undefined, 500);
    await expect(over.json({ path: '/api' })).rejects.toMatchObject({ failure: { code: 'timeout' } });
    const stop = new AbortController();
    const asked = over.json({ path: '/api', signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    // And it is let go.
    const connected = () =>
      new Promise<number>((resolve) => silent.getConnections((_, count) => resolve(count)));
    await expect.poll(connected).toBe(0);
    over.close();
  });

  it('tells of the proxy, not of the cluster, when the proxy is what fails', async () => {
    const port = await listen(http.createServer().on('connect', tunnel));
    const locked = await connectOver(`http://127.0.0.1:${port}`);
    const failures: KubeError[] = [];
    await locked.json({ path: '/api' }).catch((error) => failures.push(error));
    locked.close();
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
    const gone = await connectOver(`http://ada:secret@127.0.0.1:${port}`);
    await gone.json({ path: '/api' }).catch((error) => failures.push(error));
    expect(failures.map(({ failure }) => failure.message)).toEqual([
      `The proxy http://127.0.0.1:${port} to the cluster test requires a login.`,
      `The proxy http://127.0.0.1:${port} to the cluster test cannot be reached.`,
    ]);
    expect(JSON.stringify(failures.map(({ failure }) => failure))).not.toContain('secret');
    expect(failures[0]).toBeInstanceOf(KubeError);
  });
});
