import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LogView, wholeLog } from '../../shared/contract/logs';
import { LogStore, timeOf } from './log-store';
import type { StoreLimits } from './protocol';
import { Spill } from './spill';

let folder: string;
const open: LogStore[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-logs-'));
});
afterEach(() => {
  for (const store of open.splice(0)) store.close();
  rmSync(folder, { recursive: true, force: true });
});

function storeOf(view: Partial<LogView> = {}, limits: Partial<StoreLimits> = {}): LogStore {
  const store = new LogStore({
    folder: join(folder, String(open.length)),
    view: { ...wholeLog, ...view },
    limits,
    generation: 1,
    notice: null,
  });
  open.push(store);
  return store;
}
const small = { pageLines: 7, pageCharacters: 2000 };
const stamp = (ms: number): string => new Date(1_767_225_600_000 + ms).toISOString().replace('Z', '000000Z');
const finding = (text: string, more: Partial<LogView['find']> = {}): Partial<LogView> => ({
  find: { text, regex: false, matchCase: false, filter: false, ...more },
});
const texts = (store: LogStore): string[] => {
  const { first, end } = store.changes();
  return store.window(first, end - first).lines.map((line) => line.text);
};
const finish = (store: LogStore): void => {
  while (store.look());
};

describe('timeOf', () => {
  it.each([
    ['2026-01-01T00:00:00Z', 1_767_225_600_000],
    ['2026-01-01T00:00:00.5Z', 1_767_225_600_500],
    ['2026-01-01T00:00:00.001250000Z', 1_767_225_600_001.25],
    ['2026-01-01T01:00:00.001250+01:00', 1_767_225_600_001.25],
  ])('%s', (at, expected) => {
    expect(timeOf(at)).toBe(expected);
  });
});

