import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { put, type RecordChange, recordFiles, remove } from './record-change';
import { readEntry } from './record-entry';
import { type RecordKind, type RecordOf, recordKinds } from './record-kinds';
import { chance, grown, lost } from './testing/grow';
import { samples } from './testing/samples';

/** More of them by hand: `SIGNALBOX_RECORD_RUNS=5000 npx vitest run shared/domain/records/survival.test.ts`. */
const runs = Number(process.env.SIGNALBOX_RECORD_RUNS || 25);

const kinds = Object.keys(recordKinds) as RecordKind[];

function written(change: RecordChange, before: string | null): string {
  const files = recordFiles([change], () => before);
  if (!files.ok) throw new Error(`${files.failure.message}\n${before}`);
  const text = files.value.get(change.path);
  if (typeof text !== 'string') throw new Error('gone');
  return text;
}

describe.each(kinds)('a record of the kind %s', (kind) => {
  const value = samples[kind] as fc.Arbitrary<RecordOf<RecordKind>>;
  const anyPut = (one: RecordOf<RecordKind>) => put(kind, one as never);

  it('carries its version first', () => {
    fc.assert(
      fc.property(value, (one) => {
        expect(written(anyPut(one), null)).toMatch(/^version: 1\n/);
      }),
      { numRuns: 10 },
    );
  });

  it('keeps, at every rewrite, the keys that are not known, their order and comments', () => {
    fc.assert(
      fc.property(value, value, fc.integer(), (one, two, seed) => {
        const before = grown(written(anyPut(one), null), chance(seed));
        // Whatever the second says, it lies at the path of the first.
        const change = { ...anyPut(two), path: anyPut(one).path };
        const after = written(change, before);
        expect(lost(before, after), `${before}\n→\n${after}`).toEqual([]);
        const path = anyPut(two).path;
        const there = readEntry(path, after);
        expect(there?.found).toEqual(readEntry(path, written(anyPut(two), null))?.found);
        expect(written(change, after)).toBe(after);
      }),
      { numRuns: runs },
    );
  });

  it.each(['2', '"2"', '3 # of tomorrow', '99999999999999999999', '1.5', '0', '-1', 'one', '[1]', 'true'])(
    'is never written where its version is %s',
    (version) => {
      fc.assert(
        fc.property(value, value, fc.integer(), (one, two, seed) => {
          const text = written(anyPut(one), null).replace(/^version: 1/, `version: ${version}`);
          const before = chance(seed)() < 0.5 ? text : text.replace(/^(.*\n)([\s\S]*)$/, '$2$1');
          const { path } = anyPut(one);
          for (const change of [
            { ...anyPut(two), path },
            { ...remove(kind, {}), path },
          ]) {
            const files = recordFiles([change], () => before);
            expect(files.ok, before).toBe(false);
            const newer = /^(?:"?2|3|9{20})/.test(version);
            expect(!files.ok && files.failure).toMatchObject(
              newer
                ? {
                    code: 'refused',
                    message: `${path} was written by a newer Signalbox; update to change it.`,
                  }
                : { code: 'bad-data', message: expect.stringContaining('must be a whole number from 1 up') },
            );
          }
        }),
        { numRuns: 2 },
      );
    },
  );

  it.each(['1', '"1"', '1.0', '', 'null', '~', null])('is of version 1 where it says %s', (version) => {
    fc.assert(
      fc.property(value, (one) => {
        const text = written(anyPut(one), null).replace(
          /^version: 1\n/,
          version === null ? '' : `version: ${version}\n`,
        );
        expect(readEntry(anyPut(one).path, text)?.found).toEqual({ ok: true, value: expect.anything() });
        expect(written(anyPut(one), text)).toMatch(/^version: (?:1|"1"|1\.0) ?\n/);
      }),
      { numRuns: 5 },
    );
  });

  it('of a newer version is read as far as it is known, and says so', () => {
    fc.assert(
      fc.property(value, fc.integer(), (one, seed) => {
        const text = grown(written(anyPut(one), null).replace('version: 1', 'version: 2'), chance(seed));
        const { path } = anyPut(one);
        expect(readEntry(path, text)?.found).toEqual({
          ...readEntry(path, written(anyPut(one), null))?.found,
          newer: expect.objectContaining({ message: expect.stringContaining('newer Signalbox') }),
        });
        expect(readEntry(path, 'version: 2\nshape: another\n')?.found).toMatchObject({
          ok: false,
          failure: {
            message: expect.stringContaining('written by a newer Signalbox (version 2); update to read it'),
          },
          newer: {},
        });
      }),
      { numRuns: 5 },
    );
  });
});

describe('a file that cannot be read at all', () => {
  const pin = samples.pin as fc.Arbitrary<RecordOf<'pin'>>;
  const [one] = fc.sample(pin, { numRuns: 1, seed: 1 });
  const broken = '<<<<<<< ours\nversion: 1\n=======\nversion: 2\n>>>>>>> theirs\n';
  it.each([
    ['is written again by who says what it should say', broken.replace('version: 2', 'version: 1'), true],
    ['is left alone where one of its halves is of a newer Signalbox', broken, false],
    [
      'is left alone where a key that is there twice is of a newer Signalbox',
      'version: 2\nversion: 1\n',
      false,
    ],
  ])('%s', (_, text, may) => {
    if (!one) throw new Error('no sample');
    expect(recordFiles([put('pin', one)], () => text).ok).toBe(may);
    expect(recordFiles([remove('pin', one)], () => text).ok).toBe(may);
  });
});
