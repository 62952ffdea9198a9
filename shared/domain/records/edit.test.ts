import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openEnum } from './open-enum';
import { type RecordForm, readRecord } from './read-record';
import { writeRecord } from './write-record';

const schema = z.object({
  token: z.number(),
  held: z
    .object({ by: z.string(), kind: openEnum(['bag', 'manual']), until: z.string().nullable() })
    .nullable(),
  changed: z.array(z.object({ environment: z.string(), flag: z.boolean().nullable() })).default([]),
  tests: z.record(z.string(), z.string()).default({}),
});
type Value = z.infer<typeof schema>;
const form: RecordForm<Value> = { schema };

function after(before: string, change: (value: Value) => Value): string {
  const read = readRecord(form, before);
  if (!read.ok) throw new Error(read.reason);
  const written = writeRecord(form, before, change(read.value));
  if (!written.ok) throw new Error(written.reason);
  return written.text;
}
const ada = { by: 'Ada', kind: 'bag', until: null } as const;
const release = (value: Value): Value => ({ ...value, held: null });
const take = (value: Value): Value => ({ ...value, token: value.token + 1, held: ada });

describe('a record changed in place', () => {
  it.each<[string, string, (value: Value) => Value, string]>([
    [
      'a value, beside a comment',
      'version: 1\ntoken: 1 # of many\nheld: null\n',
      (value) => ({ ...value, token: 2 }),
      'version: 1\ntoken: 2 # of many\nheld: null\n',
    ],
    [
      'nothing becomes a mapping, in the middle of the file',
      '# why\ntoken: 1\nheld: null # free\nfuture: keep me\n',
      take,
      '# why\nversion: 1\ntoken: 2\nheld: # free\n  by: Ada\n  kind: bag\n  until: null\nfuture: keep me\n',
    ],
    [
      'a mapping becomes nothing, and takes with it what stands in it',
      'version: 1\nheld: # who\n  by: Ada\n  # theirs\n  kind: bag\n  theirs: [1, 2]\n  until: null\n# between\ntoken: 1\n',
      release,
      'version: 1\nheld: null # who\n# between\ntoken: 1\n',
    ],
    [
      'a mapping that stays keeps what is not known in it',
      'version: 1\ntoken: 1\nheld:\n  by: Ada # first\n  note: {deep: [1, {a: b}]}\n  kind: bag\n  until: null\n',
      (value) => ({ ...value, held: { ...ada, by: 'Grace Hopper', until: '2026-03-01T10:00:00Z' } }),
      'version: 1\ntoken: 1\nheld:\n  by: Grace Hopper # first\n  note: {deep: [1, {a: b}]}\n  kind: bag\n  until: "2026-03-01T10:00:00Z"\n',
    ],
    [
      'no last line end',
      'version: 1\ntoken: 1\nheld:',
      take,
      'version: 1\ntoken: 2\nheld:\n  by: Ada\n  kind: bag\n  until: null',
    ],
    [
      'lines that end as they do on Windows, and a byte order mark',
      '\ufefftoken: 1\r\nheld: null\r\nfuture: keep me\r\n',
      take,
      '\ufeffversion: 1\r\ntoken: 2\r\nheld:\r\n  by: Ada\r\n  kind: bag\r\n  until: null\r\nfuture: keep me\r\n',
    ],
    [
      'brackets',
      '{"token": 1, "held": null, "future": {"keep": "me"}}\n',
      take,
      '{"version": 1, "token": 2, "held": {"by": "Ada", "kind": "bag", "until": null}, "future": {"keep": "me"}}\n',
    ],
    [
      'brackets over many lines',
      '{\n  "version": 1, # ours\n  "token": 1,\n  "held": { "by": "Ada", "kind": "bag", "until": null, "x": 1 }\n}\n',
      release,
      '{\n  "version": 1, # ours\n  "token": 1,\n  "held": null\n}\n',
    ],
    [
      'an empty version',
      'version:\ntoken: 1\nheld: ~\n',
      (value) => ({ ...value, token: 2 }),
      'version: 1\ntoken: 2\nheld: ~\n',
    ],
    [
      'a version in quotes stays as it is',
      "version: '1'\ntoken: 1\nheld: null\n",
      (value) => ({ ...value, token: 2 }),
      "version: '1'\ntoken: 2\nheld: null\n",
    ],
    [
      'a list: one item goes, one changes, one comes',
      'version: 1\ntoken: 1\nheld: null\nchanged:\n  - environment: a # first\n    flag: true\n  # second\n  - environment: b\n    theirs: keep me\n    flag: null\n',
      (value) => ({
        ...value,
        changed: [
          { environment: 'b', flag: true },
          { environment: 'c', flag: false },
        ],
      }),
      'version: 1\ntoken: 1\nheld: null\nchanged:\n  # second\n  - environment: b\n    theirs: keep me\n    flag: true\n  - environment: c\n    flag: false\n',
    ],
    [
      'a list that grows from nothing',
      'version: 1\nchanged: []\ntoken: 1\nheld: null\n',
      (value) => ({ ...value, changed: [{ environment: 'a', flag: null }] }),
      'version: 1\nchanged:\n  - environment: a\n    flag: null\ntoken: 1\nheld: null\n',
    ],
    [
      'a list without indent that goes',
      'version: 1\nchanged:\n- environment: a\n  flag: null\n# end\ntoken: 1\nheld: null\n',
      (value) => ({ ...value, changed: [] }),
      'version: 1\nchanged: []\n# end\ntoken: 1\nheld: null\n',
    ],
    [
      'a key of a map of names',
      'version: 1\ntoken: 1\nheld: null\ntests:\n    smoke: passed # quick\n',
      (value) => ({ ...value, tests: { ...value.tests, 'on: x': 'yes' } }),
      'version: 1\ntoken: 1\nheld: null\ntests:\n    smoke: passed # quick\n    "on: x": "yes"\n',
    ],
    [
      'what follows the first document',
      '---\nversion: 1\ntoken: 1\nheld: null\n...\n# after\n---\nother: 1\n',
      take,
      '---\nversion: 1\ntoken: 2\nheld:\n  by: Ada\n  kind: bag\n  until: null\n...\n# after\n---\nother: 1\n',
    ],
    [
      'a word of a newer console stays as it is while the rest changes',
      'version: 1\ntoken: 1\nheld:\n  by: Ada\n  kind: scheduled # new\n  until: null\n',
      (value) => ({ ...value, token: 2, held: value.held && { ...value.held, by: 'Grace' } }),
      'version: 1\ntoken: 2\nheld:\n  by: Grace\n  kind: scheduled # new\n  until: null\n',
    ],
    [
      'a value that is an alias',
      'version: 1\nfuture: &f 1\ntoken: *f\nheld: null\n',
      (value) => ({ ...value, token: 2 }),
      'version: 1\nfuture: &f 1\ntoken: 2\nheld: null\n',
    ],
    [
      'a text in a block',
      'version: 1\ntoken: 1\nheld:\n  by: |\n    Ada\n    Lovelace\n  kind: bag\n  until: null\nfuture: >-\n  keep\n  me\n',
      (value) => ({ ...value, held: value.held && { ...value.held, by: 'Grace' } }),
      'version: 1\ntoken: 1\nheld:\n  by: Grace\n  kind: bag\n  until: null\nfuture: >-\n  keep\n  me\n',
    ],
  ])('%s', (_, before, change, wanted) => {
    expect(after(before, change)).toBe(wanted);
  });

  it('keeps the comments of a file that says nothing', () => {
    const written = writeRecord(form, '# why\n', { token: 1, held: null, changed: [], tests: {} });
    expect(written).toEqual({
      ok: true,
      text: '# why\nversion: 1\ntoken: 1\nheld: null\nchanged: []\ntests: {}\n',
    });
  });

  it.each([
    [
      'a value that others point to',
      'version: 1\nheld: &h {by: Ada, kind: bag, until: null}\nfuture: *h\ntoken: 1\n',
    ],
    ['a key with a question mark', 'version: 1\n? held\n: {by: Ada, kind: bag, until: null}\ntoken: 1\n'],
  ])('is refused, and nothing lost, where it is written as %s', (_, before) => {
    const read = readRecord(form, before);
    expect(read.ok && writeRecord(form, before, release(read.value))).toMatchObject({
      ok: false,
      newer: false,
    });
  });
});
