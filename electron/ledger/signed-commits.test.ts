import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openObjects } from '../systems/git/cat-file';
import { runGit } from '../systems/git/run-git';
import { trySigning, writeCommit } from '../systems/git/sign-commit';
import { ledgerFailure } from './failures';
import { deploy } from './testing/commit-deploy';
import { lock } from './testing/lock';
import { commitsOf, makeEstate, type TestEstate, tagFile, tagPath, unwrap } from './testing/release-repo';

/**
 * Signatures by the real programs: `ssh-keygen -Y sign` (ssh-keygen(1)) and `gpg`, found by Git as git-config(1) says
 * (`gpg.format`, `user.signingKey`), and read back by `git verify-commit`.
 */
const author = { name: 'Robin', email: 'robin@example.invalid' };
const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;
const changed = [
  'GIT_CONFIG_GLOBAL',
  'GNUPGHOME',
  'SSH_AUTH_SOCK',
  'SSH_ASKPASS',
  'DISPLAY',
  'SSH_AGENT_PID',
] as const;
let estate: TestEstate;
let home: string;
let before: Record<string, string | undefined>;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  before = Object.fromEntries(changed.map((name) => [name, process.env[name]]));
  for (const name of changed) delete process.env[name];
  // GnuPG's sockets lie here: their paths are 107 characters at most.
  home = await mkdtemp(join(tmpdir(), 'sb-sign-'));
  await chmod(home, 0o700);
  process.env.GIT_CONFIG_GLOBAL = join(home, 'gitconfig');
  process.env.GNUPGHOME = home;
  await settings('');
  estate = await makeEstate({ [tagPath('production', 'app')]: tagFile('v1') });
});
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await estate.close();
  for (const [name, value] of Object.entries(before))
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  await rm(home, { recursive: true, force: true });
});

const settings = (text: string): Promise<void> => writeFile(join(home, 'gitconfig'), text);
const signing = { signs: () => true };

async function sshKey(passphrase = ''): Promise<string> {
  const key = join(home, 'id_ed25519');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'robin', '-f', key]);
  const publicKey = execFileSync('ssh-keygen', ['-y', '-P', passphrase, '-f', key]).toString().trim();
  await writeFile(join(home, 'allowed'), `${author.email} ${publicKey}\n`);
  await settings(`[gpg]\n\tformat = ssh\n[user]\n\tsigningkey = ${key}.pub\n`);
  return key;
}

/** An agent of this test alone. */
async function agent(): Promise<void> {
  const socket = join(home, 'agent');
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  ends.push(() => child.kill());
  await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  process.env.SSH_AUTH_SOCK = socket;
}

async function gpgKey(passphrase = ''): Promise<void> {
  const protect = passphrase === '' ? '%no-protection' : `Passphrase: ${passphrase}`;
  const input = `Key-Type: eddsa\nKey-Curve: ed25519\n${protect}\nName-Real: ${author.name}\nName-Email: ${author.email}\nExpire-Date: 0\n%commit\n`;
  const made = spawnSync('gpg', ['--batch', '--pinentry-mode', 'loopback', '--gen-key'], { input });
  if (made.status !== 0) throw new Error(made.stderr.toString());
  ends.push(() => spawnSync('gpgconf', ['--kill', 'gpg-agent']));
  await settings(`[user]\n\tname = ${author.name}\n\temail = ${author.email}\n`);
}

/** What `git verify-commit` says of a commit at the remote, as the person's Git would. */
function verified(commit: string): { code: number | null; said: string } {
  const answer = spawnSync('git', [
    '-C',
    estate.gitDir,
    '-c',
    `gpg.ssh.allowedSignersFile=${join(home, 'allowed')}`,
    'verify-commit',
    commit,
  ]);
  return { code: answer.status, said: answer.stderr.toString() };
}
const wish = (version: string) => {
  const operationId = uuidv7();
  return [
    { operationId, what: 'deploy app' },
    deploy({ operationId, app: 'app', version, expectedFrom: null }),
  ] as const;
};

