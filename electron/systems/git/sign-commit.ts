import { mkdtemp, rm } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { openObjects } from './cat-file';
import { GitError, saidByGit } from './errors';
import { initBare } from './init';
import { type MadeCommit, makeCommit, type NewCommit } from './make-commit';
import { gitEnvironment, runGit } from './run-git';
import { writeLoose } from './write-objects';

type Setting = readonly [string, string];

/** How the person signs, as their own Git settings say (git-config(1), `user.signingKey`, `gpg.format`). */
export interface OwnSigning {
  format: 'openpgp' | 'ssh' | 'x509';
  /** As it is written there; `null`: none is, so Git asks `gpg` for the committer's, or `ssh` for the agent's. */
  key: string | null;
  /** Everything of them that Git signs by: the key, the format, the programs. */
  settings: readonly Setting[];
}

/** Milliseconds that a signature may take: a window may ask for a passphrase, or a key want to be touched. */
const signingPatience = 60_000;

/** What a window that asks for a passphrase, an agent and a keyring are found by. The terminal is left out on purpose. */
const signingVariables = [
  'GNUPGHOME',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'SSH_ASKPASS',
  'SSH_ASKPASS_REQUIRE',
] as const;

/**
 * How the person signs, read as their own Git reads it: the system's settings and theirs, with what these include, and
 * those of no repo.
 */
async function ownSigning(): Promise<OwnSigning> {
  const wanted = '^(user\\.signingkey|gpg\\.(format|program|.*\\.(program|defaultkeycommand)))$';
  const answer = await execa('git', ['config', '--null', '--get-regexp', wanted], {
    env: { GIT_DIR: devNull, GIT_WORK_TREE: undefined, LC_ALL: 'C' },
    reject: false,
    timeout: 5000,
    maxBuffer: 100_000,
  });
  // git-config(1): 1 where nothing is set.
  if (answer.exitCode !== 0 && answer.exitCode !== 1)
    throw new GitError('not-signed', 'config', saidByGit(String(answer.stderr ?? '')), { unsent: true });
  const settings = answer.stdout
    .split('\0')
    .filter(Boolean)
    .map((entry): Setting => {
      const end = entry.indexOf('\n');
      return end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    });
  // The last one counts.
  const said = (name: string): string | null => settings.findLast(([key]) => key === name)?.[1] ?? null;
  const format = said('gpg.format');
  return {
    format: format === 'ssh' || format === 'x509' ? format : 'openpgp',
    key: said('user.signingkey'),
    settings,
  };
}

/**
 * Makes a commit as {@link makeCommit} does and puts its objects into the repo; with `signs`, signed as the person's own
 * Git signs. What makes the signature is Git itself (`git commit-tree -S`), so that every kind of key, agent and program
 * that works there works here. It is given no terminal: a passphrase is asked for in a window, or not at all.
 * @param options.signal ends the wait for a signature at once: whoever cancels waits for no key.
 * @throws {GitError} `not-signed`: there is no signature, and so no commit.
 */
export async function writeCommit(
  reader: Parameters<typeof makeCommit>[0],
  gitDir: string,
  commit: NewCommit,
  { signs, patience = signingPatience, signal }: { signs: boolean; patience?: number; signal?: AbortSignal },
): Promise<MadeCommit> {
  const made = await makeCommit(reader, commit);
  if (!signs) {
    await writeLoose(gitDir, made.objects);
    return made;
  }
  const others = made.objects.filter(({ id }) => id !== made.id);
  await writeLoose(gitDir, others);
  const unsigned = made.objects.find(({ id }) => id === made.id)?.content.toString('utf8') ?? '';
  const { id, content } = await signed(unsigned, gitDir, patience, signal);
  return { id, objects: [...others, { type: 'commit', id, content }] };
}

