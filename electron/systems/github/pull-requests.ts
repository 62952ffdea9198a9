import type { z } from 'zod';
import { type Failure, FailureError, fail, ok, type Result } from '../../../shared/domain/failure/failure';
import type { CommitChecks } from '../../../shared/domain/ledger/commit-checks';
import type { MergeQueue } from '../../../shared/domain/route/merge-queue';
import { type PullRequest, type PullReviews, reviewsOf } from '../../../shared/domain/route/pull-request';
import { visibleText } from '../../../shared/domain/text/visible-text';
import {
  believed,
  pullFilesSchema,
  pullSchema,
  repoMergesSchema,
  reviewsSchema,
  simplePullsSchema,
} from './answers';
import { type AutoMergeAnswer, enableAutoMerge } from './auto-merge';
import { commitChecks } from './commit-checks';
import { type GitHub, gitHubFailure, statusOf } from './github-client';
import { enqueue, mergeQueueOf } from './merge-queue';
import { reviewCount } from './review-count';

/** Where a repo is on GitHub. */
export interface RepoPlace {
  owner: string;
  repo: string;
}

/** Pull requests as a change goes through one. */
export interface PullRequests {
  /**
   * "Create a pull request". The library does not ask again by itself: whoever gets no answer looks by {@link find}.
   * `already`: GitHub has one of this branch.
   */
  create(
    place: RepoPlace,
    pull: { title: string; body: string; head: string; base: string },
    signal: AbortSignal,
  ): Promise<Result<PullRequest | 'already'>>;
  /** The newest pull request of a branch of the same repo, open or not; `null`: there is none. */
  find(place: RepoPlace, branch: string, signal: AbortSignal): Promise<Result<PullRequest | null>>;
  /** One that did not change costs nothing of the hour's budget (a conditional request). */
  get(place: RepoPlace, number: number, signal: AbortSignal): Promise<Result<PullRequest>>;
  /**
   * Blobs of the files that it changes, by path, as they stand at its head; `null`: it removes the file. The first
   * hundred alone.
   */
  files(
    place: RepoPlace,
    number: number,
    signal: AbortSignal,
  ): Promise<Result<ReadonlyMap<string, string | null>>>;
  /** Which of them count is asked as well, where there are any. */
  reviews(
    place: RepoPlace,
    pull: Pick<PullRequest, 'number' | 'id'>,
    signal: AbortSignal,
  ): Promise<Result<PullReviews>>;
  checks(
    place: RepoPlace,
    sha: string,
    signal: AbortSignal,
  ): Promise<Result<Extract<CommitChecks, { state: 'known' }>>>;
  /** Asks for reviews. */
  request(
    place: RepoPlace,
    number: number,
    whom: { reviewers: readonly string[]; teams: readonly string[] },
    signal: AbortSignal,
  ): Promise<Result<void>>;
  /** Switches auto-merge on, by a way of merging that the repo allows. */
  autoMerge(
    place: RepoPlace,
    pull: Pick<PullRequest, 'id'>,
    message: { title: string; body: string },
    signal: AbortSignal,
  ): Promise<Result<AutoMergeAnswer>>;
  /** Merges it where its head is still the commit; "Merge a pull request". */
  merge(
    place: RepoPlace,
    pull: Pick<PullRequest, 'number'> & { head: string },
    message: { title: string; body: string },
    signal: AbortSignal,
  ): Promise<Result<{ commit: string }>>;
  /** Where it is in a merge queue; `null`: this server does not tell. */
  queue(
    place: RepoPlace,
    pull: Pick<PullRequest, 'number' | 'id'>,
    signal: AbortSignal,
  ): Promise<Result<MergeQueue | null>>;
  /** Puts it into the merge queue of its branch, where its head is still the commit. */
  enqueue(
    place: RepoPlace,
    pull: Pick<PullRequest, 'number' | 'id'> & { head: string },
    signal: AbortSignal,
  ): Promise<Result<AutoMergeAnswer>>;
  /** Closes it; one that is closed already stays so. */
  close(place: RepoPlace, number: number, signal: AbortSignal): Promise<Result<PullRequest>>;
}