describe('commits that are signed', () => {
  it.skipIf(!has('ssh-keygen'))(
    'are Good to git verify-commit, by an SSH key: deploys, records, proposals',
    async () => {
      await sshKey();
      const ledger = await estate.open('a', { ...signing, records: { branch: 'signalbox-records' } });
      await ledger.refresh();
      const made = unwrap(
        (await ledger.recordsApart?.setUp({ operationId: uuidv7(), what: 'set up' })) ?? failed(),
      );
      expect(made.made).toBe(true);
      unwrap(await ledger.transact(...wish('v2')));
      const operationId = uuidv7();
      await lock(ledger, { environment: 'production', operationId });
      const proposed = unwrap(
        await ledger.proposals.propose(
          { operationId, what: 'propose', branch: 'signalbox/propose' },
          () => ({
            kind: 'change',
            files: new Map([['note.txt', 'a\n']]),
            message: 'Ünï\n\nbody\n',
            value: null,
          }),
          { made: null },
        ),
      );
      const [newest, first] = await commitsOf(estate.gitDir);
      const records = await commitsOf(estate.gitDir, 'signalbox-records');
      for (const commit of [newest, ...records, (proposed as { commit: string }).commit])
        expect(verified(commit ?? '')).toMatchObject({
          code: 0,
          said: expect.stringContaining('Good "git"'),
        });
      // The test can fail: what somebody else made is not signed.
      expect(verified(first ?? '').code).not.toBe(0);
    },
  );

  it.skipIf(!has('gpg'))(
    'are Good to git verify-commit, by a GPG key that Git finds by the committer',
    async () => {
      await gpgKey();
      const ledger = await estate.open('a', signing);
      unwrap(await ledger.transact(...wish('v2')));
      expect(verified((await commitsOf(estate.gitDir))[0] ?? '')).toMatchObject({
        code: 0,
        said: expect.stringContaining('Good signature from "Robin'),
      });
    },
  );

  it.skipIf(!has('ssh-agent'))('are signed by an agent that holds a key with a passphrase', async () => {
    const key = await sshKey('open sesame');
    await agent();
    await writeFile(join(home, 'ask'), '#!/bin/sh\necho open sesame\n', { mode: 0o700 });
    execFileSync('ssh-add', ['-q', key], {
      env: { ...process.env, SSH_ASKPASS: join(home, 'ask'), SSH_ASKPASS_REQUIRE: 'force' },
    });
    const ledger = await estate.open('a', signing);
    unwrap(await ledger.transact(...wish('v2')));
    expect(verified((await commitsOf(estate.gitDir))[0] ?? '').code).toBe(0);
  });

  it('keep who they are by, their time and their message, whatever the settings of the machine say', async () => {
    await sshKey();
    const format = `[gpg]\n\tformat = ssh\n[user]\n\tsigningkey = ${join(home, 'id_ed25519.pub')}\n`;
    await settings(
      `${format}\tname = Somebody Else\n[i18n]\n\tcommitEncoding = ISO-8859-1\n[core]\n\thooksPath = ${home}\n`,
    );
    const reader = openObjects(estate.gitDir);
    ends.push(() => reader.close());
    const [base = ''] = await commitsOf(estate.gitDir);
    const commit = {
      base,
      files: new Map(),
      message: 'Zürich ✓\n\nbody\n\nA: b\n',
      author,
      at: 1_700_000_000,
    };
    const made = await writeCommit(reader, estate.gitDir, commit, { signs: true });
    const plain = await writeCommit(reader, estate.gitDir, commit, { signs: false });
    const withoutSignature = made.objects
      .at(-1)
      ?.content.toString()
      .replace(/^gpgsig .*\n(?: .*\n)*/m, '');
    expect(withoutSignature).toBe(plain.objects.at(-1)?.content.toString());
  });

  it('are not made where they are not wanted, whatever commit.gpgSign says', async () => {
    await sshKey();
    const ledger = await estate.open('a', { signs: () => false });
    unwrap(await ledger.transact(...wish('v2')));
    const [commit = ''] = await commitsOf(estate.gitDir);
    expect(
      (await runGit(['cat-file', 'commit', commit], { gitDir: estate.gitDir })).stdout.toString(),
    ).not.toContain('gpgsig');
  });
});

