import { codeOwners, codeOwnersFiles } from '../../../shared/domain/ledger/code-owners';
import { createMergeQueue, type PracticeMergeQueue } from './merge-queue';
import { invalidField, notFound, Problem, unprocessable } from './problem';
import { type Mergeability, mergeability, mergePull } from './pull-merge';

import type { MergeMethod, Pull, PullPlace, PullRules, PullsState, Review } from './pull-state';

export interface Pulls {
  readonly settings: PullsState;
  /** Newest first, as their branches stand now. */
  list(place: PullPlace): Promise<Pull[]>;
  /** @throws Problem 404 */
  get(place: PullPlace, number: number): Promise<Pull>;
  create(
    place: PullPlace,
    by: string,
    asked: { title: string; body: string | null; head: string; base: string; draft: boolean },
  ): Promise<Pull>;
  /** Computes it as GitHub does: the first answer after a change of either branch is that it is not known yet. */
  mergeability(place: PullPlace, pull: Pull): Promise<Mergeability>;
  /** GraphQL's `reviewDecision`; `null`: no review is needed. */
  decision(
    place: PullPlace,
    pull: Pull,
  ): Promise<'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED' | null>;
  close(place: PullPlace, pull: Pull, by: string): Promise<void>;
  reopen(place: PullPlace, pull: Pull): Promise<void>;
  review(place: PullPlace, pull: Pull, review: Pick<Review, 'by' | 'state' | 'body'>): Promise<Review>;
  /** @throws Problem 405 or 409, in GitHub's words. @returns the commit that the branch then holds. */
  merge(
    place: PullPlace,
    pull: Pull,
    asked: {
      by: string;
      method: MergeMethod;
      sha: string | null;
      title: string | null;
      message: string | null;
    },
  ): Promise<string>;
  /** Merges it now where auto-merge is on and nothing stands in the way. */
  settle(place: PullPlace, pull: Pull): Promise<void>;
  touch(pull: Pull): void;
  readonly queue: PracticeMergeQueue;
}

const nameOf = ({ owner, repo }: PullPlace): string => `${owner}/${repo}`;
const branchRef = (name: string): string => `refs/heads/${name}`;

