import { tmpdir } from 'node:os';
import { execa } from 'execa';

/** Holds the user's own `safe.directory` for every Git command of this process and of its worker threads. */
const variable = 'SIGNALBOX_SAFE_DIRECTORIES';

/**
 * Reads which repos of other owners the user trusts (git-config(1), `safe.directory`), from the user's and the system's
 * settings: it is the one setting of theirs that applies, since it runs nothing and without it their repo is not read.
 * To be called before a local repo is opened; they may have changed it meanwhile.
 */
export async function readTrustedFolders(): Promise<void> {
  const { GIT_DIR: _, ...environment } = process.env;
  // From a folder that is no repo, so that no repo vouches for itself.
  const answer = await execa('git', ['config', '--get-all', '-z', 'safe.directory'], {
    cwd: tmpdir(),
    env: { ...environment, GIT_CEILING_DIRECTORIES: tmpdir() },
    extendEnv: false,
    reject: false,
    timeout: 5000,
    maxBuffer: 1_000_000,
  });
  const values = answer.exitCode === 0 ? answer.stdout.split('\0').slice(0, -1) : [];
  process.env[variable] = values.filter((value) => !value.includes('\n')).join('\n');
}

/** What {@link readTrustedFolders} found, in order; an empty value takes back those before it. */
export function trustedFolders(): string[] {
  const all = process.env[variable];
  return all === undefined || all === '' ? [] : all.split('\n').slice(0, 200);
}
