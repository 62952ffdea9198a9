import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellWords, typedLine } from './shell-words';

describe('a command line that is typed', () => {
  it.each<[string, string, string[]]>([
    [
      'plain words',
      'gds aws govuk-production-readonly --',
      ['gds', 'aws', 'govuk-production-readonly', '--'],
    ],
    ['double quotes', 'gds "a b" --', ['gds', 'a b', '--']],
    ['single quotes', "gds 'a  b'", ['gds', 'a  b']],
    ['quotes in the middle of a word', 'gds --role="a b"x', ['gds', '--role=a bx']],
    ['an empty word', 'gds \'\' ""', ['gds', '', '']],
    ['an escaped quote', String.raw`gds "a \"b\"" 'it'\''s'`, ['gds', 'a "b"', "it's"]],
    ['an escaped blank', String.raw`/opt/my\ tools/gds`, ['/opt/my tools/gds']],
    [
      'a path of Windows',
      String.raw`C:\tools\gds.exe \\server\share\x.exe`,
      [String.raw`C:\tools\gds.exe`, String.raw`\\server\share\x.exe`],
    ],
    [
      'what a shell would do, as text',
      'gds $HOME `id` $(id) * | a && b > c; #d',
      ['gds', '$HOME', '`id`', '$(id)', '*', '|', 'a', '&&', 'b', '>', 'c;', '#d'],
    ],
    ['hidden characters by their escapes', String.raw`gds $'x\u202Ey'`, ['gds', 'x\u202ey']],
    ['blanks around it', '  gds\t a  ', ['gds', 'a']],
    ['nothing', '  ', []],
  ])('%s', (_, line, words) => {
    expect(shellWords(line)).toEqual({ ok: true, words });
  });

  it.each([
    ['a quote without an end', 'gds "a b', 'The quote " has no end.'],
    ['another one', "gds a'b", "The quote ' has no end."],
    ['a line feed in a word', 'gds "a\nb"', /control characters/],
    ['an escaped line feed', String.raw`gds $'a\nb'`, /control characters/],
    ['a NUL', String.raw`gds $'a\x00'`, /control characters/],
    ['no program', "'' a", /must be a program/],
  ])('%s is refused', (_, line, reason) => {
    expect(shellWords(line)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });

  it('is what the words are written as', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no word holds
    const word = fc.string({ unit: 'binary' }).filter((text) => !/[\u0000-\u001f\u007f]/.test(text));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (words) => {
        fc.pre(words[0] !== '');
        expect(shellWords(typedLine(words))).toEqual({ ok: true, words });
      }),
      { numRuns: 2000 },
    );
  });
});
