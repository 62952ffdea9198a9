import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Estate } from '../../shared/domain/estate/estate';
import { estateSchema } from '../../shared/domain/estate/estate';
import { noLog } from '../log/log';
import { openDatabase } from '../systems/sqlite/database';
import { until } from '../testing/until';
import { estateFolder, openSession, type Session } from './open-session';

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

const at = '2026-03-01T10:00:00.000Z';

/** What a person would miss, one thing of each file. */
const held: Readonly<Record<string, (session: Session) => unknown>> = {
  'journal.sqlite': (session) => session.engine.list({ limit: 10 }).length,
  'observations.sqlite': (session) => session.observations.outcome('an-operation')?.message,
  'kept.sqlite': (session) => session.archive.action('an-act')?.object,
  'concourse.sqlite': (session) => session.concourses.past.logs.has('a-pipeline', 7),
  'autopilot.json': (session) => session.autopilot.get('govuk'),
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-damage-'));
  const repo = path.join(folder, 'release');
  const tags = path.join(repo, 'charts', 'app-config', 'image-tags', 'staging');
  await mkdir(tags, { recursive: true });
  await writeFile(path.join(tags, 'frontend'), 'image_tag: v1\nautomatic_deploys_enabled: true\n');
  const git = (...args: string[]) => execFileSync('git', ['-C', repo, ...args], { stdio: 'ignore' });
  git('init', '--initial-branch=main');
  git('add', '.');
  git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-m', 'Begin');
  git('config', 'receive.denyCurrentBranch', 'ignore');
  estate = estateSchema.parse({
    name: 'Damaged',
    ledger: { url: repo },
    environments: [{ name: 'staging' }],
    pipelines: [{ name: 'govuk', kind: 'apps', environments: ['staging'] }],
  });
  const session = await open(path.join(folder, 'used'));
  await until(() => expect(session.history.status().phase).toBe('ready'));
  await session.ledger.refresh();
  const started = session.engine.start(
    { kind: 'hold', app: 'frontend', environment: 'staging', reason: 'For the test' },
    [],
  );
  expect(started).toMatchObject({ ok: true });
  await session.engine.idle();
  session.observations.recordOutcome({
    operationId: 'an-operation',
    app: 'frontend',
    environment: 'staging',
    kind: 'deploy',
    version: 'v1',
    state: 'failed',
    at,
    message: 'kept',
  });
  session.archive.recordAction({
    id: 'an-act',
    at,
    actor: 'A',
    kind: 'sync',
    environment: 'staging',
    app: 'frontend',
    object: 'Application frontend',
    outcome: 'done',
    text: 'done',
    created: null,
  });
  expect(
    session.concourses.past.logs.keep('a-pipeline', 7, [{ at: null, text: 'kept', note: false }]),
  ).toBeNull();
  session.autopilot.set('govuk', true);
  await session.close();
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** What a power cut, a full disk or a failing one leave of a file. */
const damages: Readonly<Record<string, (file: string) => Promise<void>>> = {
  truncated: async (file) => {
    const content = await readFile(file);
    await writeFile(file, content.subarray(0, Math.floor(content.length / 2)));
  },
  empty: (file) => writeFile(file, ''),
  random: (file) =>
    writeFile(file, Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251))),
  missing: (file) => rm(file),
  newer: async (file) => {
    if (!file.endsWith('.sqlite')) return writeFile(file, '{"version":99,"pipelines":"of another shape"}');
    // As a version of next year may leave it: other tables under other names.
    const database = openDatabase(file);
    const names = database
      .prepare(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and sql not like '%virtual%'",
      )
      .all() as { name: string }[];
    for (const { name } of names)
      if (!name.includes('_')) database.exec(`alter table "${name}" rename to "${name}_of_99"`);
    database.exec('pragma user_version=99');
    database.close();
  },
  unreadable: async (file) => {
    await rm(file);
    await mkdir(file);
  },
};

let copies = 0;
/** The used profile once more, with one of its files spoilt. */
async function spoilt(spoil: (place: string) => Promise<void>): Promise<string> {
  copies += 1;
  const dir = path.join(folder, `copy-${copies}`);
  await cp(path.join(folder, 'used'), dir, { recursive: true });
  await spoil(estateFolder(dir, estate.ledger));
  return dir;
}

async function opened<T>(dir: string, look: (session: Session) => T | Promise<T>): Promise<T> {
  const session = await open(dir);
  try {
    return await look(session);
  } finally {
    await session.close();
  }
}

