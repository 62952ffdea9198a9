import { expect, it } from 'vitest';
import { cookieHeader, isCookie, withSetCookies } from './server-cookies';

const now = Date.parse('2026-12-01T10:00:00Z');
const after = (...lines: string[]) => withSetCookies([], lines, now);

it('a proxy’s cookies are kept, renewed and taken out as its answers say', () => {
  const first = after('_proxy=one; Path=/; HttpOnly; Max-Age=600', 'AWSELB-0=a=b; path=/argo; Secure');
  expect(cookieHeader(first, now)).toBe('AWSELB-0=a=b; _proxy=one');
  const renewed = withSetCookies(first, ['_proxy=two; Path=/; Expires=Tue, 01 Dec 2026 11:00:00 GMT'], now);
  expect(cookieHeader(renewed, now)).toBe('AWSELB-0=a=b; _proxy=two');
  expect(cookieHeader(renewed, now + 3_600_000)).toBe('AWSELB-0=a=b');
  const gone = withSetCookies(renewed, ['AWSELB-0=; Path=/argo; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], now);
  expect(cookieHeader(gone, now)).toBe('_proxy=two');
  expect(cookieHeader(withSetCookies(gone, ['_proxy=; Max-Age=0; Path=/'], now), now)).toBeNull();
});

it.each([
  'no pair',
  '=value',
  'na me=value',
  'name=va\r\nX-Evil: 1',
  'name=va\u0000lue',
  `name=${'x'.repeat(5000)}`,
  '',
])('%.30j is no cookie', (line) => {
  expect(after(line)).toEqual([]);
});

it('a path that would lead to another host is none', () => {
  expect(after('name=value; Path=//evil.example')).toMatchObject([{ path: '/' }]);
});

it('what Chromium keeps but no header can carry is told apart', () => {
  expect(isCookie({ name: '_proxy', value: 'a b="c"' })).toBe(true);
  for (const [name, value] of [
    ['', 'x'],
    ['name', 'schlüssel'],
    ['name', 'a\tb'],
    ['name', 'x'.repeat(5000)],
  ] as const)
    expect(isCookie({ name, value })).toBe(false);
});

it('a server that sets cookies without end is bounded', () => {
  const many = Array.from({ length: 1000 }, (_, index) => `c${index}=1`);
  expect(withSetCookies([], many, now)).toHaveLength(180);
});
