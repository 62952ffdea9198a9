import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registrySchema } from '../../../shared/domain/estate/registry-place';
import { patience } from '../../testing/patience';
import { createAppImages } from './app-images';
import type { RegistrySecret } from './registry-token';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A registry that answers as a test says, and another place beside it. */
let servers: Server[];
let registryUrl: string;
let elsewhereUrl: string;
let answer: Answer;
let elsewhere: Answer;
let asked: { method: string; url: string; authorization: string | null; accept: string | null }[];
const intervals: NodeJS.Timeout[] = [];

async function listen(handle: () => Answer, note: typeof asked): Promise<string> {
  const server = createServer((request, response) => {
    const { authorization = null, accept = null } = request.headers;
    note.push({ method: request.method ?? '', url: request.url ?? '', authorization, accept });
    handle()(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
let askedElsewhere: typeof asked;
beforeEach(async () => {
  servers = [];
  asked = [];
  askedElsewhere = [];
  registryUrl = await listen(() => answer, asked);
  elsewhereUrl = await listen(() => elsewhere, askedElsewhere);
});
afterEach(async () => {
  for (const one of intervals.splice(0)) clearInterval(one);
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const signal = new AbortController().signal;
const secret: RegistrySecret = { username: 'ada', password: 'secret-word' };
const basic = `Basic ${Buffer.from('ada:secret-word').toString('base64')}`;
const patient = { silence: patience, whole: patience, bytes: 1_000_000 };
let clock = 0;
const images = (options: { secret?: RegistrySecret | null; limits?: typeof patient; config?: object } = {}) =>
  createAppImages({
    registry: registrySchema.parse({ url: registryUrl, ...options.config }),
    secret: async () => options.secret ?? null,
    limits: options.limits ?? patient,
    now: () => clock,
  });
const look = (options?: Parameters<typeof images>[0]) => images(options).look('frontend', 'v1', signal);
const unknownWith = (words: string) => ({ state: 'unknown', because: expect.stringContaining(words) });

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const manifest = JSON.stringify({ schemaVersion: 2, mediaType: manifestType });
const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
const there: Answer = (_, response) =>
  response.writeHead(200, { 'content-type': manifestType, 'docker-content-digest': digest }).end();
const json = { 'content-type': 'application/json; charset=utf-8' };
const refuses =
  (status: number, body: unknown): Answer =>
  (_, response) =>
    response.writeHead(status, json).end(JSON.stringify(body));
const html: Answer = (_, response) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in to continue</html>');

describe('what is no registry is not believed', () => {
  it('a login page for everything', async () => {
    answer = html;
    expect(await look()).toMatchObject(unknownWith('What answered is not the registry'));
    expect(await images().test({ url: registryUrl, tokenService: null }, signal)).toMatchObject({
      ok: false,
      text: expect.stringContaining('login page'),
    });
  });
  it('a redirect to a login page', async () => {
    answer = (_, response) => response.writeHead(302, { location: `${elsewhereUrl}/login` }).end();
    elsewhere = html;
    expect(await look({ secret })).toMatchObject(unknownWith('What answered is not the registry'));
  });
  it.each([
    [
      'a page',
      (_: unknown, response: ServerResponse) =>
        response.writeHead(404, { 'content-type': 'text/html' }).end('<html>'),
    ],
    ['JSON of another API', refuses(404, { message: 'Not Found' })],
    ['an empty list of errors', refuses(404, { errors: [] })],
    ['an error of another kind', refuses(404, { errors: [{ code: 'PAGE_MISSING' }] })],
    ['nothing', (_: unknown, response: ServerResponse) => response.writeHead(404).end()],
  ])('404 with %s does not say that the image is missing', async (_, say) => {
    answer = say;
    expect(await look()).toMatchObject({ state: 'unknown' });
  });
  it.each([
    ['without a content type', {}],
    ['as JSON', json],
    [
      'as an old manifest, whose digest is not that of its bytes',
      { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' },
    ],
  ])('200 %s', async (_, headers) => {
    answer = (__, response) => response.writeHead(200, { ...headers, 'docker-content-digest': digest }).end();
    expect(await look()).toMatchObject({ state: 'unknown' });
  });
  it('a digest that is none', async () => {
    answer = (_, response) =>
      response.writeHead(200, { 'content-type': manifestType, 'docker-content-digest': 'sha256:<b>' }).end();
    expect(await look()).toMatchObject(unknownWith('can’t be read'));
  });
});

describe('a registry that tells no digest with HEAD', () => {
  it.each([
    ['does not send it', 200],
    ['takes no HEAD', 405],
  ])('%s: it is that of the content', async (_, status) => {
    answer = (request, response) => {
      const isHead = request.method === 'HEAD';
      response.writeHead(isHead ? status : 200, { 'content-type': manifestType }).end(isHead ? '' : manifest);
    };
    expect(await look()).toMatchObject({ state: 'there', digest, kind: 'manifest' });
  });
  it.each([
    ['of another content', { 'docker-content-digest': `sha256:${'0'.repeat(64)}` }, manifest],
    ['of no manifest', {}, '{"schemaVersion":1}'],
  ])('%s: it is not believed', async (_, headers, body) => {
    answer = (request, response) =>
      request.method === 'HEAD'
        ? response.writeHead(405).end()
        : response.writeHead(200, { 'content-type': manifestType, ...headers }).end(body);
    expect(await look()).toMatchObject({ state: 'unknown' });
  });
});

it('asks for indexes and manifests, of OCI and of Docker', async () => {
  answer = there;
  expect(await look()).toMatchObject({ state: 'there', digest });
  expect(asked).toHaveLength(1);
  for (const type of [
    'oci.image.index.v1',
    'oci.image.manifest.v1',
    'docker.distribution.manifest.list.v2',
    'docker.distribution.manifest.v2',
  ])
    expect(asked[0]?.accept).toContain(`application/vnd.${type}+json`);
});

it.each([
  ['MANIFEST_UNKNOWN', 'has no image'],
  ['NOT_FOUND', 'has no image'],
  ['NAME_UNKNOWN', 'has no repository frontend'],
])('404 with %s: the image is missing', async (code, words) => {
  answer = refuses(404, { errors: [{ code, message: '<b>evil</b>' }] });
  const found = await look();
  expect(found).toMatchObject({ state: 'missing', because: expect.stringContaining(words) });
  expect(JSON.stringify(found)).not.toContain('evil');
});

describe('refusals are told as what they are', () => {
  it.each([
    [401, null, 'can’t be read'],
    [403, null, 'requires a sign-in'],
    [403, secret, 'requires a sign-in'],
    [429, null, 'is limiting requests'],
    [500, null, 'could not answer'],
    [503, secret, 'could not answer'],
  ])('HTTP %i', async (status, shown, words) => {
    answer = refuses(status, { errors: [{ code: 'X' }] });
    expect(await look({ secret: shown })).toMatchObject(unknownWith(words));
  });
  it('403 for somebody who is signed in', async () => {
    answer = (request, response) =>
      request.headers.authorization
        ? response.writeHead(403, json).end('{"errors":[{"code":"DENIED"}]}')
        : response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    expect(await look({ secret })).toMatchObject(unknownWith('have permission to read'));
  });
});

describe('where secrets go', () => {
  const challenge =
    (realm: string): Answer =>
    (request, response) =>
      request.headers.authorization === 'Bearer good'
        ? there(request, response)
        : response
            .writeHead(401, {
              'www-authenticate': `Bearer realm="${realm}",service="s",scope="repository:frontend:pull,push,delete"`,
            })
            .end();
  const token: Answer = (_, response) =>
    response.writeHead(200, json).end('{"access_token":"good","expires_in":100}');

  it('a token is asked for with the secret and for reading alone; the registry never sees the secret', async () => {
    elsewhere = token;
    answer = challenge(`${elsewhereUrl}/token?account=x`);
    expect(await look({ secret, config: { tokenService: elsewhereUrl } })).toMatchObject({ state: 'there' });
    expect(askedElsewhere).toEqual([
      expect.objectContaining({
        url: '/token?account=x&service=s&scope=repository%3Afrontend%3Apull',
        authorization: basic,
      }),
    ]);
    expect(asked.map(({ authorization }) => authorization)).toEqual([null, 'Bearer good']);
  });
  it('a token that has run out is fetched again, and one of another sign-in is not used', async () => {
    elsewhere = token;
    answer = challenge(`${elsewhereUrl}/token`);
    let shown: RegistrySecret = secret;
    const kept = createAppImages({
      registry: registrySchema.parse({ url: registryUrl, tokenService: elsewhereUrl }),
      secret: async () => shown,
      now: () => clock,
    });
    await kept.look('frontend', 'v1', signal);
    await kept.look('frontend', 'v2', signal);
    expect(askedElsewhere).toHaveLength(1);
    clock += 95_000;
    await kept.look('frontend', 'v1', signal);
    expect(askedElsewhere).toHaveLength(2);
    shown = { username: 'bob', password: 'other' };
    await kept.look('frontend', 'v1', signal);
    expect(askedElsewhere).toHaveLength(3);
    expect(asked.filter(({ authorization }) => authorization?.startsWith('Basic'))).toEqual([]);
  });
  it.each([
    ['no address', 'token'],
    ['a file', 'file:///etc/passwd'],
    ['a script', 'javascript:alert(1)'],
  ])('a realm that is %s is not followed', async (_, realm) => {
    answer = challenge(realm);
    expect(await look({ secret })).toMatchObject(unknownWith('can’t be read'));
  });
  it.each([
    ['with a page', html],
    ['with nothing', refuses(200, {})],
    ['with a token that would be a second header', refuses(200, { token: 'good\r\nx: y' })],
    ['with a number', refuses(200, { token: 7 })],
  ])('a token service that answers %s is not believed', async (_, say) => {
    elsewhere = say;
    answer = challenge(`${elsewhereUrl}/token`);
    expect(await look({ config: { tokenService: elsewhereUrl } })).toMatchObject({ state: 'unknown' });
  });
  it('a redirect to another place takes neither token nor secret along', async () => {
    answer = (request, response) =>
      request.headers.authorization
        ? response.writeHead(307, { location: `${elsewhereUrl}/storage` }).end()
        : response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    elsewhere = there;
    expect(await look({ secret })).toMatchObject({ state: 'there' });
    expect(askedElsewhere.map(({ authorization }) => authorization)).toEqual([null]);
  });
  it('a token service that redirects takes no secret along', async () => {
    answer = (request, response) => {
      if (request.url?.startsWith('/token')) response.writeHead(302, { location: `${elsewhereUrl}/x` }).end();
      else challenge(`${registryUrl}/token`)(request, response);
    };
    elsewhere = token;
    await look({ secret });
    expect(askedElsewhere.map(({ authorization }) => authorization)).toEqual([null]);
  });
  it('nothing is sent over plain http to another machine', async () => {
    const sent: string[] = [];
    const network: typeof fetch = async (input, init) => {
      sent.push(`${input} ${new Headers(init?.headers).get('authorization')}`);
      return new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } });
    };
    const found = await createAppImages({
      registry: registrySchema.parse({ url: 'http://registry.example:5000' }),
      secret: async () => secret,
      fetch: network,
      now: () => clock,
    }).look('frontend', 'v1', signal);
    expect(found).toMatchObject(unknownWith('plain http'));
    expect(sent).toEqual(['http://registry.example:5000/v2/frontend/manifests/v1 null']);
  });
});

describe('an answer without an end', () => {
  it('that never begins', async () => {
    answer = () => undefined;
    expect(await look({ limits: { ...patient, silence: 300 } })).toMatchObject(unknownWith('too long'));
  });
  it('that trickles', async () => {
    answer = (request, response) => {
      if (request.method === 'HEAD') response.writeHead(405).end();
      else {
        response.writeHead(200, { 'content-type': manifestType });
        intervals.push(setInterval(() => response.write(' '), 50));
      }
    };
    expect(await look({ limits: { ...patient, silence: 300, whole: 600 } })).toMatchObject(
      unknownWith('too long'),
    );
  });
  it('that grows', async () => {
    answer = (request, response) => {
      if (request.method === 'HEAD') response.writeHead(405).end();
      else response.writeHead(200, { 'content-type': manifestType }).end(' '.repeat(2_000_000));
    };
    expect(await look()).toMatchObject(unknownWith('too large'));
  });
  it('that is cut', async () => {
    answer = (request, response) => {
      if (request.method === 'HEAD') response.writeHead(405).end();
      else {
        response.writeHead(200, { 'content-type': manifestType, 'content-length': '500' }).write('{"schema');
        setImmediate(() => response.destroy());
      }
    };
    expect(await look()).toMatchObject(unknownWith('can’t be reached'));
  });
});
