import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain } from '../../../shared/domain/log/log-text';
import { pieces } from './ansi';
import { follow, followStart, newLines } from './follow';

const esc = '\u001b';
const rangesOf = (query: string, text: string): [number, number][] => {
  const ranges: [number, number][] = [];
  for (let at = text.indexOf(query); at >= 0; at = text.indexOf(query, at + query.length))
    ranges.push([at, at + query.length]);
  return ranges;
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

describe('lines', () => {
  it('are plain without their colours and control characters', () => {
    expect(plain(`${esc}[32m  ✓${esc}[39m ok\r\u0007`)).toBe('  ✓ ok');
  });
  it('are cut where colour or hit changes, and lose nothing', () => {
    const cut = pieces(`a${esc}[31mbcd${esc}[0me`, rangesOf('cde', 'abcde'));
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
        const shown = pieces(line, rangesOf(query, plain(line)));
        expect(shown.map((piece) => piece.text).join('')).toBe(plain(line));
      }),
    );
  });
});
