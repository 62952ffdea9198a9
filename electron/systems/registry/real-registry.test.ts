import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registrySchema } from '../../../shared/domain/estate/registry-place';
import {
  dockerRegistry,
  type RegistryProgram,
  type RunningRegistry,
  startRegistry,
} from '../../testing/docker-registry';
import { createAppImages } from './app-images';
import type { RegistrySecret } from './registry-token';
import { pushImage, pushIndex } from './testing/push-image';
import { startTokenService, type TokenService } from './testing/token-service';

let folder: string;
let found: RegistryProgram;
const signal = new AbortController().signal;
const images = (config: object, secret: RegistrySecret | null = null) =>
  createAppImages({ registry: registrySchema.parse(config), secret: async () => secret, now: Date.now });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-test-'));
  found = await dockerRegistry();
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach((context) => context.skip('missing' in found, 'missing' in found ? found.missing : ''));

/** Starts one; only called where the program was found. */
const start = async (name: string, auth: Readonly<Record<string, unknown>> | null = null) => {
  if ('missing' in found) return null;
  const own = await mkdtemp(join(folder, name));
  return startRegistry(found.program, own, auth);
};

describe('a registry that everybody may read', () => {
  let registry: RunningRegistry | null = null;
  let target: { url: string; repository: string };
  beforeAll(async () => {
    registry = await start('open');
    target = { url: registry?.url ?? '', repository: 'govuk/frontend' };
  });
  afterAll(() => registry?.close());

  it('tells a tag’s digest: an image’s own', async () => {
    const digest = await pushImage(target, 'v12', 'twelve');
    expect(
      await images({ url: target.url, repository: 'govuk/{app}' }).look('frontend', 'v12', signal),
    ).toEqual({
      state: 'there',
      digest,
      kind: 'manifest',
      name: `${new URL(target.url).host}/govuk/frontend:v12`,
    });
  });

  it('of an image of several platforms it is the index’s', async () => {
    const digest = await pushIndex(target, 'v13', 'thirteen');
    expect(
      await images({ url: target.url, repository: 'govuk/{app}' }).look('frontend', 'v13', signal),
    ).toMatchObject({
      state: 'there',
      digest,
      kind: 'index',
    });
  });

  it('a tag that is moved is told as it is now', async () => {
    const before = await pushImage(target, 'v14', 'fourteen');
    const asked = images({ url: target.url, repository: 'govuk/{app}' });
    expect(await asked.look('frontend', 'v14', signal)).toMatchObject({ digest: before });
    const after = await pushImage(target, 'v14', 'fourteen, built again');
    expect(await asked.look('frontend', 'v14', signal)).toMatchObject({ digest: after });
    expect(after).not.toBe(before);
  });

  it('has no such tag, or no such repository', async () => {
    const asked = images({ url: target.url, repository: 'govuk/{app}' });
    expect(await asked.look('frontend', 'v999', signal)).toMatchObject({
      state: 'missing',
      because: expect.stringMatching(/^The registry has no image .*\/govuk\/frontend:v999\.$/),
    });
    expect(await asked.look('never-built', 'v1', signal)).toMatchObject({ state: 'missing' });
  });

  it('an app’s repository of another name', async () => {
    const digest = await pushImage({ ...target, repository: 'old/web' }, 'v1', 'one');
    const asked = images({
      url: target.url,
      repository: 'govuk/{app}',
      apps: { frontend: { repository: 'old/web' } },
    });
    expect(await asked.look('frontend', 'v1', signal)).toMatchObject({ state: 'there', digest });
    expect(await asked.look('Frontend', 'v1', signal)).toMatchObject({
      state: 'unknown',
      because: expect.stringContaining('can’t be part of a repository’s name'),
    });
  });
});

