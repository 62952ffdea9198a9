import { peopleByEmail, web } from '../estate/people';
import { mergeIntoBranch } from '../git/merge-branch';
import { demandChange } from './branches-api';
import { invalidField, Problem } from './problem';
import { type Answer, commitOf, type RepoContext } from './repo-context';
import { commit } from './shapes';

/**
 * `POST /repos/{owner}/{repo}/merges` with `base`, `head` and perhaps `commit_message`: 201 with the commit that the
 * branch then stands at, 204 where there is nothing to merge, 409 for a conflict or a protected base (403 for whoever
 * may not push to it), 404 for an unknown base or head.
 */
export async function merge(context: RepoContext): Promise<Answer> {
  const { base, head, commit_message: message } = context.body;
  if (typeof base !== 'string') throw invalidField('Merge', 'base');
  if (typeof head !== 'string') throw invalidField('Merge', 'head');
  const ref = `refs/heads/${base}`;
  if ((await context.repo.readRef(ref)) === null) throw new Problem(404, 'Base does not exist');
  const sha = await commitOf(context, head).catch(() => {
    throw new Problem(404, 'Head does not exist');
  });
  demandChange(context, base, 'merge');
  const { login } = context.holder;
  const person = [...peopleByEmail.values()].find((one) => one.login === login);
  const at = context.now();
  const merged = await mergeIntoBranch(context.repo, {
    ref,
    head: sha,
    message: typeof message === 'string' && message !== '' ? message : `Merge ${head} into ${base}`,
    author: { name: person?.name ?? login, email: person?.email ?? `${login}@example.invalid`, at },
    committer: { name: web.name, email: web.email, at },
  });
  if (merged.outcome === 'conflict') throw new Problem(409, 'Merge conflict');
  if (merged.outcome === 'nothing') return { status: 204, body: null };
  await context.refsChanged();
  return { status: 201, body: commit(context.place, await context.repo.commit(merged.commit)) };
}
