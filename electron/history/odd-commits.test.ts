/**
 * Commits as other tools write them and git takes them: their authors, subjects and times. The commits are written byte
 * by byte; what is right is asked of Git itself.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultImageTagPath } from '../../shared/domain/estate/estate';
import { csvLines } from '../../shared/domain/history/history-csv';
import type {
  ComparedCell,
  DeploymentEvent,
  FeedOutline,
  FeedPage,
  FiguresRow,
  HistoricBoard,
} from '../../shared/domain/history/history-event';
import { runGit } from '../systems/git/run-git';
import { HistoryService } from './service';
import { modelFolder } from './testing/model-repo';

let scratch = '';
let count = 0;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'signalbox-odd-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Writes a loose object as it is, whatever Git would say of it (gitformat-loose). */
function write(gitDir: string, type: 'blob' | 'tree' | 'commit', content: Buffer): string {
  const whole = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  const oid = createHash('sha1').update(whole).digest('hex');
  const folder = join(gitDir, 'objects', oid.slice(0, 2));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, oid.slice(2)), deflateSync(whole));
  return oid;
}

async function emptyRepo(): Promise<string> {
  count += 1;
  const gitDir = join(scratch, `${count}.git`);
  mkdirSync(gitDir);
  await runGit(['init', '--quiet', '--bare', gitDir]);
  return gitDir;
}

/** A tree with one app at a version, and another file beside it. */
function treeOf(gitDir: string, version: number, beside = 0): string {
  const entry = (mode: string, name: string, oid: string) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]);
  const readme = entry('100644', 'README.md', write(gitDir, 'blob', Buffer.from(`${beside}\n`)));
  const file = write(gitDir, 'blob', Buffer.from(`image_tag: v${version}\n`));
  let tree = write(gitDir, 'tree', entry('100644', 'app', file));
  for (const name of `${modelFolder}/production`.split('/').reverse()) {
    const inner = entry('40000', name, tree);
    tree = write(gitDir, 'tree', name === 'charts' ? Buffer.concat([readme, inner]) : inner);
  }
  return tree;
}

const person = 'C <c@example.invalid> 1700000000 +0000';

/** What of a commit object is out of the ordinary. */
interface Odd {
  /** The whole line after `author `; `null` leaves the line out. */
  author?: string | Buffer | null;
  committer?: string | Buffer | null;
  /** Lines between the committer and the message. */
  headers?: string;
  message?: string | Buffer;
}

function rawCommit(gitDir: string, tree: string, parents: readonly string[], odd: Odd): string {
  const { author = person, committer = person, headers = '', message = 'A message\n' } = odd;
  const line = (name: string, value: string | Buffer | null) =>
    value === null ? [] : [Buffer.from(`${name} `), Buffer.from(value as string), Buffer.from('\n')];
  const object = Buffer.concat([
    Buffer.from(`tree ${tree}\n${parents.map((parent) => `parent ${parent}\n`).join('')}`),
    ...line('author', author),
    ...line('committer', committer),
    Buffer.from(`${headers}\n`),
    Buffer.from(message as string),
  ]);
  return write(gitDir, 'commit', object);
}

const bytes = (...codes: number[]) => Buffer.from(codes);
const utf16 = Buffer.from('\ufeffUTF-16\n', 'utf16le');

