/**
 * Texts that are made to hurt whoever reads them: deep nesting, which overflows a recursive parser's stack (and aborts
 * the process when a regular expression is compiled near its end), aliases that multiply, lines and documents without
 * number. Each reader of text from outside has to say yes or no, and soon.
 */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseEstate } from '../../estate/parse-estate';
import { readFileState } from '../../history/history-rules';
import { editImageTagFile } from '../../ledger/image-tag-edit';
import { readImageTagFile } from '../../ledger/image-tag-file';
import { readLedgerRecord } from '../../ledger/ledger-events';
import { readRecord } from '../../records/read-record';
import { writeRecord } from '../../records/write-record';

const size = 100_000;
const deep = ['[', '{', '{a: ', '[a: ', '- ', '? ', '{? ', '[? ', '[[],', '!!x [', '&a [', '- ? '].flatMap(
  (one) =>
    [1500, 3000, 6000, 12_000, Math.floor(size / one.length)].map((count) => [
      `${count} times ${JSON.stringify(one)}`,
      one.repeat(count),
    ]),
);
const staircase = (line: (depth: number) => string, depth: number): string =>
  Array.from({ length: depth }, (_, at) => line(at)).join('');
const lines = (line: (at: number) => string, count: number): string =>
  Array.from({ length: count }, (_, at) => line(at)).join('');

const hostile: [string, string][] = [
  ...(deep as [string, string][]),
  ['deep and closed', `a: ${'['.repeat(5000)}${']'.repeat(5000)}`],
  ['deep in quotes', `image_tag: "${'['.repeat(size)}"`],
  ['a staircase of mappings', staircase((at) => `${' '.repeat(at)}a:\n`, 1300)],
  ['a staircase of lists', staircase((at) => `${' '.repeat(at)}-\n`, 1300)],
  [
    'aliases that multiply',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${lines((at) => `${'bcdefghijk'[at]}: &${'bcdefghijk'[at]} [${`*${'abcdefghij'[at]},`.repeat(9)}]\n`, 9)}`,
  ],
  [
    'merges that multiply',
    `a0: &a0 {x: 1}\n${lines((at) => `a${at + 1}: &a${at + 1} {<<: [${`*a${at},`.repeat(9)}]}\n`, 12)}`,
  ],
  ['a chain of anchors', `a0: &a0 [x]\n${lines((at) => `a${at + 1}: &a${at + 1} [*a${at}]\n`, 20_000)}`],
  ['an anchor that holds itself', 'a: &a [*a]'],
  ['a mapping that merges itself', 'a: &a {<<: *a}'],
  ['a million documents', '---\n'.repeat(size / 4)],
  ['documents of one letter', '--- a\n'.repeat(size / 6)],
  ['one long line', `image_tag: ${'v'.repeat(size)}`],
  ['a long number', `image_tag: ${'9'.repeat(size)}`],
  ['a long binary number', `image_tag: 0b${'1'.repeat(size)}`],
  ['many underscores', `image_tag: 1${'_'.repeat(size)}`],
  ['many spaces', `image_tag: ${' '.repeat(size)}x`],
  ['many spaces before a comment', `image_tag: v1${' '.repeat(size)}#${' '.repeat(10)}`],
  ['a long quoted text', `image_tag: "${'\\u0041'.repeat(size / 6)}"`],
  ['a quote without end', `image_tag: "${'a\n'.repeat(size / 2)}`],
  ['a long block of text', `image_tag: |\n${' a\n'.repeat(size / 3)}`],
  ['empty lines', `image_tag:${'\n'.repeat(size)}v1`],
  ['one key again and again', 'image_tag: v1\n'.repeat(size / 14)],
  ['many keys', lines((at) => `k${at}: v\n`, 15_000)],
  ['many keys in one line', `{${lines((at) => `k${at}: v, `, 10_000)}}`],
  ['many keys without values', `{${lines((at) => `k${at}, `, 10_000)}}`],
  ['many list items', `image_tag: [${'a,'.repeat(size / 2)}]`],
  ['many question marks', '?'.repeat(size)],
  ['many colons', ': '.repeat(size / 2)],
  ['many tags', '!a '.repeat(size / 3)],
  ['many anchors', '&a '.repeat(size / 3)],
  ['many tag directives', lines((at) => `%TAG !t${at}! x\n`, 15_000)],
  ['comments', '#\n'.repeat(size / 2)],
  ['tabs', '\t'.repeat(size)],
  ['carriage returns', '\r'.repeat(size)],
  ['byte order marks', '\ufeff'.repeat(size)],
  ['control characters', '\u0000'.repeat(size)],
  ['halves of characters', '\ud800'.repeat(size)],
];

const schema = z.object({ a: z.string() });

describe.each([
  ['an image-tag file', (text: string) => readImageTagFile(text)],
  [
    'an image-tag file to change',
    (text: string) => editImageTagFile(text, { imageTag: 'v2', promote: false }),
  ],
  ['an image-tag file of the past', (text: string) => readFileState(text)],
  ['a record', (text: string) => readRecord({ schema }, text)],
  ['a record to change', (text: string) => writeRecord({ schema }, text, { a: 'b' })],
  ['a record of the past', (text: string) => readLedgerRecord(text)],
  ['an estate file', (text: string) => parseEstate(text)],
])('reading %s', (_, read) => {
  it.each(hostile)('ends with an answer: %s', (_name, text) => {
    expect(read(text)).toBeTypeOf('object');
  });
});
