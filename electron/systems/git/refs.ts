import { type GitOptions, runGit } from './run-git';

/** The commit that a ref of a local repo names, `null` when there is no such ref (git-rev-parse(1)). */
export async function resolveRef(
  ref: string,
  options: GitOptions & { gitDir: string },
): Promise<string | null> {
  const { stdout, code } = await runGit(
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
    {
      ...options,
      expectedCodes: [1],
    },
  );
  // Git before 2.43 prints the option itself too (it was taken for an argument to pass on).
  const id = stdout.toString('utf8').trim().split('\n').at(-1) ?? '';
  return code === 0 && /^[0-9a-f]{40,64}$/.test(id) ? id : null;
}

/** Sets a ref of a local repo (git-update-ref(1)). */
export async function updateRef(
  ref: string,
  commit: string,
  options: GitOptions & { gitDir: string },
): Promise<void> {
  await runGit(['update-ref', '--no-deref', '--end-of-options', ref, commit], options);
}

/** What HEAD names: `refs/heads/main`; `null` when it is detached (git-symbolic-ref(1)). */
export async function headRef(gitDir: string): Promise<string | null> {
  const { stdout, code } = await runGit(['symbolic-ref', '--quiet', 'HEAD'], { gitDir, expectedCodes: [1] });
  return code === 0 ? stdout.toString('utf8').trim() : null;
}
