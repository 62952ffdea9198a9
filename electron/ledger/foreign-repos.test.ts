import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { programArguments } from '../testing/programs';
import { ledgerTarget, readOnlyConfig } from './detect-estate';
import { openLedger } from './open-ledger';
import { printableBoard } from './printable-board';
import { deploy } from './testing/commit-deploy';
import {
  commitFiles,
  commitsOf,
  makeEstate,
  type TestEstate,
  tagFile,
  tagPath,
  unwrap,
} from './testing/release-repo';

const path = tagPath('production', 'good');
let estate: TestEstate;
beforeEach(async () => {
  estate = await makeEstate({ [path]: tagFile('v1') });
  vi.stubEnv('HOME', estate.folder);
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await estate.close();
});
const git = (...args: string[]) => execa('git', args, { env: { HOME: estate.folder } });
const wish = () => {
  const operationId = uuidv7();
  return [
    { operationId, what: 'deploy' },
    deploy({ operationId, app: 'good', version: 'v2', expectedFrom: null }),
  ] as const;
};

describe.skipIf(process.platform === 'win32')('a release repo that is a folder of this machine', () => {
  const hooks = [
    'pre-receive',
    'update',
    'post-receive',
    'post-update',
    'reference-transaction',
    'push-to-checkout',
    'proc-receive',
    'pre-auto-gc',
    'pre-push',
  ];
  let ran: string;
  /** A program that notes that it ran. */
  const program = async (file: string, name: string) => {
    await writeFile(file, `#!/bin/sh\necho ${name} >> '${ran}'\ncat > /dev/null\nexit 0\n`);
    await chmod(file, 0o755);
  };
  beforeEach(async () => {
    ran = join(estate.folder, 'ran');
    await writeFile(ran, '');
    const evil = join(estate.folder, 'evil');
    await program(evil, 'setting');
    await mkdir(join(estate.gitDir, 'hooks'), { recursive: true });
    for (const hook of hooks) await program(join(estate.gitDir, 'hooks', hook), hook);
    for (const [key, value] of [
      ['core.fsmonitor', evil],
      ['core.alternateRefsCommand', evil],
      ['core.sshCommand', evil],
      ['core.gitProxy', evil],
      ['credential.helper', evil],
      ['uploadpack.packObjectsHook', evil],
      ['gc.auto', '1'],
    ] as const)
      await git('--git-dir', estate.gitDir, 'config', key, value);
  });

  it.each(['file://', ''])('runs no hook and no program of that repo: %s', async (scheme) => {
    const ledger = await estate.open('a', { url: `${scheme}${estate.gitDir}` });
    unwrap(await ledger.refresh());
    await commitFiles(estate.gitDir, { 'docs/a': 'a\n' });
    await writeFile(ran, '');
    unwrap(await ledger.refresh());
    const landed = unwrap(await ledger.transact(...wish()));
    unwrap(await ledger.tag('pass-1', landed.commit));
    unwrap(await ledger.tags('pass'));
    expect((await commitsOf(estate.gitDir))[0]).toBe(landed.commit);
    expect(await readFile(ran, 'utf8')).toBe('');
  });

  it('read where it lies it runs none either', async () => {
    const target = unwrap(await ledgerTarget(estate.gitDir));
    await writeFile(ran, '');
    const ledger = unwrap(await openLedger(readOnlyConfig(target, '')));
    unwrap(await ledger.refresh());
    unwrap(await ledger.log([], 10));
    await ledger.close();
    expect(await readFile(ran, 'utf8')).toBe('');
  });

  it('says so where the repo leaves changes to a program of its own, or has the branch checked out', async () => {
    await git('--git-dir', estate.gitDir, 'config', 'receive.procReceiveRefs', 'refs/heads/main');
    const ledger = await estate.open('a', { url: estate.gitDir });
    unwrap(await ledger.refresh());
    await writeFile(ran, '');
    const refused = await ledger.transact(...wish());
    expect(refused.ok ? null : refused.failure).toMatchObject({
      code: 'forbidden',
      meaning: expect.stringContaining('does not run hooks'),
    });
    const tree = join(estate.folder, 'tree');
    await git('clone', '-q', estate.gitDir, tree);
    await git('-C', tree, 'config', 'receive.denyCurrentBranch', 'updateInstead');
    await git('-C', tree, 'config', 'core.fsmonitor', join(estate.folder, 'evil'));
    const checkedOut = await estate.open('b', { url: tree });
    unwrap(await checkedOut.refresh());
    await writeFile(ran, '');
    const second = await checkedOut.transact(...wish());
    expect(second.ok ? null : second.failure).toMatchObject({ code: 'forbidden' });
    expect(await readFile(ran, 'utf8')).toBe('');
  });
});