/** @param state changed in place: the estate keeps it. */
export function createPulls(options: { state: PullsState; rules: PullRules; now: () => Date }): Pulls {
  const { state, rules, now } = options;
  const at = (): string => `${now().toISOString().slice(0, 19)}Z`;
  const touch = (pull: Pull): void => {
    pull.updatedAt = at();
  };
  const end = (pull: Pull, by: string): void => {
    pull.state = 'closed';
    pull.closed = { by, at: at() };
    pull.autoMerge = null;
    pull.queued = null;
    touch(pull);
  };

  /** What GitHub notices of pushes: a head that moved, one that was deleted, one whose commits are on the base. */
  async function follow(place: PullPlace, pull: Pull): Promise<Pull> {
    if (pull.state !== 'open') return pull;
    const head = await place.git.readRef(branchRef(pull.head.ref));
    const base = await place.git.readRef(branchRef(pull.base.ref));
    if (head === null) end(pull, pull.author);
    else if (head !== pull.head.sha) {
      pull.head.sha = head;
      // "Pushing a new commit to the pull request's branch" takes it out ("Merging a pull request with a merge queue").
      pull.queued = null;
      touch(pull);
    }
    if (base !== null && base !== pull.base.sha) {
      if (await place.git.isAncestor(pull.head.sha, base)) {
        pull.merged = { by: pull.author, commit: pull.head.sha };
        end(pull, pull.author);
      } else pull.base.sha = base;
    }
    await queue.settle(place, pull);
    return pull;
  }

  /** Files that it changes, by the three-dot comparison. */
  async function changedPaths({ git }: PullPlace, { base, head }: Pull): Promise<string[]> {
    const from = await git.mergeBase(base.sha, head.sha);
    return (await git.diff(from, head.sha)).map(({ path }) => path);
  }

  async function ownersOf(place: PullPlace, pull: Pull): Promise<string[]> {
    for (const file of codeOwnersFiles) {
      const text = await place.git.text(pull.base.sha, file);
      if (text !== null) return codeOwners(text, await changedPaths(place, pull));
    }
    return [];
  }

  /** What is missing, in GitHub's words; `null`: nothing. */
  async function unmet(place: PullPlace, pull: Pull): Promise<string | null> {
    const needed = rules.needs({ ...place, branch: pull.base.ref });
    if (needed === null) return null;
    const last = new Map<string, Review>();
    for (const one of pull.reviews) if (one.state !== 'COMMENTED') last.set(one.by, one);
    const reviews = [...last.values()];
    if (reviews.some(({ state: said }) => said === 'CHANGES_REQUESTED'))
      return 'Changes have been requested.';
    const approved = reviews.filter(({ state: said }) => said === 'APPROVED').map(({ by }) => by);
    if (approved.length < needed.reviews)
      return `At least ${needed.reviews} approving review is required by reviewers with write access.`;
    const owners = await ownersOf(place, pull);
    const isOwner = (login: string): boolean =>
      owners.some((owner) => owner === `@${login}` || rules.isInTeam(owner.split('/')[1] ?? '', login));
    if (owners.length > 0 && !approved.some(isOwner)) return 'Waiting on code owner review.';
    return null;
  }

  async function mergeNow(
    place: PullPlace,
    pull: Pull,
    asked: Pick<Parameters<typeof mergePull>[2], 'by' | 'method' | 'title' | 'message'>,
  ): Promise<string> {
    const commit = await mergePull(place, pull, { ...asked, at: now() });
    pull.merged = { by: asked.by, commit };
    end(pull, asked.by);
    if (state.deleteBranchOnMerge) await place.git.swapRef(branchRef(pull.head.ref), pull.head.sha, null);
    await place.refsChanged();
    return commit;
  }

  const queue = createMergeQueue({ state, now, unmet, merge: mergeNow });

  /** Branches by which it was computed last: `<base>..<head>` by pull request. */
  const computed = new Map<Pull, string>();

  const pulls: Pulls = {
    settings: state,
    list: async (place) => {
      const own = state.pulls.filter(({ repository }) => repository === nameOf(place));
      return (await Promise.all(own.map((pull) => follow(place, pull)))).reverse();
    },
    get: async (place, number) => {
      const found = state.pulls.find((one) => one.repository === nameOf(place) && one.number === number);
      if (!found) throw notFound();
      return follow(place, found);
    },
    create: async (place, by, asked) => {
      const head = await place.git.readRef(branchRef(asked.head));
      const base = await place.git.readRef(branchRef(asked.base));
      const invalid = (field: string) =>
        new Problem(422, 'Validation Failed', {
          errors: [{ resource: 'PullRequest', field, code: 'invalid' }],
        });
      if (asked.title === '') throw invalidField('PullRequest', 'title');
      if (head === null) throw invalid('head');
      if (base === null) throw invalid('base');
      const custom = (message: string) =>
        new Problem(422, 'Validation Failed', {
          errors: [{ resource: 'PullRequest', code: 'custom', message }],
        });
      const isThere = (await pulls.list(place)).some(
        (one) => one.state === 'open' && one.head.ref === asked.head && one.base.ref === asked.base,
      );
      if (isThere) throw custom(`A pull request already exists for ${place.owner}:${asked.head}.`);
      if (await place.git.isAncestor(head, base))
        throw custom(`No commits between ${asked.base} and ${asked.head}`);
      const numbers = state.pulls.map(({ number }) => number);
      const pull: Pull = {
        repository: nameOf(place),
        // The numbers before belong to what the repos' history tells of.
        number: Math.max(9_000, ...numbers) + 1,
        title: asked.title,
        body: asked.body,
        author: by,
        head: { ref: asked.head, sha: head },
        base: { ref: asked.base, sha: base },
        state: 'open',
        draft: asked.draft,
        createdAt: at(),
        updatedAt: at(),
        closed: null,
        merged: null,
        autoMerge: null,
        queued: null,
        removed: null,
        reviewers: [],
        teams: [],
        reviews: [],
      };
      // Code owners are asked by GitHub itself.
      for (const owner of await ownersOf(place, pull)) {
        const [login = '', team] = owner.slice(1).split('/');
        if (team !== undefined) pull.teams.push(team);
        else if (login !== by) pull.reviewers.push(login);
      }
      state.pulls.push(pull);
      return pull;
    },
    mergeability: async (place, pull) => {
      const key = `${pull.base.sha}..${pull.head.sha}`;
      const isComputed = computed.get(pull) === key;
      computed.set(pull, key);
      if (!isComputed || pull.state !== 'open') return { mergeable: null, state: 'unknown' };
      return mergeability(place.git, pull, await unmet(place, pull));
    },
    decision: async (place, pull) => {
      if (rules.needs({ ...place, branch: pull.base.ref }) === null) return null;
      const missing = await unmet(place, pull);
      if (missing === null) return 'APPROVED';
      return missing.startsWith('Changes') ? 'CHANGES_REQUESTED' : 'REVIEW_REQUIRED';
    },
    close: async (_place, pull, by) => {
      if (pull.state === 'open') end(pull, by);
    },
    reopen: async (place, pull) => {
      if (pull.merged) throw unprocessable('Pull request is merged');
      if ((await place.git.readRef(branchRef(pull.head.ref))) === null)
        throw unprocessable('state cannot be changed. The branch was deleted.');
      pull.state = 'open';
      pull.closed = null;
      touch(pull);
    },
    review: async (place, pull, { by, state: said, body }) => {
      if (by === pull.author && said === 'APPROVED')
        throw unprocessable('Review Can not approve your own pull request');
      if (by === pull.author && said === 'CHANGES_REQUESTED')
        throw unprocessable('Review Can not request changes on your own pull request');
      const review: Review = {
        id: 1_000_000 + state.pulls.flatMap((one) => one.reviews).length,
        by,
        state: said,
        body,
        commit: pull.head.sha,
        at: at(),
      };
      pull.reviews.push(review);
      pull.reviewers = pull.reviewers.filter((login) => login !== by);
      pull.teams = pull.teams.filter((team) => !rules.isInTeam(team, by));
      touch(pull);
      await pulls.settle(place, pull);
      return review;
    },
    merge: async (place, pull, asked) => {
      if (pull.state !== 'open' || pull.draft) throw new Problem(405, 'Pull Request is not mergeable');
      if (asked.sha !== null && asked.sha !== pull.head.sha)
        throw new Problem(409, 'Head branch was modified. Review and try the merge again.');
      if (!state.mergeMethods.includes(asked.method)) {
        const name = { merge: 'Merge commits', squash: 'Squash merges', rebase: 'Rebase merges' };
        throw new Problem(405, `${name[asked.method]} are not allowed on this repository.`);
      }
      if (state.mergeQueue !== null) throw new Problem(405, 'Changes must be made through the merge queue');
      const branch = { ...place, branch: pull.base.ref };
      const missing = (await unmet(place, pull)) ?? rules.refusesMerge(branch, asked.by);
      if (missing !== null) throw new Problem(405, missing);
      return mergeNow(place, pull, asked);
    },
    settle: async (place, pull) => {
      const { autoMerge } = pull;
      if (autoMerge === null || pull.state !== 'open' || (await unmet(place, pull)) !== null) return;
      if (state.mergeQueue !== null) {
        queue.add(pull, autoMerge.by);
        return;
      }
      const merging = pulls.merge(place, pull, { ...autoMerge, sha: null });
      // What stands in its way (a conflict) stands in the pull request's state, too.
      await merging.catch(() => undefined);
    },
    touch,
    queue,
  };
  return pulls;
}
