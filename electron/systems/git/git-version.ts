import { GitError } from './errors';
import { oldestGit, runGit } from './run-git';

let checked: Promise<string> | null = null;

/** The version in "git version 2.39.5 (Apple Git-154)", `null` for other text. */
export function parseGitVersion(text: string): readonly [number, number] | null {
  const found = /^git version (\d+)\.(\d+)/.exec(text);
  return found ? [Number(found[1]), Number(found[2])] : null;
}

/**
 * Makes sure that there is a Git that is new enough; asked once per process.
 * @returns the line that Git prints.
 * @throws {GitError} `git-missing` or `git-too-old`.
 */
export function requireGit(): Promise<string> {
  checked ??= look().catch((error: unknown) => {
    checked = null;
    throw error;
  });
  return checked;
}

async function look(): Promise<string> {
  const text = (await runGit(['version'])).stdout.toString('utf8').trim();
  const version = parseGitVersion(text);
  const [major, minor] = oldestGit;
  if (!version || version[0] < major || (version[0] === major && version[1] < minor))
    throw new GitError('git-too-old', 'version', `${text}; ${major}.${minor} or newer is needed.`);
  return text;
}