describe('a commit that can\u2019t be signed', () => {
  const told = async (): Promise<{
    meaning: string;
    detail: string | undefined;
    notices: readonly string[];
  }> => {
    const [tip] = await commitsOf(estate.gitDir);
    const ledger = await estate.open('a', signing);
    await ledger.refresh();
    const answer = await ledger.transact(...wish('v2'));
    expect(await commitsOf(estate.gitDir)).toEqual([tip]);
    if (answer.ok) throw new Error('It was pushed.');
    expect(answer.failure).toMatchObject({ code: 'refused', message: 'The commit could not be signed.' });
    expect(answer.failure.next).toContainEqual(expect.objectContaining({ do: 'open-settings' }));
    return { meaning: answer.failure.meaning, detail: answer.failure.detail, notices: ledger.notices() };
  };
  const program = async (text: string): Promise<void> => {
    await writeFile(join(home, 'sign'), `#!/bin/sh\n${text}\n`, { mode: 0o700 });
    await settings(`[gpg]\n\tprogram = ${join(home, 'sign')}\n`);
  };
  const notFound = /key to sign with was not found/;
  const locked = /Your key is locked/;

  it.skipIf(!has('ssh-keygen')).each<[string, () => Promise<unknown>, RegExp]>([
    [
      'an SSH key that is not there',
      () => settings(`[gpg]\n\tformat = ssh\n[user]\n\tsigningkey = ${home}/none.pub\n`),
      notFound,
    ],
    ['an SSH key with a passphrase, and no agent', () => sshKey('secret'), locked],
    [
      'an SSH key that the agent does not hold',
      async () => {
        await rm(await sshKey());
        await agent();
      },
      notFound,
    ],
    [
      'an agent that is gone',
      async () => {
        await rm(await sshKey());
        process.env.SSH_AUTH_SOCK = join(home, 'gone');
      },
      notFound,
    ],
    [
      'a public key that is garbage',
      async () => {
        await sshKey();
        await writeFile(join(home, 'id_ed25519.pub'), 'garbage\n');
      },
      notFound,
    ],
    ['no key named for SSH', () => settings('[gpg]\n\tformat = ssh\n'), /name no key/],
    ['no GPG key of that person', () => settings(''), notFound],
    ['a GPG key of another name', () => settings('[user]\n\tsigningkey = DEADBEEF\n'), notFound],
    [
      'a format that Git does not know',
      () => settings('[gpg]\n\tformat = minisign\n'),
      /can\u2019t sign with the format/,
    ],
    [
      'a program that is not there',
      () => settings('[gpg]\n\tprogram = /nowhere/gpg\n'),
      /could not be started/,
    ],
    ['a program that fails without a word', () => program('exit 3'), /failed/],
    [
      'a program that says it signed and did not',
      () => program('echo "[GNUPG:] SIG_CREATED " >&2; exit 1'),
      /failed/,
    ],
    [
      'a program whose words are those of a damaged repo',
      () => program('echo "fatal: not a git repository: bad object, corrupt loose object" >&2; exit 1'),
      /failed/,
    ],
    ['settings that can\u2019t be read', () => settings('[gpg\n'), /failed/],
  ])('%s: it is told, and nothing is pushed', async (_, prepare, why) => {
    await prepare();
    const { meaning, notices } = await told();
    expect(meaning).toMatch(why);
    // The copy of the repo is not taken for damaged because of it.
    expect(notices).toEqual([]);
  });

  it.skipIf(!has('gpg'))(
    'a GPG key with a passphrase that nothing asks for: it is told, and nothing is pushed',
    async () => {
      await gpgKey('open sesame');
      await writeFile(join(home, 'gpg-agent.conf'), 'pinentry-program /nowhere/pinentry\n');
      spawnSync('gpgconf', ['--kill', 'gpg-agent']);
      expect((await told()).meaning).toMatch(/locked/);
    },
  );

  it('a program that never ends is ended with what it started, and told', async () => {
    await program(`echo $$ > ${home}/pid; sleep 1000`);
    const reader = openObjects(estate.gitDir);
    ends.push(() => reader.close());
    const commit = { base: null, files: new Map(), message: 'a\n', author, at: 1_700_000_000 };
    const failure = await writeCommit(reader, estate.gitDir, commit, { signs: true, patience: 1000 }).then(
      () => null,
      ledgerFailure,
    );
    expect(failure?.meaning).toMatch(/Nothing answered in time/);
    const pid = Number(await readFile(join(home, 'pid'), 'utf8'));
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('a cancelled operation does not wait for a key, and does not keep the next one waiting', async () => {
    await program(`echo $$ > ${home}/pid; sleep 20; touch ${home}/waited`);
    let isSigned = true;
    const ledger = await estate.open('a', { signs: () => isSigned });
    await ledger.refresh();
    const cancelled = new AbortController();
    const [intent, mutate] = wish('v2');
    const waiting = ledger.transact(intent, mutate, { signal: cancelled.signal });
    const pidFile = join(home, 'pid');
    await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n')).toBe(true);
    isSigned = false;
    const next = ledger.transact(...wish('v3'));
    cancelled.abort();
    expect(await waiting).toMatchObject({ ok: false, failure: { code: 'cancelled' } });
    expect((await next).ok).toBe(true);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await expect.poll(() => isRunning(pid)).toBe(false);
    expect(existsSync(join(home, 'waited'))).toBe(false);
  });

  it('is tried before it is relied upon', async () => {
    await sshKey();
    expect(await trySigning(author)).toMatchObject({ format: 'ssh', key: `${home}/id_ed25519.pub` });
    await rm(join(home, 'id_ed25519'));
    await expect(trySigning(author)).rejects.toMatchObject({ kind: 'not-signed' });
  });
});

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const failed = (): never => {
  throw new Error('records do not lie apart');
};