/** Names and messages that Git tells in a way of its own. */
const oddTexts: Record<string, Odd> = {
  plain: {},
  'no message': { message: '' },
  'a message without a line end': { message: 'Alone' },
  'blank lines first': { message: '\n  \n\t\n  Indented subject\n\nBody\n' },
  'nothing but blank lines': { message: '\n \n\n' },
  'folded subject': { message: 'Update app image tag to v1\nfor production\n\nBody\n' },
  'folded subject, indented': { message: 'Update app\n  image tag  \n\tto v1\n \nfor production\n' },
  CRLF: { message: 'Windows subject\r\nsecond line\r\n\r\nBody\r\n' },
  'lone CR': { message: 'One\rtwo\n\nBody\n' },
  'form feed in a blank line': { message: 'One\n\f\ntwo\n\nBody\n' },
  'NUL in the message': { message: Buffer.from('Before\0after\n\nBody\n') },
  'NUL in the author': { author: Buffer.from('Ad\0a <a@example.invalid> 1700000000 +0000') },
  'only trailers': { message: 'Signalbox-Operation: op\nSignalbox-Kind: deploy\n' },
  'a very long subject': { message: `${'x'.repeat(40_000)}\n\nBody\n` },
  CP932: {
    author: Buffer.concat([
      bytes(0x8e, 0x52, 0x93, 0x63),
      Buffer.from(' <y@example.invalid> 1700000000 +0000'),
    ]),
    headers: 'encoding CP932\n',
    message: Buffer.concat([bytes(0x8e, 0x52, 0x93, 0x63), Buffer.from('\n\nBody\n')]),
  },
  'ISO-8859-1': { headers: 'encoding ISO-8859-1\n', message: bytes(0x4a, 0x6f, 0x73, 0xe9, 0x0a) },
  'latin-1 by another name': { headers: 'encoding latin-1\n', message: bytes(0x4a, 0x6f, 0x73, 0xe9, 0x0a) },
  'windows-1252': { headers: 'encoding cp1252\n', message: bytes(0x80, 0x35, 0x0a) },
  // What browsers read as windows-1252; iconv knows its C1 controls (WHATWG Encoding, "Names and labels").
  'ISO-8859-1, 0x80': { headers: 'encoding ISO-8859-1\n', message: bytes(0x80, 0x35, 0x0a) },
  'EUC-JP': { headers: 'encoding EUC-JP\n', message: bytes(0xbb, 0xb3, 0xc5, 0xc4, 0x0a) },
  'KOI8-R': { headers: 'encoding KOI8-R\n', message: bytes(0xf0, 0xd2, 0xc9, 0x0a) },
  GB18030: { headers: 'encoding GB18030\n', message: bytes(0xc9, 0xbd, 0xcc, 0xef, 0x0a) },
  CP437: { headers: 'encoding CP437\n', message: bytes(0x82, 0x41, 0x0a) },
  'an encoding in quotes': { headers: 'encoding "CP932"\n', message: bytes(0x8e, 0x52, 0x0a) },
  'UTF-16': { headers: 'encoding UTF-16\n', message: utf16 },
  'UTF8 without a dash': { headers: 'encoding utf8\n', message: 'caf\u00e9\n' },
  'an unknown encoding': { headers: 'encoding x-nobody-knows\n', message: 'caf\u00e9\n' },
  'bytes that its encoding does not have': { headers: 'encoding CP932\n', message: bytes(0x41, 0x81, 0x0a) },
  'bytes that are no UTF-8': { message: bytes(0x41, 0xff, 0xfe, 0x0a) },
  'a signature with a blank line': {
    headers:
      'gpgsig -----BEGIN PGP SIGNATURE-----\n \n author Mallory <m@example.invalid> 1 +0000\n -----END\n',
    message: 'Signed\n',
  },
  'a tag that was merged': {
    headers:
      'mergetag object 1111111111111111111111111111111111111111\n type commit\n tag v1\n tagger T <t@example.invalid> 1 +0000\n \n encoding CP932\n author M <m@example.invalid> 1 +0000\n',
    message: 'Tagged\n',
  },
  'an encoding after a signature': {
    headers: 'gpgsig x\n \n y\nencoding CP932\n',
    message: bytes(0x8e, 0x52, 0x93, 0x63, 0x0a),
  },
  'no author': { author: null },
  'an author without an address': { author: 'Ada 1700000000 +0000' },
  'an author without a name': { author: '<a@example.invalid> 1700000000 +0000' },
  'an author with blanks': { author: '  Ada   L  <a@example.invalid> 1700000000 +0000' },
  'an author with two addresses': { author: 'Ada <a@example.invalid> <b> 1700000000 +0000' },
  'an address that does not end': { author: 'Ada <a@example.invalid 1700000000 +0000' },
  'an author without a time': { author: 'Ada <a@example.invalid>' },
  'two authors': { author: 'Ada <a@x> 1 +0000\nauthor Grace <g@x> 1700000000 +0000' },
};

interface Read {
  service: HistoryService;
  /** Oldest first. */
  deployments: DeploymentEvent[];
}

async function read(gitDir: string): Promise<Read> {
  count += 1;
  const indexFile = join(scratch, `${count}.db`);
  const options = { repo: gitDir, branch: 'main', indexFile, template: defaultImageTagPath };
  const service = new HistoryService(options, () => {});
  await service.update();
  const page = service.ask('feed', { limit: 1000, types: ['deployment'] }) as FeedPage;
  return { service, deployments: page.events.filter((event) => event.type === 'deployment').reverse() };
}

