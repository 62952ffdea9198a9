/**
 * Texts from outside (clusters, containers, commits, GitHub, Git servers, release repos) against every reader that looks
 * at them with patterns. A pattern that takes the square of a text's length hangs whatever thread it runs in; here it
 * would run for minutes, and is ended after a time that nothing else comes near.
 */
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { estateSchema } from '../../shared/domain/estate/estate';
import { migrationPatterns, pathMatcher } from '../../shared/domain/estate/path-pattern';
import { isPipelineSubject, readFileState } from '../../shared/domain/history/history-rules';
import { readCommitMessage } from '../../shared/domain/ledger/commit-message';
import { readLedgerRecord } from '../../shared/domain/ledger/ledger-events';
import { parseTrailers } from '../../shared/domain/ledger/trailers';
import { compareVersions, newestNameFirst } from '../../shared/domain/ledger/version';
import { continues, cutText, plain, severityOf } from '../../shared/domain/log/log-text';
import { asFileName } from '../../shared/domain/text/file-name';
import { visibleJson, visibleText } from '../../shared/domain/text/visible-text';
import { failingTests } from '../../shared/domain/workflows/failing-tests';
import { readMessage } from '../history/index/event-draft';
import { ledgerFailure } from '../ledger/failures';
import { entryText } from '../log/entry-text';
import { classifyStderr, GitError, saidByGit } from '../systems/git/errors';
import { parseProgress, splitLines } from '../systems/git/progress';
import { stripControls } from '../systems/kubernetes/log-lines';
import { sourceFailure } from '../systems/sources/failures';

const size = 250_000;
const many = (part: string): string => part.repeat(Math.ceil(size / part.length));

/** What patterns trip over: one thing very often, and then what does not fit. */
const units = [
  ' ',
  '\t',
  '\r',
  '\n',
  'a',
  '0',
  'A',
  '.',
  '-',
  '/',
  ':',
  '[',
  '(',
  '{',
  '"',
  "'",
  '\\',
  '<',
  '#',
  '@',
  '=',
  '_',
  '\u001b',
  '\u001b[',
  '\u001b]',
  '\u202e',
  '\u2028',
  'a@',
  'a ',
  ' #',
  '://',
  'a://',
  'a::',
  ':a ',
  'gh',
  '› ',
  ' - ',
  '{0:0',
  'token ',
  'authorization: ',
  'remote: ',
  'object file ',
  'packed object a ',
  'unable to write file ',
  "transport '",
  'filter ',
  '"level":0',
  '"short_message"',
  'image_tag: ',
  'Update a image tag to ',
  'Signalbox-Kind: ',
  '<<<<<<< ',
  'a: &a ',
  '1.',
  'v1',
  'é',
  '\ud83d',
];
const begins = [
  '',
  'a',
  '{"t":',
  'FAILED a::',
  'image_tag: ',
  'fatal: ',
  'Deploy\n\n',
  'https://a:',
  ' ● ',
  '{"',
];
const ends = ['x', ' !\n'];

/** What a search by machine (npm `recheck`) found for patterns that stood here once. */
const attacks = [
  `ERROR O${many('::')}\n`,
  `● ●${many(' ›  ')}\n`,
  `${many('A')}@A://@`,
  `${many('gh-')}gho_`,
  `${many('eyJ0123456789-')}!`,
  `Y${many('"short_message')}s`,
  `#${many('\t#')}\n#`,
  `k${many('/k')}\n`,
];

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  severityOf,
  plain,
  continues,
  cutText: (text) => [cutText(text, 200), cutText(text, size - 1)],
  stripControls,
  failingTests: (text) => failingTests([text]),
  visibleText: (text) => [visibleText(text), visibleText(text, { colours: true })],
  visibleJson: (text) => visibleJson({ text }),
  asFileName,
  readFileState,
  readLedgerRecord,
  readCommitMessage,
  readMessage,
  parseTrailers,
  isPipelineSubject,
  isMigration: pathMatcher(migrationPatterns),
  versions: (text) => [compareVersions(text, 'v1'), newestNameFirst(text, `${text}1`)],
  classifyStderr,
  saidByGit,
  entryText: (text) => entryText('a.fault', { text, error: new Error(text) }),
  ledgerFailure: (text) => ledgerFailure(new GitError('forbidden', 'push', saidByGit(text))),
  sourceFailure: (text) => sourceFailure(new GitError('other', 'fetch', saidByGit(text)), 'app'),
  progress: (text) => splitLines(text).lines.map(parseProgress),
  estate: (text) =>
    estateSchema.safeParse({
      name: text,
      ledger: { url: text, branch: text },
      environments: [{ name: text }],
    }),
};

/** Milliseconds for one reader and one text: a linear reader takes a few. */
const patience = 10_000;
const context = vm.createContext({ run: (): unknown => undefined }) as { run: () => unknown };
const script = new vm.Script('run()');

/** Runs work that V8 ends when it takes too long, also in the middle of a pattern. */
function endsSoon(work: () => unknown): boolean {
  context.run = work;
  try {
    script.runInContext(context as vm.Context, { timeout: patience });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  }
}

describe('a hostile text', () => {
  it.each(Object.keys(readers))('is read in a time that grows with its length alone by %s', (name) => {
    const slow: string[] = [];
    for (const [place, unit] of units.entries())
      for (const [at, end] of ends.entries()) {
        // Each surrounding meets some of the units: all of them with all would take minutes.
        const begin = begins[(place + at * 5) % begins.length] ?? '';
        if (slow.length < 2 && !endsSoon(() => readers[name]?.(begin + many(unit) + end)))
          slow.push(JSON.stringify([begin, unit, end]));
      }
    for (const [place, text] of attacks.entries())
      if (slow.length < 2 && !endsSoon(() => readers[name]?.(text))) slow.push(`attack ${place}`);
    expect(slow).toEqual([]);
  });
});
