import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from './lines';
import { LogResume, parseLogLine, stripControls } from './log-lines';
import { LogSplitter } from './log-splitter';

const esc = '\u001b';

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they are what is looked for
const colours = /\u001b\[[\d;:]*m/g;
const forbidden = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: see above

describe('stripControls', () => {
  it.each([
    ['a colour stays', `${esc}[1;31mred${esc}[0m`, `${esc}[1;31mred${esc}[0m`],
    ['a window title', `a${esc}]0;owned\u0007b`, 'ab'],
    ['the clipboard (OSC 52)', `a${esc}]52;c;cm0gLXJmIC8=${esc}\\b`, 'ab'],
    ['a hyperlink keeps its text', `${esc}]8;;https://evil.example${esc}\\click${esc}]8;;${esc}\\`, 'click'],
    ['an OSC that never ends', `a${esc}]0;owned`, 'a'],
    [
      'DCS, SOS, PM and APC',
      `a${esc}P1$q${esc}\\b${esc}Xx${esc}\\c${esc}^x${esc}\\d${esc}_x${esc}\\e`,
      'abcde',
    ],
    ['cursor, erase and modes', `a${esc}[2J${esc}[H${esc}[?1049hb${esc}[10;1H`, 'ab'],
    ['a query of the terminal', `a${esc}[6n${esc}[>c`, 'a'],
    ['a private SGR', `a${esc}[>4;1mb`, 'ab'],
    ['single escapes', `a${esc}c${esc}(B${esc}7b`, 'ab'],
    ['one that shows up when another is gone', `a${esc}${esc}[2J]0;title\u0007`, 'a0;title'],
    ['bells, backspaces, nulls', 'a\u0007b\bc\u0000d', 'abcd'],
    ['C1 controls alone, not what follows them', 'a\u009dbc\u009b31m', 'abc31m'],
    ['a progress bar keeps its last state', '10%\r50%\r100%\r', '100%'],
    ['a Windows line end', 'text\r', 'text'],
    ['tabs stay', 'a\tb', 'a\tb'],
  ])('%s', (_, text, expected) => {
    expect(stripControls(text)).toBe(expected);
  });

  it('leaves no escape but colours, and is done at once (property)', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        esc,
        `${esc}[`,
        `${esc}]`,
        `${esc}P`,
        '\u0007',
        `${esc}\\`,
        '[31m',
        '2J',
        ';',
        '\r',
        '\u009b',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const safe = stripControls(pieces.join(''));
        expect(safe.replace(colours, '')).not.toMatch(forbidden);
        expect(stripControls(safe)).toBe(safe);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseLogLine', () => {
  it('takes the stamp off', () => {
    expect(parseLogLine(Buffer.from('2026-01-02T03:04:05.000000001Z hello'))).toEqual({
      at: '2026-01-02T03:04:05.000000001Z',
      text: 'hello',
    });
    expect(parseLogLine(Buffer.from('2026-01-02T03:04:05+01:00 '))).toEqual({
      at: '2026-01-02T03:04:05+01:00',
      text: '',
    });
    expect(parseLogLine(Buffer.from('no stamp'))).toEqual({ at: null, text: 'no stamp' });
  });

  it('survives bytes that are no UTF-8', () => {
    expect(parseLogLine(Buffer.from([0x61, 0xff, 0xfe, 0x62])).text).toBe('a\ufffd\ufffdb');
  });
});

describe('LineSplitter', () => {
  it('gives the same lines however the bytes are cut (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(200)), (parts, cuts) => {
        const bytes = Buffer.from(parts.join('\n'));
        const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
          (a, b) => a - b,
        );
        const splitter = new LineSplitter();
        const lines = places.slice(1).flatMap((end, at) => splitter.push(bytes.subarray(places[at], end)));
        const rest = splitter.rest();
        const got = [...lines, ...(rest ? [rest] : [])].map((line) => line.toString());
        const expected = bytes.toString().split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(got).toEqual(expected);
      }),
    );
  });
});

