import { expect, it } from 'vitest';
import { sessionCookies } from '../../../practice/argo-servers/session-cookies';
import { authorizationOf, authorizationsOf, expiryOf, isArgosCookie } from './session-value';

const jwt = (claims: unknown): string =>
  `x.${Buffer.from(typeof claims === 'string' ? claims : JSON.stringify(claims)).toString('base64url')}.z`;
const cookies = (all: Record<string, string>) =>
  Object.entries(all).map(([name, value]) => ({ name, value }));
const set = (lines: readonly string[]) =>
  lines.map((line) => {
    const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
    return { name, value };
  });

it.each([10, 4000, 4100, 20_000])(
  'a session of Argo CD of %i characters is put together from its cookies',
  (length) => {
    const token = `a.${'b'.repeat(length)}.c`;
    expect(
      authorizationsOf('argo-cd', set(sessionCookies('argo-cd', token, new Date())).toReversed()),
    ).toEqual([`Bearer ${token}`]);
  },
);

// util/http/http_test.go of Argo CD has these, and what is wrong with the others stands beside them.
it.each([
  [{ 'argocd.token': 'a.b.c' }, ['Bearer a.b.c']],
  [{ 'argocd.token': '2:a.b', 'argocd.token-1': '.c' }, ['Bearer a.b.c']],
  [{ 'argocd.token': '"a.b.c"' }, ['Bearer a.b.c']],
  [{ 'argocd.token': '1:a.b.c' }, ['Bearer a.b.c']],
  [{ 'argocd.token': '3:a.b', 'argocd.token-1': '.c' }, []],
  [{ 'argocd.token': '2:a.b', 'argocd.token-2': '.c' }, []],
  [{ 'argocd.token': 'x:a.b.c' }, []],
  [{ 'argocd.token': '0:a.b.c' }, []],
  [{ 'argocd.token': '-1:a.b.c' }, []],
  [{ 'argocd.token': '999999999:a.b.c' }, []],
  [{ 'argocd.token': '2:a:b', 'argocd.token-1': '.c' }, []],
  [{ 'argocd.token': '' }, []],
  [{ 'argocd.token': 'no token' }, []],
  [{ 'argocd.token': 'a.b.c\r\nX: y' }, []],
  [{ 'argocd.tokens': 'a.b.c' }, []],
  [{ authorization: 'Bearer a.b.c' }, []],
])('Argo CD’s cookies %j are the sessions %j', (all, found) => {
  expect(authorizationsOf('argo-cd', cookies(all))).toEqual(found);
});

it('the session of Argo Workflows is its cookie, with or without quotation marks, and there may be several', () => {
  expect(
    authorizationsOf('argo-workflows', [
      { name: 'authorization', value: '"Bearer v2:abc"' },
      { name: 'authorization', value: 'Bearer v2:def' },
      { name: 'authorization', value: '' },
      { name: 'other', value: 'Bearer v2:ghi' },
    ]),
  ).toEqual(['Bearer v2:abc', 'Bearer v2:def']);
});

it.each([
  ['argo-cd', ' a.b.c\n', 'Bearer a.b.c'],
  ['argo-cd', 'bearer a.b.c', 'Bearer a.b.c'],
  ['argo-cd', 'abc', null],
  ['argo-cd', 'a.b.c d', null],
  ['argo-cd', 'a.b.ü', null],
  ['argo-workflows', 'Bearer v2:abc', 'Bearer v2:abc'],
  ['argo-workflows', 'v2:abc', 'Bearer v2:abc'],
  ['argo-workflows', 'a\u0000b', null],
  ['argo-workflows', 'x'.repeat(300_000), null],
  ['argo-workflows', '', null],
] as const)('a token for %s that somebody has as %.20j is sent as %.20j', (system, text, header) => {
  expect(authorizationOf(system, text)).toBe(header);
});

it.each([
  [jwt({ exp: 1_900_000_000 }), 1_900_000_000_000],
  [jwt({ exp: 1_900_000_000.5 }), 1_900_000_000_500],
  [jwt({}), null],
  [jwt({ exp: '1900000000' }), null],
  [jwt({ exp: -1 }), null],
  [jwt({ exp: 1e300 }), null],
  [jwt('null'), null],
  [jwt('['), null],
  ['v2:a.b.c.d.e', null],
  ['opaque', null],
])('a token %.30s expires at %s', (token, at) => {
  expect(expiryOf(`Bearer ${token}`)).toBe(at);
});

it('cookies of Argo’s login are told from those of a proxy before it', () => {
  for (const name of ['argocd.token', 'argocd.token-1', 'argocd.oauthstate'])
    expect(isArgosCookie('argo-cd', name)).toBe(true);
  expect(isArgosCookie('argo-workflows', 'authorization')).toBe(true);
  for (const name of ['_oauth2_proxy', 'AWSELBAuthSessionCookie-0', 'CF_Authorization'])
    expect(isArgosCookie('argo-cd', name) || isArgosCookie('argo-workflows', name)).toBe(false);
});