describe.skipIf(process.getuid?.() !== 0)('a repo of another owner (needs root to make one)', () => {
  beforeEach(async () => {
    await git('--git-dir', estate.gitDir, 'config', 'uploadpack.hideRefs', 'refs/none');
    for (const file of ['', 'config', 'HEAD', 'objects', 'refs'])
      await chown(join(estate.gitDir, file), 4711, 4711);
  });

  it.each(['in place', 'as a remote'])(
    'is not read %s without the user\u2019s word, and Git\u2019s advice is given',
    async (how) => {
      const config = {
        url: how === 'in place' ? estate.gitDir : `file://${estate.gitDir}`,
        inPlace: how === 'in place',
      };
      const opened = await openLedger(estate.config('a', config));
      const failure = opened.ok
        ? await opened.value.refresh().then((looked) => (looked.ok ? null : looked.failure))
        : opened.failure;
      if (opened.ok) await opened.value.close();
      expect(failure).toMatchObject({
        code: 'forbidden',
        message: 'The Git repo belongs to another user of this computer.',
        next: [
          { label: expect.stringContaining('git config --global --add safe.directory') },
          { do: 'retry' },
        ],
      });
    },
  );

  it.each(['*', 'its folder'])(
    'is read once the user trusts %s, also after having been refused',
    async (which) => {
      expect((await printableBoard(estate.gitDir)).ok).toBe(false);
      await git('config', '--global', '--add', 'safe.directory', which === '*' ? '*' : estate.gitDir);
      const { board } = unwrap(await printableBoard(estate.gitDir));
      expect(board.environments.production?.good?.version).toBe('v1');
      const ledger = await estate.open('a', { url: `file://${estate.gitDir}` });
      expect(unwrap(await ledger.refresh()).file(path)?.text).toBe(tagFile('v1'));
      // What the user takes back counts no more.
      await git('config', '--global', '--unset-all', 'safe.directory');
      expect((await printableBoard(estate.gitDir)).ok).toBe(false);
    },
  );
});

