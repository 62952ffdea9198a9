import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { passTag } from '../../../shared/domain/bags/deploying';
import { put, recordFiles } from '../../../shared/domain/records/record-change';
import {
  commitFiles,
  makeEstate,
  type TestEstate,
  tagFile,
  tagPath,
  writerToken,
} from '../../ledger/testing/release-repo';
import { runGit } from '../../systems/git/run-git';
import { openRig, type Rig } from '../testing/rig';

const place = { pipeline: 'notify', environment: 'staging' };
let estate: TestEstate;
let estateFile: string;
let rigs: Rig[];

beforeEach(async () => {
  estate = await makeEstate({ [tagPath('staging', 'api')]: tagFile('v1') });
  estateFile = path.join(estate.folder, 'signalbox.yaml');
  rigs = [];
  const notify = {
    name: 'notify',
    kind: 'bags',
    environments: ['staging'],
    services: ['api'],
    stages: { staging: { deploy: [{ kind: 'image-tags' }], tests: [] } },
  };
  const text = {
    name: 'test',
    ledger: { url: estate.url },
    environments: [{ name: 'staging' }],
    pipelines: [notify],
  };
  await writeFile(estateFile, stringify(text));
});
afterEach(async () => {
  await Promise.all(rigs.map((rig) => rig.close()));
  await estate.close();
});

/** A pass as a console recorded it, and died. @returns its tag and the commit. */
async function passOf(bag: number, daysAgo: number): Promise<{ tag: string; commit: string }> {
  const at = new Date(Date.now() - daysAgo * 86_400_000).toISOString();
  const tag = passTag('staging', at);
  const made = { by: 'Kim Osei', at, operation: `op-${bag}` };
  const written = recordFiles([put('pass', { ...place, bag, ...made, tag })], () => null);
  const commit = await commitFiles(
    estate.gitDir,
    written.ok ? (Object.fromEntries(written.value) as Record<string, string>) : {},
  );
  return { tag, commit };
}

async function openConsole(name: string): Promise<void> {
  const access = { estateFile, ledgerPassword: writerToken, githubToken: '' };
  const rig = await openRig(access, path.join(estate.folder, name), { limits: { tag: 50 } });
  rigs.push(rig);
  await rig.engine.recover();
}

async function tags(): Promise<Record<string, string>> {
  const { stdout } = await runGit(['for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/tags'], {
    gitDir: estate.gitDir,
  });
  const lines = stdout.toString().trim().split('\n').filter(Boolean);
  return Object.fromEntries(lines.map((line) => line.split(' ')));
}

it('makes the tag of a pass whose console died, whichever of several consoles is first', async () => {
  const old = await passOf(1, 30);
  const before = await passOf(2, 1);
  await commitFiles(estate.gitDir, { [tagPath('staging', 'api')]: tagFile('v2') });
  await Promise.all(['a', 'b', 'c'].map(openConsole));
  await expect.poll(tags).toEqual({ [before.tag]: before.commit });
  // And when it is seen later.
  const after = await passOf(3, 0);
  await expect.poll(tags).toEqual({ [before.tag]: before.commit, [after.tag]: after.commit });
  // A tag that somebody tidied away stays away.
  expect(await tags()).not.toHaveProperty(old.tag);
});

it('leaves a tag of that name alone that is there already', async () => {
  const { tag } = await passOf(1, 1);
  const elsewhere = await commitFiles(estate.gitDir, { [tagPath('staging', 'api')]: tagFile('v2') });
  await runGit(['tag', tag, elsewhere], { gitDir: estate.gitDir });
  await openConsole('a');
  const later = await passOf(2, 0);
  await expect.poll(tags).toHaveProperty([later.tag], later.commit);
  expect((await tags())[tag]).toBe(elsewhere);
});
