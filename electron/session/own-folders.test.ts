/** Damage to what Signalbox keeps in folders of its own: logs, the mirror and the source caches, through a whole session. */

import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usualDesktop } from '../../shared/contract/session';
import { defaultBoardSettings } from '../../shared/domain/board/board-view';
import { type Estate, estateSchema } from '../../shared/domain/estate/estate';
import { commitFiles, tagFile, tagPath } from '../ledger/testing/release-repo';
import { noLog } from '../log/log';
import { graphicsMemory } from '../shell/graphics-memory';
import { startLog } from '../shell/log-file';
import { openSettings } from '../shell/settings';
import { initBare } from '../systems/git/init';
import { runGit } from '../systems/git/run-git';
import { until } from '../testing/until';
import { estateFolder, openSession, type Session } from './open-session';
import { undamaged } from './testing/user-data-kinds';

let folder: string;
let estate: Estate;

const open = (dir: string): Promise<Session> =>
  openSession({
    estate,
    mode: 'real',
    dir,
    inPlace: false,
    identity: () => ({ name: 'A', email: 'a@example.org' }),
    ledgerCredentials: async () => null,
    githubToken: async () => null,
    log: noLog,
  });

/** What the log file is told goes there at once. */
const writeLog = (dir: string, line: string): void => startLog(dir).log('info', line);

const filesIn = async (dir: string): Promise<string[]> => {
  const all = await readdir(dir, { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-folders-'));
  const repo = path.join(folder, 'release.git');
  await initBare(repo, 'main');
  await commitFiles(repo, { [tagPath('staging', 'frontend')]: tagFile('v1') });
  const source = path.join(folder, 'sources', 'frontend.git');
  await mkdir(path.dirname(source));
  await initBare(source, 'main');
  await runGit(['tag', 'v7', await commitFiles(source, { 'app.rb': '1\n' })], { gitDir: source });
  estate = estateSchema.parse({
    name: 'Damaged',
    ledger: { url: repo },
    environments: [{ name: 'staging' }],
    pipelines: [{ name: 'govuk', kind: 'apps', environments: ['staging'] }],
    sources: { urlTemplate: path.join(folder, 'sources', '{app}.git') },
  });
  const used = path.join(folder, 'used');
  const settings = openSettings(used, {
    colourScheme: 'auto',
    signCommits: false,
    notifications: true,
    board: defaultBoardSettings,
    desktop: usualDesktop,
    identity: { name: 'A', email: 'a@example.org' },
  });
  settings.secrets.set({ one: 'AAAA' });
  graphicsMemory(used, '1').keepUnusable();
  writeLog(used, 'from before');
  const session = await open(used);
  await until(() => expect(session.history.status().phase).toBe('ready'));
  session.autopilot.set('govuk', true);
  expect((await session.sources?.candidates('frontend', '', 5))?.listed[0]).toMatchObject({ name: 'v7' });
  const closing = new AbortController();
  const log = session.logs.open(
    {
      session: 'a',
      sources: [],
      view: {
        hidden: [],
        severity: 'all',
        find: { text: '', regex: false, matchCase: false, filter: false },
      },
    },
    () => {},
    closing.signal,
  );
  await session.logs.ask('a', 'settled', null);
  expect(undamaged(await filesIn(used))).toEqual([]);
  closing.abort();
  await log;
  await session.close();
  // As a kill leaves it.
  const saved = path.join(estateFolder(used, estate.ledger), 'logs', 'b');
  await mkdir(saved, { recursive: true });
  await writeFile(path.join(saved, '0'), '[[null,"a line"]]');
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const damages: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  truncated: async (file) => {
    const content = await readFile(file);
    await writeFile(file, content.subarray(0, Math.floor(content.length / 2)));
  },
  empty: (file) => writeFile(file, ''),
  random: (file) =>
    writeFile(file, Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251))),
  missing: (file) => rm(file, { recursive: true }),
  'a folder': async (file) => {
    await rm(file, { recursive: true });
    await mkdir(file);
  },
};
/** Of a folder: it is a file, or not there at all. */
const folderDamages: typeof damages = {
  'a file': async (file) => {
    await rm(file, { recursive: true, force: true });
    await writeFile(file, 'x');
  },
  'not there': (file) => rm(file, { recursive: true, force: true }),
};

let copies = 0;
async function copy(): Promise<string> {
  copies += 1;
  const dir = path.join(folder, `copy-${copies}`);
  await cp(path.join(folder, 'used'), dir, { recursive: true });
  return dir;
}