/** Pages of 100 reviews that are read. */
const mostPages = 5;
/** Answers that are kept for conditional requests: one of the pull request and one of its reviews each. */
const mostKept = 64;

type PullAnswer = z.output<typeof pullSchema>;
type SimpleAnswer = z.output<typeof simplePullsSchema>[number];

const isWhole = (data: PullAnswer | SimpleAnswer): data is PullAnswer => 'mergeable_state' in data;

/** What an answer tells, in our words. What only the whole pull request has is not known from a list. */
function pullOf(data: PullAnswer | SimpleAnswer): PullRequest {
  const state =
    data.merged_at || (isWhole(data) && data.merged) ? 'merged' : data.state === 'open' ? 'open' : 'closed';
  const whole = isWhole(data) ? data : null;
  return {
    number: data.number,
    id: data.node_id,
    url: data.html_url.startsWith('https://') ? data.html_url : null,
    state,
    draft: data.draft ?? false,
    author: data.user?.login ?? null,
    operation: /^Signalbox-Operation: (\S{1,64})\s*$/m.exec(data.body ?? '')?.[1] ?? null,
    head: { branch: data.head.ref, commit: data.head.sha },
    base: data.base.ref,
    repo: data.base.repo?.full_name ?? null,
    mergeCommit: data.merge_commit_sha ?? null,
    mergedBy: whole?.merged_by?.login ?? null,
    autoMerge: data.auto_merge !== null && data.auto_merge !== undefined,
    conflicts: whole?.mergeable === false && whole.mergeable_state === 'dirty',
    mergeState: whole?.mergeable_state ?? 'unknown',
    asked: [
      ...(data.requested_reviewers ?? []).map(({ login }) => login),
      ...(data.requested_teams ?? []).map(({ slug }) => slug),
    ].map((name) => visibleText(name.slice(0, 100))),
  };
}

