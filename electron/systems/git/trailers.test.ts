import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readCommitMessage } from '../../../shared/domain/ledger/commit-message';
import { readTrailers } from '../../../shared/domain/ledger/trailer-block';
import { commitMessage, parseTrailers } from '../../../shared/domain/ledger/trailers';
import { runGit } from './run-git';

const scratch = mkdtempSync(join(tmpdir(), 'signalbox-trailers-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const own = 'Signalbox-Operation: op\nSignalbox-Kind: deploy';
const messages = [
  'Subject\n\nA: 1\n',
  own,
  `Subject\n\n${own}\n`,
  `Subject\n\nBody\n\n${own}\n\n\n`,
  `Subject\n\n${own}\n\nSomething after it\n`,
  `Subject\n\nNo trailer\n${own}\n`,
  `Subject\n\nNo trailer\n${own}\nSigned-off-by: Ada <a@example.invalid>\n`,
  'Subject\n\none\ntwo\nthree\nfour\nfive\nSigned-off-by: A <a@x>\n',
  'Subject\n\none\ntwo\nthree\nSigned-off-by: A <a@x>\n',
  'Subject\n\nA: 1\n(cherry picked from commit abc)\nwords\n',
  `Subject\n\nsignalbox-operation:op\nSIGNALBOX-KIND : deploy\nSignalbox-Reason: one\n  two\n\tthree\n`,
  'Subject\n\n  indented: first\nA: 1\n',
  'Subject\n\nA: 1\n# a comment\nB: 2\n',
  'Subject\n\n# a comment\nA: 1\n',
  '# a comment\nSubject\n\nA: 1\n',
  'Subject\n\nA: 1\n---\ndiff\n',
  'Subject\n\nA:\nB: 2\n',
  'Subject\n\nA b: 1\n',
  'Subject\n\nA\u00e9: 1\n',
  'Subject\n\n: 1\n',
  'Subject\n\nA: 1\nA: 2\n',
  'Subject\n \nA: 1\n',
  'Subject\n\t\nA: 1\n  \nB: 2\n',
  '\n\nSubject\n\nA: 1\n',
  '\nA: 1\nB: 2\n',
  'Subject\n\nhttps://example.invalid/x\n',
  'Subject\n\nA: 1\nhttps://example.invalid/x\n',
  'Subject',
  '',
  '\n',
  commitMessage('Deploy a v1', { operation: 'op', kind: 'deploy', reason: 'because: of #things' }),
];

it('reads trailers as git does', async () => {
  const right: [string, string[]][] = [];
  for (const message of messages) {
    const { stdout } = await runGit(['interpret-trailers', '--parse', '--no-divider'], { input: message });
    right.push([message, stdout.toString('utf8').split('\n').filter(Boolean)]);
  }
  const read = (message: string) =>
    readTrailers(message).map(([name, value]) => (value ? `${name}: ${value}` : `${name}:`));
  expect(messages.map((message) => [message, read(message)])).toEqual(
    right.map(([message, lines]) => [message, lines.map((line) => line.trimEnd())]),
  );
});

it('takes our own trailers wherever git takes them', () => {
  const taken = (message: string) => parseTrailers(message)?.operation ?? null;
  expect(taken(own)).toBeNull();
  expect(taken(`Subject\n\nsignalbox-operation:op\nSIGNALBOX-KIND : deploy\n`)).toBe('op');
  expect(taken(`Subject\r\n\r\n${own.replace('\n', '\r\n')}\r\n`)).toBe('op');
  expect(taken(`Subject\n\n${own}\n# Please enter the commit message\n`)).toBe('op');
  expect(taken(`Subject\n\nwords\n${own}\n`)).toBeNull();
  expect(parseTrailers(`S\n\n${own}\nSignalbox-Reason: one\n two\n`)?.reason).toBe('one two');
});

it('takes a message of a megabyte apart at once', () => {
  const blanks = ' '.repeat(1_000_000);
  expect(readCommitMessage(`a${blanks}b${blanks}\n\nbody${blanks}`)).toEqual({
    subject: `a${blanks}b`,
    body: 'body',
  });
  expect(readTrailers(`a\n\n${'A-'.repeat(500_000)}\n${blanks}:\n`)).toEqual([]);
  expect(readTrailers(`a\n\n${'A: 1\n'.repeat(100_000)}`)).toHaveLength(100_000);
});
