import { peopleByEmail, web } from '../estate/people';
import type { BareRepo, Signature } from '../git/bare-repo';
import { mergeTrees } from '../git/merge-trees';
import { Problem } from './problem';
import type { MergeMethod, Pull, PullPlace } from './pull-state';

/** GitHub's `mergeable` and `mergeable_state`. */
export interface Mergeability {
  mergeable: boolean | null;
  state: 'unknown' | 'draft' | 'dirty' | 'blocked' | 'clean';
}

/** @param unmet what the branch's rules still ask for. */
export async function mergeability(
  git: BareRepo,
  { base, head, draft }: Pull,
  unmet: string | null,
): Promise<Mergeability> {
  if ('conflicts' in (await git.mergeTree(base.sha, head.sha))) return { mergeable: false, state: 'dirty' };
  if (draft) return { mergeable: true, state: 'draft' };
  return { mergeable: true, state: unmet === null ? 'clean' : 'blocked' };
}

interface Asked {
  by: string;
  method: MergeMethod;
  title: string | null;
  message: string | null;
  at: Date;
}

const signatureOf = (login: string, at: Date): Signature => {
  const person = [...peopleByEmail.values()].find((one) => one.login === login);
  return { name: person?.name ?? login, email: person?.email ?? `${login}@example.invalid`, at };
};

/**
 * Merges a pull request into its base by a method of GitHub's ("About pull request merges"), by compare-and-swap.
 * @returns the commit that the branch then stands at. @throws Problem 405: in conflict.
 */
export async function mergePull({ owner, git }: PullPlace, pull: Pull, asked: Asked): Promise<string> {
  const ref = `refs/heads/${pull.base.ref}`;
  const committer: Signature = { name: web.name, email: web.email, at: asked.at };
  const author = signatureOf(asked.by, asked.at);
  for (;;) {
    const base = (await git.readRef(ref)) ?? '';
    const merged = await git.mergeTree(base, pull.head.sha);
    if ('conflicts' in merged) throw new Problem(405, 'Pull Request is not mergeable');
    const own = (await git.log(['--reverse', `${base}..${pull.head.sha}`])).at(-1);
    let commit: string;
    if (asked.method === 'merge') {
      const title = asked.title ?? `Merge pull request #${pull.number} from ${owner}/${pull.head.ref}`;
      const message = `${title}\n\n${asked.message ?? pull.title}\n`;
      commit = await git.commitTree({
        tree: merged.tree,
        parents: [base, pull.head.sha],
        message,
        author,
        committer,
      });
    } else if (asked.method === 'squash') {
      // The default of a repo: title and text of its commit where it is one ("Configuring commit squashing").
      const [subject = '', ...rest] = (own?.message ?? pull.title).split('\n');
      const title = asked.title ?? `${subject} (#${pull.number})`;
      const body = asked.message ?? rest.join('\n').trim();
      commit = await git.commitTree({
        tree: merged.tree,
        parents: [base],
        message: `${title}\n\n${body}\n`,
        author: signatureOf(pull.author, asked.at),
        committer,
      });
    } else commit = await rebased(git, base, pull.head.sha, committer);
    if (await git.swapRef(ref, base, commit)) return commit;
  }
}

/** Makes every commit of the head again upon the base; GitHub does so even where it could move the branch forward. */
async function rebased(git: BareRepo, base: string, head: string, committer: Signature): Promise<string> {
  let onto = base;
  for (const info of await git.log(['--reverse', '--no-merges', `${base}..${head}`])) {
    const merged = await mergeTrees(git.gitDir, info.parents[0] ?? null, onto, info.sha);
    if ('conflicts' in merged) throw new Problem(405, 'This branch can’t be rebased');
    const { name, email, date } = info.author;
    onto = await git.commitTree({
      tree: merged.tree,
      parents: [onto],
      message: `${info.message}\n`,
      author: { name, email, at: new Date(date) },
      committer,
    });
  }
  return onto;
}
