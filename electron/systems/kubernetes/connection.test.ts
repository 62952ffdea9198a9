import { writeFile } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { makeCertificates } from '../../practice/cluster/certificates';
import { kubeconfig } from '../../practice/cluster/write-kubeconfig';
import { connect } from './connection';
import { KubeError } from './failures';
import { findContext } from './kubeconfig';
import { probe } from './probe';
import { clusterForEachTest } from './testing/cluster';

const now = clusterForEachTest();

const failureOf = async (action: Promise<unknown>): Promise<KubeError['failure']> => {
  try {
    await action;
  } catch (error) {
    if (error instanceof KubeError) return error.failure;
    throw error;
  }
  throw new Error('did not fail');
};

describe('connections', () => {
  it('reads several files, the first of one name wins, missing ones are skipped', async () => {
    const entry = { server: 'https://127.0.0.1:1', ca: now.cluster.certificates.ca, token: 'x' };
    const other = join(now.folder, 'other');
    await writeFile(
      other,
      kubeconfig([
        { ...entry, name: 'test' },
        { ...entry, name: 'far', namespace: 'team' },
      ]),
    );
    const files = [join(now.folder, 'none'), now.cluster.kubeconfig, other];
    const found = await Promise.all(
      [undefined, 'test', 'reader', 'far'].map((one) => findContext(files, one)),
    );
    expect(found.map(({ name, namespace, cluster }) => [name, cluster.server, namespace])).toEqual([
      ['test', now.cluster.server.url, 'apps'],
      ['test', now.cluster.server.url, 'apps'],
      ['reader', now.cluster.server.url, 'apps'],
      ['far', 'https://127.0.0.1:1', 'team'],
    ]);
  });

  it('takes empty values, and contexts without a user as long as they are not used, as kubectl does', async () => {
    const path = join(now.folder, 'config');
    await writeFile(
      path,
      [
        'current-context: a',
        'clusters: [{name: a, cluster: {server: "https://127.0.0.1:1", certificate-authority: }}, {name: b, cluster: {}}]',
        'users: [{name: a, user: {client-key: , token: x}}, {name: none, user: }]',
        'contexts: [{name: a, context: {cluster: a, user: a, namespace: }}, {name: b, context: {cluster: b}}]',
      ].join('\n'),
    );
    const connection = await connect({ kubeconfig: [path] });
    expect([connection.server, connection.namespace]).toEqual(['https://127.0.0.1:1', 'default']);
    await expect(connect({ kubeconfig: [path], context: 'b' })).rejects.toThrow(
      /refers to a cluster that does not exist/,
    );
  });

  it.each([
    ['no file', undefined, 'not-found'],
    ['nonsense', 'clusters: [', 'bad-data'],
    ['an empty file', '', 'bad-data'],
    ['no context', stringify({ clusters: [], contexts: [], users: [] }), 'bad-data'],
    ['no TLS', kubeconfig([{ name: 'a', server: 'http://10.0.0.1', ca: '', token: 'x' }]), 'bad-data'],
    ['a secret in the wrong place', 'users: token-of-somebody', 'bad-data'],
  ])('says what is wrong with %s', async (_, text, code) => {
    const path = join(now.folder, 'config');
    if (text !== undefined) await writeFile(path, text);
    await expect(connect({ kubeconfig: [path] })).rejects.toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({ code, place: expect.objectContaining({ path }) }),
      }) as Error,
    );
  });

  it('takes a server of this machine without TLS, as kubectl proxy is one', async () => {
    const plain = createPlainServer((_, response) => response.end('{"kind":"APIVersions"}'));
    await new Promise<void>((listening) => plain.listen(0, '127.0.0.1', listening));
    const path = join(now.folder, 'config');
    const url = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
    await writeFile(path, kubeconfig([{ name: 'a', server: url, ca: '', token: 'x' }]));
    const connection = await connect({ kubeconfig: [path] });
    expect(await connection.json({ path: '/api' })).toEqual({ kind: 'APIVersions' });
    connection.close();
    plain.close();
  });

  it('reads a token file again when it is refused, with a path relative to the kubeconfig', async () => {
    const path = join(now.folder, 'config');
    const { server, certificates } = now.cluster;
    const config = kubeconfig([{ name: 'a', server: server.url, ca: certificates.ca, token: 'x' }]);
    await writeFile(path, config.replace('token: x', 'tokenFile: token'));
    await writeFile(join(now.folder, 'token'), 'token-of-nobody');
    const byFile = await connect({ kubeconfig: [path] });
    expect(await failureOf(byFile.json({ path: '/api' }))).toMatchObject({ code: 'unauthorised' });
    await writeFile(join(now.folder, 'token'), 'token-of-test\n');
    expect(await byFile.json({ path: '/api' })).toMatchObject({ kind: 'APIVersions' });
    byFile.close();
  });

  it('reads the kubeconfig again when it is refused, and not for another server', async () => {
    const path = join(now.folder, 'config');
    const { server, certificates } = now.cluster;
    const write = (url: string, token: string) =>
      writeFile(path, kubeconfig([{ name: 'a', server: url, ca: certificates.ca, token }]));
    await write(server.url, 'token-of-nobody');
    const connection = await connect({ kubeconfig: [path] });
    const asked = () => connection.json({ path: '/api' });
    expect(await failureOf(asked())).toMatchObject({ code: 'unauthorised' });
    await writeFile(path, 'clusters: [');
    expect(await failureOf(asked())).toMatchObject({ code: 'unauthorised' });
    await write('https://elsewhere.example.org', 'token-of-test');
    expect(await failureOf(asked())).toMatchObject({ code: 'unauthorised' });
    await write(server.url, 'token-of-test');
    expect(await asked()).toMatchObject({ kind: 'APIVersions' });
    connection.close();
  });

  it('shows a client certificate, from files or inline', async () => {
    const { ca, cert, key } = now.cluster.certificates;
    const server = createTlsServer({ ca, cert, key, requestCert: true }, (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      response.end(JSON.stringify({ name: subject?.CN }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const base = kubeconfig([{ name: 'a', server: url, ca, token: 'x' }]);
    const path = join(now.folder, 'config');
    await writeFile(join(now.folder, 'c.pem'), cert);
    await writeFile(join(now.folder, 'k.pem'), key);
    const inline = (text: string) => Buffer.from(text).toString('base64');
    for (const user of [
      '{client-certificate: c.pem, client-key: k.pem}',
      `{client-certificate-data: ${inline(cert)}, client-key-data: ${inline(key)}}`,
    ]) {
      await writeFile(path, base.replace(/user:\n\s+token: x/, `user: ${user}`));
      const connection = await connect({ kubeconfig: [path] });
      expect(await connection.json({ path: '/api' })).toEqual({ name: 'localhost' });
      connection.close();
    }
    // A TLS server that demands one refuses who has none.
    await writeFile(path, base);
    const failure = await failureOf((await connect({ kubeconfig: [path] })).json({ path: '/api' }));
    expect(failure.code).toMatch(/unauthorised|unreachable/);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('reports insecure-skip-tls-verify', async () => {
    const path = join(now.folder, 'config');
    const config = kubeconfig([
      { name: 'a', server: now.cluster.server.url, ca: now.cluster.certificates.ca, token: 'token-of-test' },
    ]);
    await writeFile(path, config.replace(/certificate-authority-data: .*/, 'insecure-skip-tls-verify: true'));
    const insecure = await connect({ kubeconfig: [path] });
    expect(insecure.insecure).toBe(true);
    expect(await probe(insecure)).toMatchObject({ ok: true });
    insecure.close();
  });

  it('probes version, readiness and latency', async () => {
    expect(await probe(now.connection)).toEqual({
      ok: true,
      value: {
        at: expect.any(String),
        latency: expect.any(Number),
        version: 'v1.34.0-practice',
        ready: true,
      },
    });
  });
});

describe('failures that a release manager can act on', () => {
  const ask = () => now.connection.json({ path: '/api/v1/namespaces/apps/pods', timeout: 300 });

  it.each<[string, () => unknown, string, RegExp]>([
    [
      'refused connections',
      () => now.cluster.server.faults.reachability('refused'),
      'unreachable',
      /refuses connections/,
    ],
    [
      'a cluster that hangs',
      () => now.cluster.server.faults.reachability('hanging'),
      'timeout',
      /did not answer within/,
    ],
    [
      '401',
      () => now.cluster.server.faults.answer({ code: 401 }),
      'unauthorised',
      /does not accept your credentials/,
    ],
    [
      '403',
      () => now.cluster.server.faults.answer({ code: 403 }),
      'forbidden',
      /don’t have permission to do this/,
    ],
    [
      '429',
      () => now.cluster.server.faults.answer({ code: 429, retryAfter: 3 }),
      'rate-limited',
      /limiting requests/,
    ],
    [
      '500',
      () => now.cluster.server.faults.answer({ code: 500 }),
      'unreachable',
      /answers with an error \(500\)/,
    ],
    ['half JSON', () => now.cluster.server.faults.halfJson(1), 'unreachable', /connection .* broke/],
  ])('%s', async (_, break_, code, message) => {
    await break_();
    const failure = await failureOf(ask());
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
    expect(failure.next.length).toBeGreaterThan(0);
  });

  it('a certificate that has expired, one of another authority, one for another name', async () => {
    const past = { from: new Date('2020-01-01'), until: new Date('2020-02-01') };
    now.cluster.server.useCertificates(
      await makeCertificates({ ...past, authority: now.cluster.certificates }),
    );
    expect((await failureOf(ask())).message).toMatch(/has expired/);
    now.cluster.server.useCertificates(await makeCertificates());
    expect((await failureOf(ask())).message).toMatch(/not issued by the authority/);
    now.cluster.server.useCertificates(
      await makeCertificates({ names: ['other.example'], authority: now.cluster.certificates }),
    );
    expect((await failureOf(ask())).message).toMatch(/is not for the name/);
  });

  it('a name that cannot be resolved, and a server that does not use TLS', async () => {
    const path = join(now.folder, 'config');
    const plain = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as { port: number };
    const entry = { ca: now.cluster.certificates.ca, token: 'x' };
    await writeFile(
      path,
      kubeconfig([
        { ...entry, name: 'dns', server: 'https://no-such-host.invalid' },
        { ...entry, name: 'plain', server: `https://127.0.0.1:${port}` },
      ]),
    );
    const dns = await failureOf((await connect({ kubeconfig: [path] })).json({ path: '/api' }));
    expect(dns.message).toMatch(/cannot be resolved/);
    const noTls = await failureOf(
      (await connect({ kubeconfig: [path], context: 'plain' })).json({ path: '/api' }),
    );
    expect(noTls.message).toMatch(/does not use TLS/);
    await new Promise((resolve) => plain.close(resolve));
  });

  it('throws the reason when it is aborted', async () => {
    await now.cluster.server.faults.reachability('hanging');
    const asked = now.connection.json({ path: '/api', signal: now.stop.signal });
    now.stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });
});
