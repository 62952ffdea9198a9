import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programArguments } from '../testing/programs';
import { makeEstate, type TestEstate, tagFile, tagPath } from './testing/release-repo';

const print = (ledger: string, home: string) =>
  execa(process.execPath, [...programArguments('print-board'), '--ledger', ledger, '--print', 'json'], {
    reject: false,
    env: { HOME: home },
  });

describe('--print json', () => {
  let estate: TestEstate;
  beforeAll(async () => {
    estate = await makeEstate({
      [tagPath('staging', 'good')]: tagFile('v7'),
      [tagPath('production', 'good')]: 'image_tag: v6\n',
      [tagPath('production', 'bad')]: 'a: 1\nimage_tag: [\n',
    });
  });
  afterAll(() => estate.close());

  it('prints the same board for a bare repo, a work tree and a URL', async () => {
    const tree = join(estate.folder, 'tree');
    await execa('git', ['clone', '--quiet', estate.gitDir, tree]);
    const boards = await Promise.all(
      [estate.gitDir, tree, `file://${estate.gitDir}`].map((where) => print(where, estate.folder)),
    );
    expect(boards.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(boards.map(() => [0, '']));
    expect(new Set(boards.map(({ stdout }) => stdout)).size).toBe(1);
    expect(JSON.parse(boards[0]?.stdout ?? '')).toEqual({
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      environments: {
        production: { good: { version: 'v6', automaticDeploys: null, promote: null } },
        staging: { good: { version: 'v7', automaticDeploys: true, promote: true } },
      },
      problems: [
        { path: tagPath('production', 'bad'), line: 3, reason: expect.stringContaining('not valid YAML') },
      ],
    });
  });

  it.each([
    ['a path that is not there', '/nowhere/at/all'],
    ['a folder that is no repo', '/'],
    ['a remote that is not there', 'http://127.0.0.1:1/x.git'],
    ['a remote that wants a token', ''],
    ['an option', '--upload-pack=touch /tmp/x'],
    ['a remote helper', 'ext::sh -c false'],
  ])('says in one sentence why there is none: %s', async (_, where) => {
    const { exitCode, stderr, stdout } = await print(where || estate.url, estate.folder);
    expect(exitCode).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^signalbox: /);
  });
});
