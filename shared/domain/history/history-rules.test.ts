import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { csvRecords } from './history-csv';
import { distributionOf, periodOf } from './history-figures';
import { deploymentKind, eventsBetween, isForward, nothingSaid, readFileState } from './history-rules';

/** One cell, as it stands between others. */
const csvCell = (value: string | null): string => csvRecords([['x', value, 'x']]).slice(2, -4);

describe('reading a version of an image-tag file', () => {
  it('reads plain files as a YAML parser does', () => {
    const line = fc.oneof(
      fc
        .constantFrom('v1', 'v20', 'latest', 'release-1.2_3', 'true', '"v1"', "'7'", '123', '')
        .map((tag) => `image_tag: ${tag}`),
      fc.constantFrom('true', 'false', 'True').map((value) => `automatic_deploys_enabled: ${value}`),
      fc.constantFrom('true', 'false', 'FALSE').map((value) => `promote_deployment: ${value}`),
      fc.constantFrom('manual_deployment: true', '# a comment', ''),
    );
    fc.assert(
      fc.property(fc.uniqueArray(line, { selector: (text) => text.split(':')[0], maxLength: 5 }), (lines) => {
        const text = lines.map((one) => `${one}\n`).join('');
        const read = (parse(text, { schema: 'failsafe' }) ?? {}) as Record<string, string>;
        const flag = (value: string | undefined) => (value === undefined ? null : /true/i.test(value));
        expect(readFileState(text)).toEqual({
          version: read.image_tag ?? null,
          automaticDeploys: flag(read.automatic_deploys_enabled),
          promote: flag(read.promote_deployment),
        });
      }),
    );
  });

  it.each([
    ['<<<<<<< HEAD\nimage_tag: v1\n=======\nimage_tag: v2\n>>>>>>> b\n', 'v1'],
    ['image_tag: v1\nimage_tag: v2\n', 'v2'],
    ['image_tag:\n', ''],
    ['image_tag: null\n', ''],
    ['image_tag: latest \nautomatic_deploys_enabled: true\n', 'latest'],
    ['image_tag: [v1]\n', null],
    ['automatic_deploys_enabled: true\n', null],
    ['', null],
    ['\u0000\u0001', null],
  ])('finds in %j the version %j', (text, version) => {
    expect(readFileState(text).version).toBe(version);
  });
});

describe('what a change means', () => {
  const state = (
    version: string | null,
    automaticDeploys: boolean | null = null,
    promote: boolean | null = null,
  ) => ({
    version,
    automaticDeploys,
    promote,
  });
  it.each([
    [nothingSaid, state('v1'), ['appeared', 'deployment']],
    [nothingSaid, state('v1', false, true), ['appeared', 'deployment', 'hold-set', 'promotion-on']],
    [state('v1'), state('v1', true, false), []],
    [state('v1', false), state('v1'), ['hold-released']],
    [state('v1', null, true), state('v2', null, false), ['deployment', 'promotion-off']],
    [state('v1'), state(''), ['deployment']],
    [state('v1', false), nothingSaid, ['gone']],
    [state(null, true), state('v1', true), ['deployment']],
    [nothingSaid, nothingSaid, []],
  ])('%j to %j: %j', (before, after, events) => {
    expect(eventsBetween(before, after)).toEqual(events);
  });

  const signs = {
    trailerKind: null,
    returns: false,
    forward: false,
    ranElsewhere: false,
    pipeline: true,
    promote: true,
  };
  it.each([
    [{ ...signs, trailerKind: 'bag', returns: true }, 'bag'],
    [{ ...signs, trailerKind: 'deploy', returns: true, promote: false }, 'deploy'],
    [{ ...signs, trailerKind: 'nonsense' }, 'automatic'],
    [{ ...signs, returns: true, ranElsewhere: true }, 'promote'],
    [{ ...signs, returns: true }, 'automatic'],
    [{ ...signs, returns: true, ranElsewhere: true, promote: false }, 'rollback'],
    [{ ...signs, returns: true, pipeline: false }, 'rollback'],
    [{ ...signs, returns: true, promote: null }, 'rollback'],
    [{ ...signs, returns: true, promote: false, forward: true }, 'manual'],
    [{ ...signs, returns: true, pipeline: false, forward: true }, 'manual'],
    [{ ...signs, returns: true, promote: null, forward: true }, 'automatic'],
    [{ ...signs, pipeline: false, ranElsewhere: true }, 'manual'],
    [{ ...signs, promote: false, ranElsewhere: true }, 'manual'],
    [{ ...signs, ranElsewhere: true }, 'promote'],
    [signs, 'automatic'],
  ] as const)('%j is of kind %s', (given, kind) => {
    expect(deploymentKind(given)).toBe(kind);
  });

  it.each([
    ['v106', 'v105', true],
    ['v105', 'v106', false],
    ['v105', null, true],
    ['v105', '', true],
    ['a'.repeat(40), 'b'.repeat(40), false],
  ])('%s in the place of %s goes back from nothing: %s', (to, from, forward) => {
    expect(isForward(to, from)).toBe(forward);
  });
});

describe('export and figures', () => {
  it('lets no cell become a formula', () => {
    for (const sign of ['=', '+', '-', '@', '\t=', '\r=', ' ='])
      expect(csvCell(`${sign}1+1`)).toMatch(/^"?'/);
    expect([csvCell('a,b'), csvCell('say "x"'), csvCell(null), csvCell('plain')]).toEqual([
      '"a,b"',
      '"say ""x"""',
      '',
      'plain',
    ]);
  });

  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ['UTC', ['2026-03-01', '2026-02-23', '2026-03']],
    ['Asia/Kathmandu', ['2026-03-02', '2026-03-02', '2026-03']],
    ['America/St_Johns', ['2026-03-01', '2026-02-23', '2026-03']],
  ])('counts periods by the calendar of this machine: %s', (zone, expected) => {
    vi.stubEnv('TZ', zone);
    const time = Date.parse('2026-03-01T23:30:00Z');
    expect([periodOf(time, 'day'), periodOf(time, 'week'), periodOf(time, 'month')]).toEqual(expected);
  });

  it('knows the month and the week that a day with a change of clocks lies in', () => {
    vi.stubEnv('TZ', 'Europe/London');
    // Half past midnight on Monday 1 June there; the clocks went forward on Sunday 29 March.
    expect(periodOf(Date.parse('2026-05-31T23:30:00Z'), 'month')).toBe('2026-06');
    expect(periodOf(Date.parse('2026-05-31T23:30:00Z'), 'week')).toBe('2026-06-01');
    expect(periodOf(Date.parse('2026-03-29T22:30:00Z'), 'week')).toBe('2026-03-23');
  });

  it('takes the middle and the nearest rank', () => {
    expect(distributionOf([4, 1, 3, 2])).toEqual({ median: 2.5, p90: 4, count: 4 });
    expect(distributionOf([])).toBeNull();
  });
});