/** The same commit with a signature, written into the repo. */
async function signed(
  unsigned: string,
  gitDir: string,
  patience: number,
  signal: AbortSignal | undefined,
): Promise<{ id: string; content: Buffer }> {
  const head = unsigned.slice(0, unsigned.indexOf('\n\n'));
  const tree = /^tree ([0-9a-f]+)$/m.exec(head)?.[1] ?? '';
  const parents = [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].flatMap(([, id]) => ['-p', id ?? '']);
  const [, name = '', email = '', at = ''] = /^author (.*) <(.*)> (\d+) \+0000$/m.exec(head) ?? [];
  const date = `@${at} +0000`;
  const own = await ownSigning();
  try {
    const { stdout } = await runGit(['commit-tree', '-S', ...parents, tree], {
      gitDir,
      input: unsigned.slice(head.length + 2),
      deadlineMs: patience,
      stallMs: patience,
      ...(signal ? { signal } : {}),
      settings: [...own.settings, ['i18n.commitEncoding', 'UTF-8']],
      variables: {
        ...signingEnvironment(),
        GIT_AUTHOR_NAME: name,
        GIT_AUTHOR_EMAIL: email,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: name,
        GIT_COMMITTER_EMAIL: email,
        GIT_COMMITTER_DATE: date,
      },
    });
    const id = stdout.toString('utf8').trim();
    const content = (await runGit(['cat-file', 'commit', id], { gitDir })).stdout;
    // gitformat-signature(5); of a repo with SHA-256 the header has its name behind it.
    if (!/^gpgsig(?:-sha256)? /m.test(content.subarray(0, content.indexOf('\n\n')).toString('latin1')))
      throw new GitError('not-signed', 'commit-tree', 'Git made no signature.', { unsent: true });
    return { id, content };
  } catch (error) {
    // Whatever Git's words would mean of a remote or of a repo: here they are those of a program that signs.
    if (!(error instanceof GitError) || /^(?:aborted|disk-full|git-missing|not-signed)$/.test(error.kind))
      throw error;
    const late = error.kind === 'too-slow' || error.kind === 'stalled';
    const why = late
      ? `No signature within ${Math.round(patience / 1000)} seconds.`
      : await whyGpgFailed(own, error.detail, `${name} <${email}>`);
    const detail = [error.detail, why].filter(Boolean).join('\n');
    throw new GitError('not-signed', 'commit-tree', detail, { unsent: true, cause: error });
  }
}

const signingEnvironment = () =>
  Object.fromEntries(signingVariables.map((variable) => [variable, process.env[variable]]));

/** What is said where gpg has the key to sign with, and did not. */
export const hasTheKey = 'gpg has this key, and did not sign with it.';

/**
 * Git before 2.42 says only that gpg failed (gpg-interface.c, sign_buffer_gpg, keeps its words for itself), so gpg is asked
 * whether it has the key. Nothing is signed or unlocked by that.
 */
async function whyGpgFailed({ format, key, settings }: OwnSigning, said: string, committer: string) {
  if (format !== 'openpgp' || !/^(?:error: )?gpg failed to sign the data\s*(?:fatal: .*)?$/.test(said.trim()))
    return null;
  const program =
    settings.findLast(([name]) => name === 'gpg.openpgp.program') ??
    settings.findLast(([name]) => name === 'gpg.program');
  const args = ['--batch', '--no-tty', '--list-secret-keys', '--', key ?? committer];
  const asked = await execa(program?.[1] ?? 'gpg', args, {
    env: gitEnvironment({ variables: signingEnvironment() }),
    extendEnv: false,
    reject: false,
    timeout: 10_000,
    maxBuffer: 100_000,
  });
  return asked.exitCode === 0 ? hasTheKey : saidByGit(String(asked.stderr ?? ''));
}

/** Signs a commit that nobody keeps. @throws {GitError} `not-signed` as {@link writeCommit}. */
export async function trySigning(author: NewCommit['author']): Promise<OwnSigning> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-signing-'));
  const reader = openObjects(folder);
  try {
    await initBare(folder, 'main');
    const at = Math.floor(Date.now() / 1000);
    const commit = { base: null, files: new Map(), message: 'A test of signing\n', author, at };
    await writeCommit(reader, folder, commit, { signs: true });
    return await ownSigning();
  } finally {
    reader.close();
    await rm(folder, { recursive: true, force: true });
  }
}