/** Everything works, and nothing else was lost. @returns what was said. */
async function worksIn(dir: string): Promise<string[]> {
  const session = await open(dir);
  try {
    expect((await session.ledger.refresh()).ok).toBe(true);
    await expect.poll(() => session.engine.board().apps).toEqual(['frontend']);
    await expect.poll(() => session.history.deployments({ app: 'frontend', limit: 5 })).toHaveLength(1);
    expect(session.autopilot.get('govuk')).toBe(true);
    expect((await session.sources?.candidates('frontend', '', 5))?.listed[0]).toMatchObject({ name: 'v7' });
    expect(await readdir(path.join(estateFolder(dir, estate.ledger), 'logs'))).toEqual([]);
    expect(session.notices().join()).not.toContain(folder);
    expect(undamaged((await filesIn(dir)).filter((file) => !file.includes('.damaged-')))).toEqual([]);
    return session.notices();
  } finally {
    await session.close();
  }
}

/** Damages all files of a Git repo that one damage leaves of the same kind. */
async function spoilRepo(repo: string, damage: string, which: (name: string) => boolean): Promise<void> {
  const files = (await filesIn(repo)).filter(which);
  expect(files).not.toEqual([]);
  for (const file of files) await damages[damage]?.(path.join(repo, file));
}
const contents = (name: string) => name.startsWith('objects/');
const names = (name: string) => !contents(name);
/** Other kinds of damage to a mirror are tried in `damaged-mirror.test.ts`. */
const repoDamages = [
  ['random', 'objects'],
  ['missing', 'objects'],
  ['a folder', 'objects'],
  ['empty', 'names'],
  ['a folder', 'names'],
] as const;

it('a folder that was used, with nothing damaged, opens without a word', async () => {
  expect(await worksIn(await copy())).toEqual([]);
});

describe('the copy of the release repo', () => {
  it.each(repoDamages)('of which all files are %s (%s) is made again', async (damage, part) => {
    const dir = await copy();
    const repo = path.join(estateFolder(dir, estate.ledger), 'mirror', 'repo.git');
    await spoilRepo(repo, damage, part === 'objects' ? contents : names);
    for (const notice of await worksIn(dir)) expect(notice).toContain('The local copy of the release repo');
  });

  it.each([
    ['mirror', 'a file'],
    ['mirror', 'not there'],
    ['mirror/repo.git', 'a file'],
    ['mirror/repo.git/objects', 'a file'],
    ['mirror/repo.git/refs', 'a file'],
  ])('whose folder %s is %s is made again', async (place, damage) => {
    const dir = await copy();
    await folderDamages[damage]?.(path.join(estateFolder(dir, estate.ledger), place));
    for (const notice of await worksIn(dir)) expect(notice).toContain('The local copy of the release repo');
  });
});

describe('the copies of source repos', () => {
  it.each(repoDamages)('of which all files are %s (%s) are made again', async (damage, part) => {
    const dir = await copy();
    const sources = path.join(estateFolder(dir, estate.ledger), 'sources');
    const [one = ''] = await readdir(sources);
    await spoilRepo(path.join(sources, one, 'repo.git'), damage, part === 'objects' ? contents : names);
    expect(await worksIn(dir)).toEqual([]);
  });

  it.each([
    ['', 'a file'],
    ['', 'not there'],
    ['HASH', 'a file'],
    ['HASH/repo.git', 'a file'],
    ['HASH/repo.git/objects', 'a file'],
    ['HASH/repo.git/refs', 'not there'],
  ])('whose folder sources/%s is %s are made again', async (place, damage) => {
    const dir = await copy();
    const sources = path.join(estateFolder(dir, estate.ledger), 'sources');
    const [one = ''] = await readdir(sources);
    await folderDamages[damage]?.(path.join(sources, place.replace('HASH', one)));
    expect(await worksIn(dir)).toEqual([]);
  });
});

describe('the folder of an estate', () => {
  it.each(['estates', 'estates/HASH'])('where %s is a file is begun again, and says so', async (place) => {
    const dir = await copy();
    const hash = path.basename(estateFolder(dir, estate.ledger));
    await folderDamages['a file']?.(path.join(dir, place.replace('HASH', hash)));
    const session = await open(dir);
    try {
      expect((await session.ledger.refresh()).ok).toBe(true);
      await expect.poll(() => session.engine.board().apps).toEqual(['frontend']);
      expect(session.notices()).toEqual([
        expect.stringMatching(
          /^A file lay where this estate’s data should be\. It was set aside as [^/]+\. /,
        ),
      ]);
    } finally {
      await session.close();
    }
  });
});

describe('the log file', () => {
  const at = (dir: string) => path.join(dir, 'logs', 'main.log');

  it.each([
    ...Object.keys(damages).map((damage) => [damage, 'main.log'] as const),
    ...Object.keys(folderDamages).map((damage) => [damage, ''] as const),
  ])('that is %s (logs/%s) is gone on with, or begun again', async (damage, place) => {
    const dir = path.join(folder, `log-${damage}-${place}`);
    writeLog(dir, 'from before');
    const spoil = place === '' ? folderDamages : damages;
    await spoil[damage]?.(path.join(dir, 'logs', place));
    writeLog(dir, 'from now');
    expect(await readFile(at(dir), 'utf8')).toContain('from now');
  });
});