/** @param github a client whose token may write pull requests. */
export function createPullRequests(github: GitHub): PullRequests {
  const nameOf = ({ owner, repo }: RepoPlace, number?: number): string =>
    `${owner}/${repo}${number === undefined ? '' : ` #${number}`}`;
  const asked = async <T>(what: string, ask: () => Promise<T>): Promise<Result<T, Failure>> => {
    try {
      return ok(await ask());
    } catch (error) {
      if (error instanceof FailureError) return fail(error.failure);
      return fail(gitHubFailure(error, what));
    }
  };
  const kept = new Map<string, { etag: string; data: unknown }>();

  /** A conditional request: what did not change is answered by 304, and is free ("Use conditional requests"). */
  async function unchangedOr(
    key: string,
    ask: (
      headers: Record<string, string>,
    ) => Promise<{ data: unknown; headers: { etag?: string | undefined } }>,
  ): Promise<unknown> {
    const known = kept.get(key);
    try {
      const { data, headers } = await ask(known ? { 'if-none-match': known.etag } : {});
      kept.delete(key);
      if (headers.etag) kept.set(key, { etag: headers.etag, data });
      const [oldest] = kept.size > mostKept ? kept.keys() : [];
      if (oldest !== undefined) kept.delete(oldest);
      return data;
    } catch (error) {
      if (known && statusOf(error) === 304) return known.data;
      throw error;
    }
  }

  const pulls: PullRequests = {
    create: (place, { title, body, head, base }, signal) =>
      asked(nameOf(place), async () => {
        try {
          const { data } = await github.pulls.create({
            ...place,
            title,
            body,
            head,
            base,
            request: { retries: 0, signal },
          });
          return pullOf(believed(pullSchema, data));
        } catch (error) {
          const said = error instanceof Error ? error.message : '';
          if (statusOf(error) === 422 && /pull request already exists/i.test(said)) return 'already';
          throw error;
        }
      }),
    find: (place, branch, signal) =>
      asked(nameOf(place), async () => {
        const { data } = await github.pulls.list({
          ...place,
          head: `${place.owner}:${branch}`,
          state: 'all',
          sort: 'created',
          direction: 'desc',
          per_page: 10,
          request: { signal },
        });
        // Where the owner was renamed, GitHub leaves the filter out and lists them all.
        const found = believed(simplePullsSchema, data).find(({ head }) => head.ref === branch);
        return found ? pullOf(found) : null;
      }),
    get: (place, number, signal) =>
      asked(nameOf(place, number), async () =>
        pullOf(
          believed(
            pullSchema,
            await unchangedOr(nameOf(place, number), (headers) =>
              github.pulls.get({ ...place, pull_number: number, headers, request: { signal } }),
            ),
          ),
        ),
      ),
    reviews: (place, { number, id }, signal) =>
      asked(nameOf(place, number), async () => {
        const all: z.output<typeof reviewsSchema> = [];
        for (let page = 1; page <= mostPages; page++) {
          const data = await unchangedOr(`${nameOf(place, number)} reviews ${page}`, (headers) =>
            github.pulls.listReviews({
              ...place,
              pull_number: number,
              page,
              per_page: 100,
              headers,
              request: { signal },
            }),
          );
          const some = believed(reviewsSchema, data);
          all.push(...some);
          if (some.length < 100) break;
        }
        const given = all.map(({ user, state, author_association: association }) => ({
          by: visibleText((user?.login ?? 'ghost').slice(0, 100)),
          state,
          association: association ?? null,
        }));
        const isCounted = given.some(({ state }) => state === 'APPROVED' || state === 'CHANGES_REQUESTED');
        return reviewsOf(given, isCounted ? await reviewCount(github, id, signal) : null);
      }),
    files: (place, number, signal) =>
      asked(nameOf(place, number), async () => {
        const { data } = await github.pulls.listFiles({
          ...place,
          pull_number: number,
          per_page: 100,
          request: { signal },
        });
        return new Map(
          believed(pullFilesSchema, data).map(({ filename, sha, status }) => [
            filename,
            status === 'removed' ? null : (sha ?? null),
          ]),
        );
      }),
    checks: (place, sha, signal) =>
      asked(`${nameOf(place)} ${sha.slice(0, 10)}`, () =>
        commitChecks(github, place, sha, new Set(), signal),
      ),
    request: (place, number, { reviewers, teams }, signal) =>
      asked(nameOf(place, number), async () => {
        if (reviewers.length + teams.length === 0) return;
        await github.pulls.requestReviewers({
          ...place,
          pull_number: number,
          reviewers: [...reviewers],
          team_reviewers: [...teams],
          request: { signal },
        });
      }),
    autoMerge: (place, pull, message, signal) =>
      asked(nameOf(place), async () =>
        enableAutoMerge(github, pull.id, await methodsOf(place, signal), message, signal),
      ),
    merge: (place, { number, head }, { title, body }, signal) =>
      asked(nameOf(place, number), async () => {
        const [method = 'merge'] = await methodsOf(place, signal);
        const { data } = await github.pulls.merge({
          ...place,
          pull_number: number,
          sha: head,
          merge_method: method,
          ...(method === 'squash' ? { commit_title: title, commit_message: body } : {}),
          request: { retries: 0, signal },
        });
        return { commit: data.sha };
      }),
    queue: (place, { number, id }, signal) =>
      asked(nameOf(place, number), () => mergeQueueOf(github, id, signal)),
    enqueue: (place, { number, id, head }, signal) =>
      asked(nameOf(place, number), () => enqueue(github, { id, head }, signal)),
    close: (place, number, signal) =>
      asked(nameOf(place, number), async () => {
        const { data } = await github.pulls.update({
          ...place,
          pull_number: number,
          state: 'closed',
          request: { signal },
        });
        return pullOf(believed(pullSchema, data));
      }),
  };

  /** Ways of merging that a repo allows, the one that keeps most first; all where it does not tell. */
  async function methodsOf(
    place: RepoPlace,
    signal: AbortSignal,
  ): Promise<('merge' | 'squash' | 'rebase')[]> {
    const { data } = await github.repos.get({ ...place, request: { signal } });
    const repo = believed(repoMergesSchema, data);
    const all = [
      repo.allow_merge_commit === false ? null : ('merge' as const),
      repo.allow_squash_merge === false ? null : ('squash' as const),
      repo.allow_rebase_merge === false ? null : ('rebase' as const),
    ];
    return all.filter((one) => one !== null);
  }
  return pulls;
}
