import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptLines, LogBuffer } from '../../data/log-buffer';
import { pieces, plain, severityOf } from './ansi';
import { matcherOf, noHits, search, step } from './find';
import { follow, followStart, newLines } from './follow';

const esc = '\u001b';
const must = (query: string, regex = false) => {
  const matcher = matcherOf(query, regex);
  if (matcher === null || typeof matcher === 'string') throw new Error(`no matcher: ${matcher}`);
  return matcher;
};

describe('following', () => {
  it('stops when one scrolls up, counts what comes, and is taken up again at the end', () => {
    let state = follow(followStart, { type: 'lines', total: 100 });
    expect(newLines(state, 100)).toBe(0);
    state = follow(state, { type: 'scrolled', up: true, atEnd: false, total: 100 });
    expect(state.following).toBe(false);
    state = follow(state, { type: 'lines', total: 130 });
    expect(newLines(state, 130)).toBe(30);
    expect(follow(state, { type: 'scrolled', up: false, atEnd: false, total: 130 }).following).toBe(false);
    expect(follow(state, { type: 'scrolled', up: false, atEnd: true, total: 130 })).toEqual({
      following: true,
      seen: 130,
    });
    expect(follow(state, { type: 'to-end', total: 130 }).following).toBe(true);
  });
  it('is not stopped by lines that push the view down', () => {
    const state = follow(followStart, { type: 'scrolled', up: false, atEnd: false, total: 50 });
    expect(state.following).toBe(true);
  });
});

describe('finding', () => {
  const lines = ['one', 'Error: two', 'three', 'error four', 'five'];
  const text = (n: number) => lines[n] ?? '';

  it('finds regardless of case, in slices, and in lines that come later', () => {
    const matcher = must('error');
    let hits = search(noHits, matcher, text, 0, 3, 2);
    expect(hits).toEqual({ lines: [1], next: 2 });
    hits = search(hits, matcher, text, 0, 3, 2);
    hits = search(hits, matcher, text, 0, 5, 10);
    expect(hits).toEqual({ lines: [1, 3], next: 5 });
    expect(search(hits, matcher, text, 0, 5, 10)).toBe(hits);
  });
  it('forgets hits in lines that were let go', () => {
    const hits = search({ lines: [1, 3], next: 5 }, must('error'), text, 2, 5, 10);
    expect(hits.lines).toEqual([3]);
  });
  it('steps to the next and previous hit, going round', () => {
    const hits = { lines: [2, 5, 9], next: 10 };
    expect(step(hits, null, 1)).toBe(2);
    expect(step(hits, null, -1)).toBe(9);
    expect(step(hits, 5, 1)).toBe(9);
    expect(step(hits, 9, 1)).toBe(2);
    expect(step(hits, 2, -1)).toBe(9);
    expect(step(noHits, 3, 1)).toBeNull();
  });
  it('takes plain text literally and says what is wrong with a pattern', () => {
    expect(must('a.c').hits('abc')).toBe(false);
    expect(must('a.c', true).hits('abc')).toBe(true);
    expect(must('[', false).ranges('a[b[')).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(typeof matcherOf('[', true)).toBe('string');
    expect(matcherOf('', false)).toBeNull();
  });
  it('does not stand still at hits of no length', () => {
    expect(must('x*', true).ranges('axxb')).toEqual([[1, 3]]);
  });
});

describe('lines', () => {
  it('are plain without their colours and control characters', () => {
    expect(plain(`${esc}[32m  ✓${esc}[39m ok\r\u0007`)).toBe('  ✓ ok');
  });
  it('are cut where colour or hit changes, and lose nothing', () => {
    const cut = pieces(`a${esc}[31mbcd${esc}[0me`, must('cde').ranges('abcde'));
    expect(cut.map((piece) => [piece.text, piece.classes, piece.hit])).toEqual([
      ['a', '', false],
      ['b', 'ansi-red', false],
      ['cd', 'ansi-red', true],
      ['e', '', true],
    ]);
  });
  it('keep their text whatever they hold', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom(`${esc}[31m`, `${esc}[1;32m`, `${esc}[0m`, `${esc}[38;5;196m`, `${esc}[38;2;1;2;3m`),
    );
    fc.assert(
      fc.property(fc.array(part), fc.string({ minLength: 1, maxLength: 2 }), (parts, query) => {
        const line = parts.join('');
        const shown = pieces(line, must(query).ranges(plain(line)));
        expect(shown.map((piece) => piece.text).join('')).toBe(plain(line));
      }),
    );
  });
  it.each([
    ['ERROR Timed out', 'error'],
    ['{"level":"error","msg":"x"}', 'error'],
    ['{"level":"info","msg":"no error at all"}', null],
    ['WARN  retrying', 'warn'],
    ['TypeError: x is undefined', 'error'],
    ['0 errors found', null],
    ['Running 24 tests', null],
  ])('tells how grave %s is', (line, severity) => {
    expect(severityOf(line)).toBe(severity);
  });
});

describe('the buffer', () => {
  const line = (n: number) => ({ at: null, text: `line ${n}` });
  it('keeps the newest lines and says how many it let go', () => {
    const buffer = new LogBuffer();
    const batch = (from: number, size: number) =>
      Array.from({ length: size }, (_, index) => line(from + index));
    buffer.take({ type: 'lines', lines: batch(0, keptLines) });
    expect(buffer.dropped).toBe(0);
    buffer.take({ type: 'lines', lines: batch(keptLines, 30_000) });
    expect(buffer.length).toBe(keptLines);
    expect(buffer.dropped).toBe(30_000);
    expect(buffer.line(0)?.text).toBe('line 30000');
    expect(buffer.line(keptLines - 1)?.text).toBe(`line ${keptLines + 29_999}`);
  });
  it('tells its readers only when published', () => {
    const buffer = new LogBuffer();
    let told = 0;
    const stop = buffer.subscribe(() => {
      told += 1;
    });
    buffer.take({ type: 'lines', lines: [line(1)] });
    buffer.take({ type: 'state', state: 'ended', text: 'It ended' });
    expect(told).toBe(0);
    buffer.publish();
    expect(told).toBe(1);
    expect(buffer.state.state).toBe('ended');
    stop();
    buffer.end('broken');
    buffer.publish();
    expect(told).toBe(1);
    expect(buffer.state).toEqual({ state: 'failed', text: 'broken' });
  });
});
