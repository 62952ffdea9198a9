import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoopbackToken, listenForToken, NobodyCame } from './loopback-token';

const ci = 'https://ci.example.test';
const good = `bearer ${'t'.repeat(40)}`;
let port: LoopbackToken;
let at: number;
const told: string[] = [];

beforeEach(async () => {
  told.length = 0;
  port = await listenForToken(`${ci}/`);
  at = Number(/^https:\/\/ci\.example\.test\/login\?fly_port=(\d+)$/.exec(port.page)?.[1]);
  void port.token.then(
    (token) => told.push(token),
    () => undefined,
  );
});
afterEach(() => port.close());

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
}
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: at, path, method, headers }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers });
    });
    asked.once('error', reject);
    asked.end();
  });
const path = (token: string) => `/?token=${encodeURIComponent(token)}`;

describe('a port for one token', () => {
  it('takes it as Concourse’s page sends it, with the preflight of browsers before', async () => {
    const preflight = await ask(
      path(good),
      {
        origin: ci,
        'access-control-request-method': 'GET',
        'access-control-request-private-network': 'true',
      },
      'OPTIONS',
    );
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': ci,
      'access-control-allow-private-network': 'true',
    });
    expect(told).toEqual([]);
    const answer = await ask(path(good), { origin: ci, 'sec-fetch-mode': 'cors' });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, ci]);
    expect(await port.token).toBe('t'.repeat(40));
  });

  it('takes it by a link that is followed, and leads back to the page', async () => {
    const answer = await ask(path(good), { 'sec-fetch-mode': 'navigate', 'upgrade-insecure-requests': '1' });
    expect([answer.status, answer.headers.location]).toEqual([302, `${ci}/fly_success?noop=true`]);
    expect(await port.token).toBe('t'.repeat(40));
  });

  it.each<[string, number, string, Record<string, string>, string]>([
    ['another page', 403, path(good), { origin: 'https://evil.example.test' }, 'GET'],
    ['a page of no origin', 403, path(good), { origin: 'null' }, 'GET'],
    ['a picture of another page', 403, path(good), { 'sec-fetch-mode': 'no-cors' }, 'GET'],
    ['a name that was bound anew', 421, path(good), { host: 'evil.example.test' }, 'GET'],
    ['localhost by its name', 421, path(good), { host: 'localhost' }, 'GET'],
    ['a form', 405, path(good), {}, 'POST'],
    ['another path', 404, `/callback?token=${encodeURIComponent(good)}`, {}, 'GET'],
    ['no token', 400, '/', {}, 'GET'],
    ['two tokens', 400, `${path(good)}&token=x`, {}, 'GET'],
    ['no bearer', 400, path('t'.repeat(40)), {}, 'GET'],
    ['a line in it', 400, path(`${good}\r\nx: y`), {}, 'GET'],
    ['one that is endless', 400, path(`bearer ${'t'.repeat(9_000)}`), {}, 'GET'],
  ])('refuses %s, and goes on waiting', async (_what, status, where, headers, method) => {
    const answer = await ask(where, headers, method);
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(told).toEqual([]);
    expect((await ask(path(good), { origin: ci })).status).toBe(200);
    expect(await port.token).toBe('t'.repeat(40));
  });

  it('takes one alone: whoever comes later finds nobody', async () => {
    await ask(path(good), { origin: ci });
    await port.token;
    await expect.poll(() => ask(path(`${good}2`), { origin: ci }).catch(() => 'nobody')).toBe('nobody');
    expect(told).toEqual(['t'.repeat(40)]);
  });

  it('is there for this computer alone, for a time', async () => {
    const short = await listenForToken(ci, { milliseconds: 1 });
    await expect(short.token).rejects.toBeInstanceOf(NobodyCame);
    port.close();
    await expect(port.token).rejects.toThrow('cancelled');
    await expect(ask(path(good), { origin: ci })).rejects.toThrow();
  });
});