describe('authors and subjects are what git tells of them', () => {
  it.each([
    ['on the line itself', 'line'],
    ['of the branch that a merge took over as it was', 'taken'],
    ['of a branch behind main', 'behind'],
  ])('%s', async (_, how) => {
    const gitDir = await emptyRepo();
    let tip = rawCommit(gitDir, treeOf(gitDir, 0), [], { message: 'Begin\n' });
    const told: string[] = [tip];
    let version = 0;
    for (const odd of Object.values(oddTexts)) {
      version += 1;
      const tree = treeOf(gitDir, version, version - 1);
      const side = rawCommit(gitDir, tree, [tip], odd);
      told.push(side);
      if (how === 'line') tip = side;
      else if (how === 'taken') tip = rawCommit(gitDir, tree, [tip, side], { message: 'Merge\n' });
      else {
        const main = rawCommit(gitDir, treeOf(gitDir, version - 1, version), [tip], {});
        tip = rawCommit(gitDir, treeOf(gitDir, version, version), [main, side], {
          message: 'Merge\n',
        });
      }
    }
    await runGit(['update-ref', 'refs/heads/main', tip], { gitDir });
    const { deployments, service } = await read(gitDir);
    const names = ['begin', ...Object.keys(oddTexts)];
    const shown = await runGit(
      ['log', '--no-walk=unsorted', '--stdin', '--encoding=UTF-8', '-z', '--format=%an%x00%s'],
      { gitDir, input: `${told.join('\n')}\n` },
    );
    const fields = shown.stdout.toString('utf8').split('\0');
    const right = names.map((name, nth) => [name, fields[2 * nth], fields[2 * nth + 1]?.slice(0, 500)]);
    expect(deployments.map(({ author, subject }, index) => [names[index], author, subject])).toEqual(right);
    const japanese = deployments[names.indexOf('CP932')];
    expect([japanese?.author, japanese?.subject]).toEqual(['\u5c71\u7530', '\u5c71\u7530']);
    service.close();
  });

  it('and a subject folded over two lines is one of the pipeline', async () => {
    const gitDir = await emptyRepo();
    const message = 'Update app image tag to v1\nfor production\n';
    const tip = rawCommit(gitDir, treeOf(gitDir, 1), [], { message });
    await runGit(['update-ref', 'refs/heads/main', tip], { gitDir });
    const { deployments, service } = await read(gitDir);
    expect(deployments).toMatchObject([
      { kind: 'automatic', subject: 'Update app image tag to v1 for production' },
    ]);
    service.close();
  });
});

/** Committers whose time no calendar has, and what is told instead. */
const oddTimes: [name: string, committer: string | null, author: string, told: string][] = [
  ['microseconds', 'C <c@x> 1767225600000000 +0000', person, '2023-11-14T22:13:20.000Z'],
  [
    'microseconds twice',
    'C <c@x> 1767225600000000 +0000',
    'A <a@x> 1767225600000000 +0000',
    '9999-12-31T23:59:59.000Z',
  ],
  ['milliseconds', 'C <c@x> 1767225600000 +0000', person, '2023-11-14T22:13:20.000Z'],
  ['negative', 'C <c@x> -86400 +0000', person, '2023-11-14T22:13:20.000Z'],
  ['negative twice', 'C <c@x> -86400 +0000', 'A <a@x> -5 +0000', '1970-01-01T00:00:00.000Z'],
  ['the year 10^9', 'C <c@x> 31556952000000000 +0000', person, '2023-11-14T22:13:20.000Z'],
  ['more digits than a number has', `C <c@x> ${'9'.repeat(400)} +0000`, person, '2023-11-14T22:13:20.000Z'],
  ['missing', 'C <c@x>', person, '2023-11-14T22:13:20.000Z'],
  ['no committer', null, person, '2023-11-14T22:13:20.000Z'],
  ['words', 'C <c@x> yesterday', person, '2023-11-14T22:13:20.000Z'],
  ['without a zone', 'C <c@x> 1700000100', person, '2023-11-14T22:13:20.000Z'],
  ['zone +9999', 'C <c@x> 1700000200 +9999', person, '2023-11-14T22:16:40.000Z'],
  ['zone -2400', 'C <c@x> 1700000300 -2400', person, '2023-11-14T22:18:20.000Z'],
  ['zone +99999999999', 'C <c@x> 1700000300 +99999999999', person, '2023-11-14T22:18:20.000Z'],
  ['after 2038', 'C <c@x> 4102444800 +0000', person, '2100-01-01T00:00:00.000Z'],
];