describe('an estate of which a file is damaged', () => {
  it('holds something in each file', async () => {
    const found = await opened(await spoilt(async () => {}), (session) => [
      session.notices(),
      ...Object.values(held).map((look) => look(session)),
    ]);
    expect(found).toEqual([[], 1, 'kept', 'Application frontend', true, true]);
  });

  const table = Object.keys(held).flatMap((file) =>
    Object.keys(damages).map((damage) => [damage, file] as const),
  );
  it.each(table)('opens with a %s %s, says what it lost, and loses nothing else', async (damage, file) => {
    const dir = await spoilt((place) => damages[damage]?.(path.join(place, file)) ?? Promise.resolve());
    await opened(dir, async (session) => {
      // Without the switch's file it is on, as at first; an estate with no Concourse has nothing to miss of one.
      const isLost = !['autopilot.json', 'concourse.sqlite'].includes(file) || damage !== 'missing';
      expect(session.notices()).toHaveLength(isLost ? 1 : 0);
      // Where a person's files are is not for the screen.
      expect(session.notices().join()).not.toContain(folder);
      for (const [other, look] of Object.entries(held))
        if (other !== file) expect(look(session), other).toBeTruthy();
      await expect.poll(() => session.history.status().phase).toBe('ready');
      expect(session.engine.board().apps).toEqual(['frontend']);
    });
    // What could not be read is still there, under another name; and it is told once, since the new file is sound.
    if (!file.endsWith('.sqlite') || damage === 'missing') return;
    const there = await readdir(estateFolder(dir, estate.ledger));
    expect(there.filter((name) => name.startsWith(`${file}.damaged-`))).not.toEqual([]);
    if (damage === 'random') expect(await opened(dir, (session) => session.notices())).toEqual([]);
  });

  it.each(Object.keys(damages))(
    'builds a %s history again from the repo, and says nothing',
    async (damage) => {
      const dir = await spoilt(
        (place) => damages[damage]?.(path.join(place, 'history.sqlite')) ?? Promise.resolve(),
      );
      await opened(dir, async (session) => {
        await expect.poll(() => session.history.deployments({ app: 'frontend', limit: 5 })).toHaveLength(1);
        for (const [file, look] of Object.entries(held)) expect(look(session), file).toBeTruthy();
        expect(session.notices()).toEqual([]);
      });
    },
  );

  const databases = [
    'journal.sqlite',
    'observations.sqlite',
    'kept.sqlite',
    'concourse.sqlite',
    'history.sqlite',
  ];
  it.each(
    ['-wal', '-shm'].flatMap((end) =>
      ['random', 'empty', 'unreadable'].map((damage) => [damage, end] as const),
    ),
  )('loses nothing by a %s file *%s that is left over beside each database', async (damage, end) => {
    const dir = await spoilt(async (place) => {
      for (const file of databases) {
        await writeFile(path.join(place, file + end), '');
        await damages[damage]?.(path.join(place, file + end));
      }
    });
    await opened(dir, async (session) => {
      for (const [other, look] of Object.entries(held)) expect(look(session), other).toBeTruthy();
      await expect.poll(() => session.history.status().phase).toBe('ready');
    });
  });

  it.each(Object.keys(damages))(
    'lets the autopilot be switched on again after its file was %s',
    async (damage) => {
      const dir = await spoilt(
        (place) => damages[damage]?.(path.join(place, 'autopilot.json')) ?? Promise.resolve(),
      );
      await opened(dir, (session) => session.autopilot.set('govuk', true));
      const again = await opened(dir, (session) => [
        session.autopilot.get('govuk'),
        session.autopilot.get('other'),
        session.notices(),
      ]);
      // A pipeline that nobody has switched on since stays off, where it could have been off before.
      expect(again).toEqual([true, damage === 'missing', []]);
    },
  );

  it.each(['a file', 'a folder', 'a full folder'])(
    'indexes where %s is left over in the place of what Git says on its way into the index',
    async (what) => {
      const dir = await spoilt(async (place) => {
        const spool = path.join(place, 'history.sqlite.log');
        if (what === 'a file') await writeFile(spool, 'x'.repeat(5000));
        else await mkdir(spool);
        if (what === 'a full folder') await writeFile(path.join(spool, 'file'), 'x');
        await rm(path.join(place, 'history.sqlite'));
      });
      await opened(dir, async (session) => {
        await expect.poll(() => session.history.deployments({ app: 'frontend', limit: 5 })).toHaveLength(1);
        expect(session.notices()).toEqual([]);
      });
    },
  );

  it('opens where a file lies in the place of the folder of logs', async () => {
    const dir = await spoilt(async (place) => {
      await rm(path.join(place, 'logs'), { recursive: true, force: true });
      await writeFile(path.join(place, 'logs'), 'x');
    });
    await opened(dir, (session) => {
      for (const [file, look] of Object.entries(held)) expect(look(session), file).toBeTruthy();
    });
  });
});