describe('a registry that wants a user and a password (Basic)', () => {
  let registry: RunningRegistry | null = null;
  let digest: string;
  const secret = { username: 'ada', password: 'open sesame' };
  beforeAll(async () => {
    const users = join(folder, 'htpasswd');
    // bcrypt of the password, as `htpasswd -B` writes it.
    await writeFile(users, 'ada:$2a$04$lahdmHhvIK7UOus91lQpT.OY3ENdziYfPmg3092e0OU6JiUyJ00i2\n');
    registry = await start('basic', { htpasswd: { realm: 'ours', path: users } });
    if (!registry) return;
    const authorization = `Basic ${Buffer.from('ada:open sesame').toString('base64')}`;
    digest = await pushImage({ url: registry.url, repository: 'frontend', authorization }, 'v1', 'one');
  });
  afterAll(() => registry?.close());

  it.each([
    ['without one', null, 'requires a sign-in'],
    ['with a wrong one', { username: 'ada', password: 'wrong' }, 'refused the sign-in'],
  ])('%s nothing is known', async (_, shown, words) => {
    expect(await images({ url: registry?.url }, shown).look('frontend', 'v1', signal)).toMatchObject({
      state: 'unknown',
      because: expect.stringContaining(words),
    });
    expect(
      await images({ url: registry?.url }, shown).test(
        { url: registry?.url ?? '', tokenService: null },
        signal,
      ),
    ).toMatchObject({
      ok: false,
      text: expect.stringContaining(words),
    });
  });
  it('with the right one it answers', async () => {
    const asked = images({ url: registry?.url }, secret);
    expect(await asked.look('frontend', 'v1', signal)).toMatchObject({ state: 'there', digest });
    expect(await asked.look('frontend', 'v2', signal)).toMatchObject({ state: 'missing' });
    expect(await asked.test({ url: registry?.url ?? '', tokenService: null }, signal)).toEqual({
      ok: true,
      text: expect.stringContaining('accepted this sign-in'),
    });
  });
});

describe('a registry that sends for tokens (Bearer)', () => {
  let registry: RunningRegistry | null = null;
  let tokens: TokenService;
  const digests: Record<string, string> = {};
  beforeAll(async () => {
    const issuer = 'token issuer';
    const service = 'registry.example';
    tokens = await startTokenService({
      service,
      issuer,
      publicRepositories: ['open'],
      password: 'open sesame',
    });
    const bundle = join(folder, 'tokens.pem');
    await writeFile(bundle, tokens.certificate);
    registry = await start('bearer', {
      token: { realm: `${tokens.url}/token`, service, issuer, rootcertbundle: bundle },
    });
    if (!registry) return;
    for (const repository of ['open', 'closed']) {
      const authorization = `Bearer ${tokens.tokenFor(repository, ['pull', 'push'])}`;
      digests[repository] = await pushImage(
        { url: registry.url, repository, authorization },
        'v1',
        repository,
      );
    }
  });
  beforeEach(() => {
    tokens.asked.length = 0;
  });
  afterAll(async () => {
    await registry?.close();
    await tokens.close();
  });
  const config = () => ({ url: registry?.url, tokenService: tokens.url });

  it('a public image is read with a token that anybody gets, which is kept for the next', async () => {
    const asked = images(config());
    expect(await asked.look('open', 'v1', signal)).toMatchObject({ state: 'there', digest: digests.open });
    expect(await asked.look('open', 'v2', signal)).toMatchObject({ state: 'missing' });
    expect(tokens.asked).toEqual([
      { scopes: ['repository:open:pull'], service: 'registry.example', authorization: null },
    ]);
  });
  it('one that is not is unknown without a sign-in, and read with one', async () => {
    expect(await images(config()).look('closed', 'v1', signal)).toMatchObject({
      state: 'unknown',
      because: expect.stringContaining('requires a sign-in'),
    });
    const secret = { username: 'ada', password: 'open sesame' };
    expect(await images(config(), secret).look('closed', 'v1', signal)).toMatchObject({
      state: 'there',
      digest: digests.closed,
    });
    expect(
      await images(config(), { ...secret, password: 'wrong' }).look('closed', 'v1', signal),
    ).toMatchObject({ state: 'unknown', because: expect.stringContaining('refused the sign-in') });
  });
  it('a place for tokens that the estate does not name is sent nothing, not even without a secret', async () => {
    const secret = { username: 'ada', password: 'open sesame' };
    for (const shown of [secret, null])
      expect(await images({ url: registry?.url }, shown).look('open', 'v1', signal)).toMatchObject({
        state: 'unknown',
        because: expect.stringContaining(tokens.url),
      });
    expect(tokens.asked).toEqual([]);
  });
});

it('a registry that went away is unknown', async () => {
  const registry = await start('gone');
  await registry?.close();
  expect(await images({ url: registry?.url ?? '' }).look('frontend', 'v1', signal)).toMatchObject({
    state: 'unknown',
    because: expect.stringContaining('can’t be reached'),
  });
});
