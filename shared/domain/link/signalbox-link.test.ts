import { describe, expect, test } from 'vitest';
import { appLink, freezesLink, isLink, noSuchPlace, operationLink, placeOfLink } from './signalbox-link';

const id = '0193a7c2-5d1e-7f00-8a4b-2f6a1c9d3e57';

describe('a link opens', () => {
  test.each([
    ['signalbox://app/publisher', '/apps/publisher'],
    ['signalbox://app/publisher/', '/apps/publisher'],
    ['SIGNALBOX://app/publisher', '/apps/publisher'],
    ['signalbox://app/publisher?environment=production', '/apps/publisher?environment=%22production%22'],
    ['signalbox://app/1234?environment=1', '/apps/1234?environment=%221%22'],
    ['signalbox://environment/staging', '/clusters?environment=%22staging%22'],
    [`signalbox://operation/${id}`, `/operations/${id}`],
    [
      'signalbox://rollback/publisher/production',
      '/apps/publisher?environment=%22production%22&look=%22rollback%22',
    ],
    ['signalbox://moment/2026-11-30T11:40Z', '/?at=%222026-11-30T11%3A40Z%22'],
    ['signalbox://moment/2026-11-30T11%3A40%3A05%2B01%3A00', '/?at=%222026-11-30T11%3A40%3A05%2B01%3A00%22'],
  ])('%s → %s', (link, place) => {
    expect(placeOfLink(link)).toBe(place);
  });
});

describe('no place is made of', () => {
  test.each([
    '',
    'signalbox:',
    'signalbox://',
    'signalbox://app',
    'signalbox://app/',
    'signalbox://app/publisher/production',
    'signalbox://app/..%2F..%2Fsettings',
    'signalbox://app/%2e%2e',
    'signalbox://app/..',
    'signalbox://app/a%2Fb',
    'signalbox://app/publisher%3Flook%3Drollback',
    'signalbox://app/publisher%23x',
    'signalbox://app/publisher?environment=a%26look%3Drollback',
    'signalbox://app/%',
    'signalbox://app/%00',
    'signalbox://app/--estate',
    `signalbox://app/${'a'.repeat(101)}`,
    `signalbox://app/publisher?x=${'a'.repeat(500)}`,
    'signalbox://user:secret@app/publisher',
    'signalbox://app:80/publisher',
    'signalbox://operation/1',
    `signalbox://operation/${id}/extra`,
    'signalbox://rollback/publisher',
    'signalbox://moment/2026-13-45T99:99Z',
    'signalbox://moment/yesterday',
    'signalbox://deploy/publisher/production/v1',
    'signalbox://settings',
    'signalbox://app.example.org/publisher',
    'signalbox://example.org/app/publisher',
    'signalbox:///app/publisher',
    'signalbox:app/publisher',
    'signalbox:javascript:alert(1)',
    'signalbox://app/publisher\u0000',
    'signalbox://app/publi%0asher',
    'signalbox://app/publi\u202esher',
    'signalbox://app/%F0%9F%92%A9',
    'signalbox://app/%252e%252e',
    'signalbox://app//publisher',
    'signalbox://app/publisher?environment=../../x',
    'signalbox://app/publisher?environment=%00',
    'signalbox://freezes/1',
    'signalbox://environment/staging/../../settings',
    `signalbox://${'a/'.repeat(100_000)}`,
    `signalbox://app/${'%41'.repeat(200)}`,
    'https://example.org/app/publisher',
    'javascript:alert(1)',
    'file:///etc/passwd',
  ])('%s', (link) => {
    expect(placeOfLink(link)).toBe(noSuchPlace);
  });
});

test('what is meant for us is told from options and paths', () => {
  expect(['signalbox://app/x', 'Signalbox:x'].every(isLink)).toBe(true);
  expect(['--estate', '/srv/signalbox://x', 'https://x', ''].some(isLink)).toBe(false);
});

test('links that are made for messages lead where they say, or are not made', () => {
  expect(placeOfLink(appLink('frontend', 'production') ?? '')).toBe(
    '/apps/frontend?environment=%22production%22',
  );

  expect(placeOfLink(operationLink(id) ?? '')).toBe(`/operations/${id}`);
  expect(placeOfLink(freezesLink)).toBe('/freezes');
  for (const bad of ['../x', 'a b', 'a&b=c', 'a#b', '', 'a>b|c', 'x'.repeat(200)]) {
    expect(appLink(bad, 'production')).toBeNull();
    expect(appLink('frontend', bad)).toBeNull();
    expect(operationLink(bad)).toBeNull();
  }
});