describe('what is checked out', () => {
  const versionOf = async (address: string) => {
    const { board, notices } = unwrap(await printableBoard(address));
    return [board.environments.production?.good?.version, notices.length];
  };
  it('of a build server is HEAD\u2019s commit, on no branch, and said to be', async () => {
    const tree = join(estate.folder, 'ci');
    const [first = ''] = await commitsOf(estate.gitDir);
    await git('--git-dir', estate.gitDir, 'branch', '-m', 'main', 'trunk');
    await commitFiles(estate.gitDir, { [path]: tagFile('v2') }, { branch: 'trunk' });
    await git('init', '-q', tree);
    await git('-C', tree, 'fetch', '-q', '--depth=2', estate.gitDir, 'trunk:refs/remotes/origin/trunk');
    await git('-C', tree, 'checkout', '-q', '--detach', first);
    expect(await versionOf(tree)).toEqual(['v1', 1]);
    // Also where there is a main that says something else.
    await git('-C', tree, 'branch', 'main', 'refs/remotes/origin/trunk');
    expect(await versionOf(tree)).toEqual(['v1', 1]);
    const { exitCode, stderr } = await execa(
      process.execPath,
      [...programArguments('print-board'), '--ledger', tree, '--print', 'json'],
      { env: { HOME: estate.folder } },
    );
    expect([exitCode, stderr]).toEqual([
      0,
      expect.stringMatching(/^signalbox: The repo has no branch checked out \(detached HEAD\)/),
    ]);
  });
  it('is the only branch where HEAD names one that is not there; packed refs, worktrees and SHA-256 are read', async () => {
    await git('--git-dir', estate.gitDir, 'branch', '-m', 'main', 'trunk');
    await git('--git-dir', estate.gitDir, 'symbolic-ref', 'HEAD', 'refs/heads/gone');
    await git('--git-dir', estate.gitDir, 'pack-refs', '--all');
    expect(await versionOf(estate.gitDir)).toEqual(['v1', 0]);
    const tree = join(estate.folder, 'tree');
    await git('clone', '-q', '--branch', 'trunk', estate.gitDir, tree);
    await git('-C', tree, 'worktree', 'add', '-q', '-b', 'other', join(estate.folder, 'linked'));
    expect(await versionOf(join(estate.folder, 'linked'))).toEqual(['v1', 0]);
    const modern = join(estate.folder, 'sha256.git');
    await git('init', '-q', '--bare', '--object-format=sha256', '-b', 'main', modern);
    await commitFiles(modern, { [path]: tagFile('v5') });
    for (const address of [modern, `file://${modern}`]) expect(await versionOf(address)).toEqual(['v5', 0]);
  });
});

describe('what answers at the address', () => {
  let server: Server;
  let url: string;
  let answer: RequestListener = () => {};
  const authorizations: (string | undefined)[] = [];
  beforeEach(async () => {
    authorizations.length = 0;
    server = createServer((request, response) => {
      authorizations.push(request.headers.authorization);
      request.resume();
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/demo/release.git`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const look = async (name: string) => {
    const ledger = await estate.open(name, { url });
    const looked = await ledger.refresh();
    const target = await ledgerTarget(url);
    return [looked, target].map((one) => (one.ok ? null : one.failure));
  };

  it.each([301, 302, 307, 308])(
    '%i: it is said where the repo has moved to, and the token stays here',
    async (status) => {
      const seen: (string | undefined)[] = [];
      const other = createServer((request, response) => {
        seen.push(request.headers.authorization);
        response.end();
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const place = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
      answer = (request, response) =>
        response
          .writeHead(status, { location: `${place}${request.url?.replace('demo', 'new-owner')}` })
          .end();
      try {
        for (const failure of await look(`moved-${status}`))
          expect(failure).toMatchObject({
            code: 'not-found',
            message: `The release repo has moved to ${place}/new-owner/release.git.`,
          });
        expect(seen).toEqual([]);
      } finally {
        other.close();
      }
    },
  );

  it('a sign-in page with status 200 is told as one', async () => {
    answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>\n<form>Sign in</form>\n</html>\n');
    for (const failure of await look('page'))
      expect(failure).toMatchObject({ code: 'not-found', meaning: expect.stringContaining('sign-in page') });
  });

  it('a plain web server with the files of a repo is read, and refuses a push in words', async () => {
    await git('--git-dir', estate.gitDir, 'update-server-info');
    answer = (request, response) => {
      const file = decodeURI((request.url ?? '').split('?')[0] ?? '').replace('/demo/release.git/', '');
      if (request.method !== 'GET') return void response.writeHead(405).end();
      readFile(join(estate.gitDir, file)).then(
        (content) => response.end(content),
        () => response.writeHead(404).end(),
      );
    };
    const ledger = await estate.open('dumb', { url });
    expect(unwrap(await ledger.refresh()).file(path)?.text).toBe(tagFile('v1'));
    const result = await ledger.transact(...wish());
    expect(result.ok ? null : result.failure).toMatchObject({ code: 'not-found' });
    const printed = await printableBoard(url);
    if (printed.ok) expect(printed.value.board.environments.production?.good?.version).toBe('v1');
    else expect(printed.failure).toMatchObject({ code: 'not-found' });
  });
});
