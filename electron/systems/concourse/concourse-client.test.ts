import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConcourseClient } from './concourse-client';
import { concourseSession, pastedToken, tokenExpiry } from './concourse-session';
import { ConcourseTrouble, type ConcourseTroubleKind, concourseFailure } from './concourse-trouble';
import { type PracticeForClient, practiceForClient } from './testing/practice';

const { signal } = new AbortController();
const place = { team: 'preview', pipeline: 'deploy-notify' };
const kindOf = async (work: Promise<unknown>): Promise<ConcourseTroubleKind | 'fine' | 'network'> =>
  work.then(
    () => 'fine' as const,
    (error: unknown) => (error instanceof ConcourseTrouble ? error.kind : 'network'),
  );

describe('a client of a practice Concourse', () => {
  let practice: PracticeForClient;
  beforeEach(async () => {
    practice = await practiceForClient();
  });
  afterEach(() => practice.close());

  it('signs in once for many requests, and reads what is there', async () => {
    const { client, concourse } = practice;
    const [user, jobs, resources, builds, versions] = await Promise.all([
      client.user(signal),
      client.jobs([place], signal),
      client.resources(signal),
      client.builds(null, signal),
      client.versions(place, 'deployment-bag', signal),
    ]);
    expect(user).toMatchObject({ name: 'pip', teams: { preview: ['pipeline-operator'] } });
    expect(jobs.filter(({ team }) => team === 'preview').map(({ name }) => name)).toContain('pack-bag');
    expect(resources.length).toBeGreaterThan(10);
    // Checks are in the list, too, and are no builds of a job.
    expect(builds.builds.every(({ job }) => job !== '')).toBe(true);
    expect(builds.last).toBeGreaterThanOrEqual(Math.max(...concourse.builds().map(({ id }) => id)));
    const [bag] = versions;
    expect(bag?.version.tag).toBe('bag-0001');
    const takers = await client.inputTo(place, 'deployment-bag', bag?.id ?? 0, signal);
    expect(takers.map(({ job }) => job).sort()).toEqual([
      'deploy',
      'signal-deploy-completion',
      'start-deploy',
      'test',
    ]);
    expect(practice.requests.filter((path) => path.includes('/inputs') || path.includes('/config'))).toEqual(
      [],
    );
  });

  it('catches up over several pages, reruns of old builds among them', async () => {
    const { client, concourse, job } = practice;
    const { last } = await client.builds(null, signal);
    const [old] = job('preview', 'test').builds;
    if (!old) throw new Error('no test');
    const made: number[] = [];
    for (let round = 0; round < 130; round += 1) {
      made.push(concourse.trigger(job('preview', 'force-unlock-pipeline'), 'pip').id);
      if (round % 10 === 0) made.push(concourse.rerun(old, 'pip').id);
    }
    const found = await client.builds(last + 1, signal);
    expect(found.builds.map(({ id }) => id).sort((a, b) => a - b)).toEqual(made);
    expect(found.last).toBe(made.at(-1));
  });

  it('tells wrong passwords, missing rights and sessions that ended apart', async () => {
    const { client, kept, accounts, concourse } = practice;
    expect(await kindOf(client.build(999_999, signal))).toBe('missing');
    kept.secret = { account: 'pip', secret: 'wrong' };
    expect(await kindOf(client.user(signal))).toBe('wrong-password');
    kept.secret = null;
    expect(await kindOf(client.user(signal))).toBe('not-signed-in');
    const token = accounts.signIn('vic', 'vic')?.token ?? '';
    kept.secret = { account: null, secret: ` bearer ${token}\n` };
    expect((await client.user(signal)).name).toBe('vic');
    accounts.expireAll();
    expect(await kindOf(client.user(signal))).toBe('ended');
    // The token that was refused is not sent again.
    const before = practice.server.requests();
    expect(await kindOf(client.user(signal))).toBe('ended');
    expect(practice.server.requests()).toBe(before);
    kept.secret = { account: 'pip', secret: 'pip' };
    expect(await kindOf(client.user(signal))).toBe('fine');
    // With a password a session that ended is begun anew by itself.
    accounts.expireAll();
    expect([await kindOf(client.user(signal)), await kindOf(client.user(signal))]).toEqual(['fine', 'fine']);
    expect(concourse.builds().length).toBeGreaterThan(0);
  });

  it('asks nothing with a token that has run out by its own word', async () => {
    const { client, kept, accounts, time, server } = practice;
    kept.secret = { account: null, secret: accounts.signIn('pip', 'pip')?.token ?? '' };
    expect(await kindOf(client.user(signal))).toBe('fine');
    const before = server.requests();
    time.offset = 25 * 3_600_000;
    expect(await kindOf(client.user(signal))).toBe('ended');
    expect(server.requests()).toBe(before);
  });

  it('asks pipeline by pipeline where the server caps the list of all jobs', async () => {
    practice.server.faults.answer(/^GET \/api\/v1\/jobs$/, 503, 'text/plain', 'too many', 1);
    const jobs = await practice.client.jobs([place], signal);
    expect(new Set(jobs.map(({ team }) => team))).toEqual(new Set(['preview']));
  });

  it('believes no page in the place of JSON, and follows no redirect', async () => {
    const { client, server } = practice;
    server.faults.answer(/\/api\/v1\/user/, 200, 'text/html', '<html>log in</html>', 1);
    expect(await kindOf(client.user(signal))).toBe('page');
    server.faults.answer(/\/api\/v1\/user/, 502, 'text/html', '<html>bad gateway</html>', 1);
    expect(await kindOf(client.user(signal))).toBe('status');
    server.faults.answer(/\/api\/v1\/user/, 200, 'application/json', '["nobody"]', 1);
    expect(await kindOf(client.user(signal))).toBe('odd');
  });
});

describe('whatever else answers', () => {
  let server: Server;
  let url: string;
  let seen: string[];
  beforeEach(async () => {
    seen = [];
    server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const clientOf = (at: string) =>
    createConcourseClient({
      url: at,
      session: concourseSession({
        url: at,
        secret: async () => ({ account: null, secret: 'abc' }),
        now: Date.now,
      }),
    });

  it('gets no token along a redirect', async () => {
    expect(await kindOf(clientOf(url).user(signal))).toBe('page');
    expect(seen).toEqual(['GET /api/v1/user Bearer abc']);
  });
  it('gets none over plain http, unless it is this computer', async () => {
    expect(await kindOf(clientOf('http://ci.example.test').user(signal))).toBe('plain-http');
  });
  it('is told in plain words, without a secret', () => {
    for (const kind of ['ended', 'forbidden', 'page', 'status'] as const) {
      const failure = concourseFailure(new ConcourseTrouble(kind, 'HTTP 1'), 'ci.example.test');
      expect(failure.message).toContain('ci.example.test');
      expect(JSON.stringify(failure)).not.toContain('abc');
    }
  });
});

describe('a token', () => {
  it('says in its last 8 bytes when it ends', () => {
    const bytes = Buffer.concat([Buffer.from('twenty bytes of noise'), Buffer.alloc(8)]);
    bytes.writeBigUInt64LE(1_796_090_399n, bytes.length - 8);
    expect(tokenExpiry(bytes.toString('base64'))).toBe(1_796_090_399);
    for (const other of ['', 'abc', 'eyJhbGciOi.J9.x', Buffer.alloc(40).toString('base64')])
      expect(tokenExpiry(other)).toBeNull();
  });
  it('is taken as people paste it', () => {
    expect(pastedToken(' Bearer abc \n')).toBe('abc');
  });
});