it('reads commits with impossible times, and everything that is asked about them works', async () => {
  const gitDir = await emptyRepo();
  let tip = rawCommit(gitDir, treeOf(gitDir, 0), [], {});
  await runGit(['update-ref', 'refs/heads/main', tip], { gitDir });
  const first = await read(gitDir);
  for (const [index, [, committer, author]] of oddTimes.entries())
    tip = rawCommit(gitDir, treeOf(gitDir, index + 1), [tip], { committer, author });
  await runGit(['update-ref', 'refs/heads/main', tip], { gitDir });
  const { deployments, service } = await read(gitDir);
  const names = ['begin', ...oddTimes.map(([name]) => name)];
  expect(deployments.map(({ at }, index) => [names[index], at])).toEqual([
    ['begin', '2023-11-14T22:13:20.000Z'],
    ...oddTimes.map(([name, , , told]) => [name, told]),
  ]);
  // The index that was there before takes them in, too.
  await first.service.update();
  const later = (first.service.ask('feed', { limit: 1000, types: ['deployment'] }) as FeedPage).events;
  expect(later.map(({ at }) => at)).toEqual(deployments.map(({ at }) => at).reverse());
  first.service.close();
  const range = { since: '1960-01-01T00:00:00.000Z', until: '9999-12-31T23:59:59.999Z' };
  for (const by of ['day', 'week', 'month', 'app', 'all'] as const) {
    const rows = service.ask('figures', { environments: ['production'], ...range, by }) as FiguresRow[];
    expect(rows.reduce((sum, row) => sum + row.deployments, 0)).toBe(deployments.length);
  }
  expect((service.ask('outline', { pageSize: 20, types: ['deployment'] }) as FeedOutline).total).toBe(
    deployments.length,
  );
  expect((service.ask('feed', { limit: 1000, ...range }) as FeedPage).events.length).toBeGreaterThan(
    deployments.length,
  );
  const now = { moment: { id: Number.MAX_SAFE_INTEGER } };
  const then = { moment: { at: '2023-12-01T00:00:00Z' } };
  expect((service.ask('compare', { left: then, right: now }) as ComparedCell[]).length).toBeLessThan(2);
  expect((service.ask('board', { at: '9999-12-31T23:59:59Z' }) as HistoricBoard).cells).toMatchObject([
    { version: `v${oddTimes.length}` },
  ]);
  expect(service.ask('lastDeployments', null)).toMatchObject([{ at: '2100-01-01T00:00:00.000Z' }]);
  expect(service.status.beginning).toMatchObject({ reason: 'root', at: '2023-11-14T22:13:20.000Z' });
  for (const event of deployments) expect(csvLines([event])).toMatch(/^\d{4}-\d\d-\d\dT/);
  service.close();
});

it('indexes a repo whose own settings, attributes, notes, grafts and replacements change what git shows', async () => {
  const gitDir = await emptyRepo();
  let tip = '';
  const commits: string[] = [];
  for (let version = 0; version < 4; version += 1) {
    tip = rawCommit(gitDir, treeOf(gitDir, version), tip ? [tip] : [], {
      message: `Step ${version}\n`,
    });
    commits.push(tip);
  }
  await runGit(['update-ref', 'refs/heads/main', tip], { gitDir });
  const plain = await read(gitDir);
  const right = plain.deployments.map(({ id: _, ...event }) => event);
  plain.service.close();
  const settings = {
    'diff.orderFile': 'no-such-file',
    'diff.renames': 'copies',
    'diff.noprefix': 'true',
    'diff.relative': 'true',
    'diff.ignoreSubmodules': 'all',
    'diff.external': 'false',
    'diff.default.textconv': 'tr a-z A-Z <',
    'log.showSignature': 'true',
    'log.follow': 'true',
    'log.mailmap': 'true',
    'log.showRoot': 'false',
    'log.diffMerges': 'combined',
    'log.abbrevCommit': 'true',
    'log.decorate': 'full',
    'log.date': 'relative',
    'format.pretty': 'oneline',
    'notes.displayRef': 'refs/notes/*',
    'core.notesRef': 'refs/notes/other',
    'core.quotePath': 'true',
    'core.abbrev': '7',
    'core.precomposeUnicode': 'true',
    'core.commentChar': 'S',
    'color.ui': 'always',
    'i18n.logOutputEncoding': 'ISO-8859-1',
    'i18n.commitEncoding': 'CP932',
    'mailmap.blob': 'HEAD:README.md',
  };
  for (const [name, value] of Object.entries(settings)) await runGit(['config', name, value], { gitDir });
  mkdirSync(join(gitDir, 'info'), { recursive: true });
  writeFileSync(join(gitDir, 'info', 'attributes'), '* diff=default -text encoding=CP932\n');
  const changed = await read(gitDir);
  expect(changed.deployments.map(({ id: _, ...event }) => event)).toEqual(right);
  changed.service.close();
  await runGit(['replace', commits[3] ?? '', commits[0] ?? ''], { gitDir });
  const replaced = await read(gitDir);
  expect(replaced.deployments.map(({ id: _, ...event }) => event)).toEqual(right);
  replaced.service.close();
  writeFileSync(join(gitDir, 'info', 'grafts'), `${commits[3]} ${commits[0]}\n${commits[2]}\n`);
  const grafted = await read(gitDir);
  expect(grafted.deployments.map(({ id: _, ...event }) => event)).toEqual(right);
  grafted.service.close();
});
