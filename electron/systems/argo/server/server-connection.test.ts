import { createServer as createPlainServer, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates } from '../../../practice/cluster/certificates';
import { KubeError } from '../../kubernetes/failures';
import type { ApiRequest, Connection } from '../../kubernetes/types';
import { connectServer } from './server-connection';
import type { ServerCredential, ServerSession } from './server-session';

const credential: ServerCredential = { authorization: 'Bearer t0ken', cookie: 'GCP_IAP=abc' };

/** A session as `sign-in` has them: it ends once, for the credential that was refused. */
const sessionOf = (signedIn: ServerCredential | null) => {
  const told: ServerCredential[] = [];
  const waker = new AbortController();
  const session: ServerSession = {
    credential: () => signedIn,
    ended: (used) => told.push(used),
    woken: () => waker.signal,
  };
  return { session, told, waker };
};

const failureOf = async (asked: Promise<unknown>): Promise<KubeError['failure']> => {
  const error = await asked.then(
    () => new Error('did not fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KubeError)) throw error;
  return error.failure;
};

let certificates: Certificates;
let answer: RequestListener;
let server: ReturnType<typeof createServer>;
let url: string;
const open: Connection[] = [];

const connected = (session: ServerSession, to = url, ca = certificates.ca): Connection => {
  const place = { environment: 'staging', system: 'argo-cd' as const, url: to };
  const connection = connectServer({ place, session, authorities: [ca], requestTimeout: 5000 });
  open.push(connection);
  return connection;
};

beforeEach(async () => {
  certificates = await makeCertificates();
  answer = (_, response) => response.end('{}');
  server = createServer(certificates, (request, response) => answer(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `https://localhost:${(server.address() as AddressInfo).port}/argo/`;
});
afterEach(async () => {
  for (const connection of open.splice(0)) connection.close();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

describe('a connection to one of Argo’s servers', () => {
  it('sends token and cookies, below the path of the address, and marks what changes as JSON', async () => {
    const asked: unknown[] = [];
    answer = ({ method, url: path, headers }, response) => {
      asked.push([method, path, headers.authorization, headers.cookie, headers['content-type']]);
      response.end('{"items":[]}');
    };
    const { session } = sessionOf(credential);
    const connection = connected(session);
    const query = { projects: ['a', 'b c'], appNamespace: undefined };
    expect(await connection.json({ path: '/api/v1/applications', query })).toEqual({ items: [] });
    await connection.json({ method: 'DELETE', path: '/api/v1/applications/x/operation' });
    const sent = [credential.authorization, credential.cookie];
    expect(asked).toEqual([
      ['GET', '/argo/api/v1/applications?projects=a&projects=b+c', ...sent, undefined],
      ['DELETE', '/argo/api/v1/applications/x/operation', ...sent, 'application/json'],
    ]);
    expect(connection).toMatchObject({ context: 'staging', system: 'Argo CD', insecure: false });
  });

  it('asks nothing while nobody is signed in', async () => {
    let asked = 0;
    answer = (_, response) => response.end(`${++asked}`);
    const failure = await failureOf(connected(sessionOf(null).session).json({ path: '/api/version' }));
    expect(failure).toMatchObject({
      code: 'signed-out',
      message: 'You are not signed in to Argo CD in staging.',
      next: [{ label: 'Sign in' }],
    });
    expect(asked).toBe(0);
  });

  it('ends the session that was refused with 401, and says how to go on', async () => {
    answer = (_, response) =>
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end('{"error":"invalid session: expired","code":16,"message":"invalid session: expired"}');
    const { session, told } = sessionOf(credential);
    const failure = await failureOf(connected(session).json({ path: '/api/v1/applications' }));
    expect(failure).toMatchObject({
      code: 'unauthorised',
      message: 'Your session at Argo CD in staging has ended.',
      next: [{ label: 'Sign in again' }],
      status: 401,
    });
    expect(told).toEqual([credential]);
    expect(JSON.stringify(failure)).not.toContain('t0ken');
  });

  it.each<[string, number, Record<string, string>, string]>([
    ['a page', 200, { 'content-type': 'text/html; charset=utf-8' }, '<!doctype html><title>Log in</title>'],
    ['a redirect', 302, { location: 'https://login.example.org/' }, ''],
    ['a page with 403', 403, { 'content-type': 'text/html' }, '<h1>Forbidden</h1>'],
    ['a page with 401', 401, { 'content-type': 'text/html' }, '<h1>Invalid IAP credentials</h1>'],
  ])('takes %s in the place of JSON for another login', async (_, status, headers, body) => {
    answer = (_, response) => response.writeHead(status, headers).end(body);
    const { session, told } = sessionOf(credential);
    const failure = await failureOf(connected(session).json({ path: '/api/v1/applications' }));
    expect(failure).toMatchObject({
      code: 'unauthorised',
      message: 'A login page answers in place of Argo CD in staging.',
      next: [{ label: 'Sign in again' }],
    });
    expect(told).toEqual([credential]);
    // A token alone was not refused by whoever shows a page.
    const pasted = sessionOf({ ...credential, cookie: null });
    await failureOf(connected(pasted.session).json({ path: '/api/v1/applications' }));
    expect(pasted.told).toEqual([]);
  });

  it('renews nothing by what a login page sets', async () => {
    const { session, told } = sessionOf(credential);
    const renewed: string[][] = [];
    session.renewed = (_, set) => renewed.push([...set]);
    const connection = connected(session);
    answer = (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'GCP_IAP_XSRF=1' })
        .end('<title>Log in</title>');
    await failureOf(connection.json({ path: '/api/v1/applications' }));
    expect([renewed, told]).toEqual([[], [credential]]);
    answer = (_, response) => response.writeHead(200, { 'set-cookie': 'GCP_IAP=def' }).end('{}');
    await connection.json({ path: '/api/v1/applications' });
    expect(renewed).toEqual([['GCP_IAP=def']]);
  });

  it.each([400, 404, 413, 429])('does not end a session by a page with %d', async (status) => {
    answer = (_, response) =>
      response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>nginx</h1>');
    const { session, told } = sessionOf(credential);
    const failure = await failureOf(connected(session).json({ path: '/api/v1/applications' }));
    expect([failure.code, told]).toEqual(['bad-data', []]);
  });

  it.each<[number, string, string, RegExp]>([
    [403, '{"error":"permission denied","code":7,"message":"permission denied"}', 'forbidden', /don’t have/],
    [404, '{"error":"x","code":5,"message":"x not found"}', 'not-found', /^Argo CD in staging does not/],
    [
      400,
      '{"error":"x","code":9,"message":"another operation is already in progress"}',
      'refused',
      /another operation is already/,
    ],
    [409, '{"error":"x","code":10,"message":"object was modified"}', 'conflict', /in Argo CD in staging/],
    [503, '{"error":"x","code":14,"message":"try later"}', 'unreachable', /^Argo CD in staging answers/],
    [500, '{"error":"x","code":2,"message":"x"}', 'unreachable', /^Argo CD in staging answers/],
    [200, '{"items":[', 'bad-data', /^Argo CD in staging sent/],
  ])('says a refusal with %d %s', async (status, body, code, message) => {
    answer = (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    const { session, told } = sessionOf(credential);
    const failure = await failureOf(connected(session).json({ path: '/api/v1/applications' }));
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
    expect(JSON.stringify(failure)).not.toMatch(/cluster|kubeconfig/);
    expect(told).toEqual([]);
  });

  it('never goes on with a certificate of an authority that is not trusted, or for another name', async () => {
    const { session } = sessionOf(credential);
    const foreign = await makeCertificates();
    const ask: ApiRequest = { path: '/api/version' };
    const unknown = await failureOf(connected(session, url, foreign.ca).json(ask));
    expect(unknown.message).toMatch(/was not issued by an authority that this computer trusts/);
    server.setSecureContext(await makeCertificates({ names: ['other.example'], authority: certificates }));
    const other = await failureOf(connected(session).json(ask));
    expect(other.message).toMatch(/certificate of Argo CD in staging is not for the name/);
    expect(JSON.stringify([unknown, other])).not.toMatch(/cluster|kubeconfig/);
  });

  it('sends no session over plain http, but to this computer', async () => {
    const plain = createPlainServer((_, response) => response.end('{"Version":"v3"}'));
    await new Promise<void>((listening) => plain.listen(0, '127.0.0.1', listening));
    const { session } = sessionOf(credential);
    const { port } = plain.address() as AddressInfo;
    expect(await connected(session, `http://127.0.0.1:${port}`).json({ path: '/api/version' })).toEqual({
      Version: 'v3',
    });
    for (const elsewhere of ['http://argocd.example.org', 'HTTP://argocd.example.org']) {
      const failure = await failureOf(connected(session, elsewhere).json({ path: '/' }));
      expect(failure.message).toMatch(/is not encrypted/);
    }
    plain.closeAllConnections();
    await new Promise((closed) => plain.close(closed));
  });

  it('ends what is read as somebody who left, and lets what they began come to its end', async () => {
    const { session } = sessionOf(credential);
    const leaver = new AbortController();
    session.left = () => leaver.signal;
    let finish: (() => void) | null = null;
    answer = ({ method }, response) => {
      if (method === 'POST') finish = () => response.end('{"done":true}');
      else response.writeHead(200, { 'content-type': 'application/json' }).write('{"result":{}}\n');
    };
    const connection = connected(session);
    const stream = await connection.open({ path: '/api/v1/stream/applications' });
    const write = connection.json({ method: 'POST', path: '/api/v1/applications/x/sync', body: {} });
    await expect.poll(() => finish).not.toBeNull();
    const over = new Promise((closed) => stream.once('close', closed));
    leaver.abort(new Error('left'));
    await over;
    expect(stream.complete).toBe(false);
    (finish as (() => void) | null)?.();
    expect(await write).toEqual({ done: true });
  });

  it('is woken when somebody signs in', () => {
    const { session, waker } = sessionOf(credential);
    const connection = connected(session);
    expect(connection.woken?.()?.aborted).toBe(false);
    waker.abort();
    expect(connection.woken?.()?.aborted).toBe(true);
  });
});