describe('a log store', () => {
  it('merges sources by time, and keeps lines of equal time as they came', () => {
    const store = storeOf();
    store.append(0, [
      { at: stamp(1), text: 'a1' },
      { at: stamp(5), text: 'a5' },
      { at: stamp(9), text: 'a9' },
    ]);
    expect(store.changes().changedFrom).toBe(0);
    store.append(1, [
      { at: stamp(5), text: 'b5' },
      { at: stamp(7), text: 'b7' },
    ]);
    expect(store.changes()).toMatchObject({ changedFrom: 2, end: 5 });
    expect(texts(store)).toEqual(['a1', 'a5', 'b5', 'b7', 'a9']);
    store.append(1, [{ at: null, text: 'of the same time as b7' }]);
    expect(texts(store)).toEqual(['a1', 'a5', 'b5', 'b7', 'of the same time as b7', 'a9']);
    expect(store.window(1, 2).lines.map(({ number, source }) => [number, source])).toEqual([
      [2, 0],
      [3, 1],
    ]);
  });

  it('shows what a slow and obvious sort would, whatever comes and is filtered (property)', () => {
    const line = fc.record({
      source: fc.nat(2),
      at: fc.nat(30),
      text: fc.constantFrom('one', 'two ERROR', 'WARN three', 'INFO four', '{"level":"error"}'),
    });
    const grave: Record<string, number> = { one: 0, 'INFO four': 2, 'WARN three': 3, 'two ERROR': 4 };
    const view = fc.record({
      hidden: fc.subarray([0, 1, 2]),
      severity: fc.constantFrom('all' as const, 'warn' as const, 'error' as const),
      find: fc.record({
        text: fc.constantFrom('', 'e', 'ERR', 'o'),
        regex: fc.boolean(),
        matchCase: fc.boolean(),
        filter: fc.boolean(),
      }),
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(line, { maxLength: 12 }), { maxLength: 12 }),
        view,
        fc.nat(12),
        (batches, wanted, at) => {
          const store = storeOf({}, { spill: small });
          batches.forEach((batch, index) => {
            if (index === at) store.setView(wanted);
            for (const source of [0, 1, 2]) {
              const own = batch.filter((one) => one.source === source);
              if (own.length > 0)
                store.append(
                  source,
                  own.map(({ at: ms, text }) => ({ at: stamp(ms), text })),
                );
            }
            store.look();
          });
          if (at >= batches.length) store.setView(wanted);
          finish(store);
          const least = { all: 0, warn: 3, error: 4 }[wanted.severity];
          const { find } = wanted;
          const hits = (text: string) =>
            find.text !== '' &&
            (find.matchCase
              ? text.includes(find.text)
              : text.toLowerCase().includes(find.text.toLowerCase()));
          const expected = batches
            .flatMap((batch) => [0, 1, 2].flatMap((source) => batch.filter((one) => one.source === source)))
            .map((one, arrival) => ({ ...one, arrival }))
            .sort((a, b) => a.at - b.at || a.arrival - b.arrival)
            .filter(({ source }) => !wanted.hidden.includes(source))
            .filter(({ text }) => (grave[text] ?? 4) >= least)
            .filter(({ text }) => !find.filter || find.text === '' || hits(text));
          const changes = store.changes();
          const { lines } = store.window(changes.first, 1000);
          expect(lines.map(({ id, text }) => [id, text])).toEqual(
            expected.map(({ arrival, text }) => [arrival, text]),
          );
          const count = expected.filter(({ text }) => hits(text)).length;
          expect(changes.found).toEqual(find.text === '' ? null : { count, complete: true });
          // Stepping from hit to hit meets each once, in both directions.
          for (const direction of [1, -1] as const) {
            const met: number[] = [];
            let place: number | null = null;
            for (let step = 0; step < count; step += 1) {
              const next = store.seek(place, direction);
              place = next.place;
              met.push(next.index);
            }
            const every = Array.from({ length: count }, (_, index) => index + 1);
            expect(met).toEqual(direction === 1 ? every : every.reverse());
          }
          for (const { id } of lines) expect(store.locate(id)).toBe(lines.findIndex((one) => one.id === id));
          store.close();
          open.pop();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('lets the oldest go, in lines and in bytes, and says how many', () => {
    for (const limits of [
      { lines: 100, spill: small },
      { spill: { ...small, bytes: 4000, segmentBytes: 1000 } },
    ]) {
      for (const view of [{}, finding('line', { filter: true }), { severity: 'all' as const, hidden: [3] }]) {
        const store = storeOf(view, limits);
        for (let batch = 0; batch < 60; batch += 1)
          store.append(
            0,
            Array.from({ length: 10 }, (_, index) => ({
              at: stamp(batch * 10 + index),
              text: `line ${batch * 10 + index}`,
            })),
          );
        finish(store);
        const { first, end, kept, dropped } = store.changes();
        expect(kept + dropped).toBe(600);
        expect(dropped).toBeGreaterThan(300);
        expect([first, end]).toEqual([dropped, 600]);
        const { lines } = store.window(first, 1000);
        expect(lines.map(({ text }) => text)).toEqual(
          Array.from({ length: kept }, (_, index) => `line ${dropped + index}`),
        );
        expect(lines[0]?.number).toBe(dropped + 1);
      }
    }
  });

  it('cuts long lines for the window and has them whole', () => {
    const store = storeOf();
    const long = `\u001b[31m${'😀'.repeat(600_000)}`;
    store.append(0, [{ at: stamp(1), text: long }]);
    const [shown] = store.changes().tail.lines;
    expect(shown?.whole).toBe(long.length);
    expect(shown?.text.length).toBeLessThanOrEqual(4000);
    expect(() => encodeURIComponent(shown?.text ?? '')).not.toThrow();
    expect(store.line(0).text).toBe('😀'.repeat(600_000));
    expect([...store.texts('all', false)].map(({ text }) => text).join('')).toBe(`${'😀'.repeat(600_000)}\n`);
  });

  it('finds by expression, case and plain text through colours, and marks where', () => {
    const store = storeOf(finding('b.d', { regex: true }));
    store.append(0, [
      { at: stamp(1), text: 'a\u001b[31mbc\u001b[0md BCD' },
      { at: stamp(2), text: 'b.d' },
      { at: stamp(3), text: 'nothing' },
    ]);
    expect(store.changes().tail.lines.map(({ hits }) => hits)).toEqual([
      [
        [1, 4],
        [5, 8],
      ],
      [[0, 3]],
      [],
    ]);
    store.setView({ ...wholeLog, ...finding('b.d') });
    finish(store);
    expect(store.changes()).toMatchObject({ found: { count: 1, complete: true } });
    store.setView({ ...wholeLog, ...finding('BCD', { matchCase: true }) });
    finish(store);
    expect(store.changes().tail.lines[0]?.hits).toEqual([[5, 8]]);
  });

  it('says what is wrong with an expression, and gives up one that takes for ever', () => {
    const store = storeOf(finding('(', { regex: true }));
    expect(store.changes().problem).toMatch(/Invalid regular expression/);
    store.append(0, [{ at: stamp(1), text: `${'a'.repeat(60)}!` }]);
    store.setView({ ...wholeLog, ...finding('^(a+)+$', { regex: true, filter: true }) });
    finish(store);
    expect(store.changes()).toMatchObject({
      found: null,
      problem: expect.stringContaining('too long'),
      tail: { lines: [{ text: `${'a'.repeat(60)}!` }] },
    });
    // It goes on being a log.
    store.append(0, [{ at: stamp(2), text: 'next' }]);
    store.setView({ ...wholeLog, ...finding('next') });
    finish(store);
    expect(store.changes().found).toEqual({ count: 1, complete: true });
  });

  it('takes a stack trace for a part of its error, and keeps remarks out of what is saved', () => {
    const store = storeOf({ severity: 'error' });
    store.append(0, [
      { at: stamp(1), text: 'INFO fine' },
      { at: stamp(2), text: 'TypeError: x is undefined' },
      { at: stamp(3), text: '    at somewhere' },
      { at: null, text: 'app was started again', note: true },
      { at: stamp(4), text: 'plain' },
    ]);
    expect(texts(store)).toEqual(['TypeError: x is undefined', '    at somewhere', 'app was started again']);
    expect([...store.texts('shown', true)].map(({ text }) => text).join('')).toBe(
      `${stamp(2)} TypeError: x is undefined\n${stamp(3)}     at somewhere\n`,
    );
  });
});

describe('a spill', () => {
  it('reads back what it was given, in any order, and deletes it at the end', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 60 }), (lines) => {
        const spill = new Spill(join(folder, 'spill'), { pageLines: 5, segmentBytes: 200 });
        for (const text of lines) spill.append([null, text]);
        expect(lines.map((_, number) => spill.line(number)?.[1])).toEqual(lines);
        const run: string[] = [];
        for (let from = 0; from < spill.end; from = run.length)
          for (const [, text] of spill.run(from)) run.push(text);
        expect(run).toEqual(lines);
        spill.close();
      }),
    );
  });

  it('keeps the newest lines in memory when the disk takes nothing', () => {
    const spill = new Spill(join(folder, 'full'), { pageLines: 10, memoryCharacters: 3000 });
    rmSync(join(folder, 'full'), { recursive: true });
    writeFileSync(join(folder, 'full'), 'a file in its place');
    for (let line = 0; line < 1000; line += 1) spill.append([null, `line ${line}`]);
    expect(spill.problem).toBe('EEXIST');
    expect(spill.first).toBeGreaterThan(800);
    expect(spill.line(999)?.[1]).toBe('line 999');
    expect(spill.line(spill.first)?.[1]).toBe(`line ${spill.first}`);
    expect(spill.line(spill.first - 1)).toBeUndefined();
    spill.close();
  });
});