describe('LogSplitter', () => {
  it('gives the same pieces however the bytes are cut, and tears no character (property)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 12 }),
        fc.array(fc.nat(600), { maxLength: 12 }),
        (parts, cuts) => {
          const bytes = Buffer.from(parts.join('\n'));
          const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
            (a, b) => a - b,
          );
          const read = (ends: number[]) => {
            const splitter = new LogSplitter(16);
            const pieces = ends.slice(1).flatMap((end, at) => splitter.push(bytes.subarray(ends[at], end)));
            const rest = splitter.rest();
            return [...pieces, ...(rest ? [rest] : [])].map((piece) => ({
              text: piece.bytes.toString(),
              continues: piece.continues,
              size: piece.bytes.length,
            }));
          };
          const pieces = read(places);
          expect(pieces).toEqual(read([0, bytes.length]));
          for (const { size } of pieces) expect(size).toBeLessThanOrEqual(16);
          const text = pieces
            .map((piece, at) => (at > 0 && !piece.continues ? '\n' : '') + piece.text)
            .join('');
          expect(text).toBe(bytes.toString().replace(/\n$/, ''));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leaves no escape in any piece where the limit tears one: its rest is text (OSC 8, OSC 52, CSI)', () => {
    const torn = [
      `${esc}]8;;https://evil.example${esc}\\link${esc}]8;;${esc}\\`,
      `${esc}]52;c;cm0gLXJmIC8=\u0007`,
      `${esc}[10;1H`,
    ];
    for (const sequence of torn) {
      for (let before = 0; before <= 64; before += 1) {
        const line = Buffer.from(`${'x'.repeat(before)}${sequence}end\n`);
        const shown = new LogSplitter(64).push(line).map(({ bytes }) => stripControls(bytes.toString()));
        for (const text of shown) expect(text).not.toMatch(forbidden);
        expect(shown.join('')).toMatch(new RegExp(`^x{${before}}.*end$`));
      }
    }
  });

  it('takes bytes that are no UTF-8 for whole', () => {
    const splitter = new LogSplitter(8);
    const pieces = splitter.push(Buffer.concat([Buffer.alloc(20, 0x80), Buffer.from('\n')]));
    expect(Buffer.concat(pieces.map(({ bytes }) => bytes))).toEqual(Buffer.alloc(20, 0x80));
  });
});

describe('LogResume', () => {
  /** What a kubelet sends from a whole second on. */
  const from = (log: readonly string[], since: string | null): string[] =>
    since === null
      ? [...log]
      : log.filter((line) => Date.parse(line.split(' ')[0] ?? '') >= Date.parse(since));

  it('hands out every line once over any number of breaks (property)', () => {
    // Stamps in hundredths, many of them equal, some out of order by less than a second; texts that repeat.
    const entries = fc.array(
      fc.record({ step: fc.nat(60), back: fc.nat(30), text: fc.constantFrom('a', 'b') }),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(entries, fc.array(fc.nat(60), { maxLength: 6 }), (steps, breaks) => {
        let now = 0;
        const log = steps.map(({ step, back, text }) => {
          now += step;
          const at = new Date(1_767_225_600_000 + Math.max(0, now - back) * 10).toISOString();
          return `${at.replace('Z', '000000Z')} ${text}`;
        });
        const resume = new LogResume();
        const got: string[] = [];
        let read = 0;
        for (const end of [...breaks.map((place) => place % (log.length + 1)), log.length]) {
          resume.again();
          // The log has grown to `end` by the time that this stream breaks.
          read = Math.max(read, end);
          const seen = from(log.slice(0, read), resume.sinceTime);
          for (const raw of seen) if (resume.isNew(parseLogLine(Buffer.from(raw)), raw)) got.push(raw);
        }
        const floor = got[0];
        const wanted =
          floor === undefined ? [] : log.filter((line) => line.slice(0, 30) >= floor.slice(0, 30));
        expect([...got].sort()).toEqual([...wanted].sort());
      }),
      { numRuns: 1000 },
    );
  });

  it('does not go back before the first line of a tail', () => {
    const resume = new LogResume();
    const line = (at: string) => `2026-01-01T00:00:0${at}Z x`;
    expect(resume.isNew(parseLogLine(Buffer.from(line('1.5'))), line('1.5'))).toBe(true);
    resume.again();
    expect(resume.sinceTime).toBe('2026-01-01T00:00:00Z');
    expect(
      ['1.1', '1.5', '1.6'].map((at) => resume.isNew(parseLogLine(Buffer.from(line(at))), line(at))),
    ).toEqual([false, false, true]);
  });
});
