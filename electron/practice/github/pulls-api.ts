import { linkHeader, paged, pageOf } from './paging';
import { invalidField, Problem, unprocessable } from './problem';
import { mergeMethodSchema, type Pull, type PullPlace, type Review } from './pull-state';
import type { Pulls } from './pulls';
import { pullReview, simplePull, wholePull } from './pulls-shapes';
import type { Answer, RepoContext } from './repo-context';
import { diffFile } from './shapes';

type Handler = (context: RepoContext, rest: string) => Promise<Answer>;

/** Method, pattern of the path below the repo, handler; as the routes of the server. */
export const pullsRoutes: readonly (readonly [string, RegExp, Handler])[] = [
  ['GET', /^pulls$/, listPulls],
  ['POST', /^pulls$/, createPull],
  ['GET', /^pulls\/(\d+)$/, getPull],
  ['PATCH', /^pulls\/(\d+)$/, updatePull],
  ['PUT', /^pulls\/(\d+)\/merge$/, mergeIt],
  ['GET', /^pulls\/(\d+)\/files$/, listFiles],
  ['GET', /^pulls\/(\d+)\/reviews$/, listReviews],
  ['POST', /^pulls\/(\d+)\/reviews$/, createReview],
  ['GET', /^pulls\/(\d+)\/requested_reviewers$/, requestedReviewers],
  ['POST', /^pulls\/(\d+)\/requested_reviewers$/, requestReviewers],
];

const pullsOf = ({ pulls }: RepoContext): Pulls => {
  if (!pulls) throw new Problem(404, 'Not Found');
  return pulls;
};
export const pullPlace = ({ place, repo, refsChanged }: RepoContext): PullPlace => ({
  owner: place.owner,
  repo: place.repo,
  git: repo,
  refsChanged,
});
const pullOf = (context: RepoContext, number: string): Promise<Pull> =>
  pullsOf(context).get(pullPlace(context), Number(number));

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

async function whole(context: RepoContext, pull: Pull) {
  const { repo, place } = context;
  const from = await repo.mergeBase(pull.base.sha, pull.head.sha);
  const [files, { ahead }, mergeability] = await Promise.all([
    repo.diff(from, pull.head.sha),
    repo.aheadBehind(pull.base.sha, pull.head.sha),
    pullsOf(context).mergeability(pullPlace(context), pull),
  ]);
  const sum = (of: 'additions' | 'deletions') => files.reduce((all, file) => all + (file[of] ?? 0), 0);
  return wholePull(place, pull, mergeability, {
    commits: ahead,
    additions: sum('additions'),
    deletions: sum('deletions'),
    files: files.length,
  });
}

/** `GET …/pulls` with `state`, `head` (`owner:branch`) and `base`, newest first. */
async function listPulls(context: RepoContext): Promise<Answer> {
  const query = context.url.searchParams;
  const state = query.get('state') ?? 'open';
  const head = query.get('head')?.split(':').at(-1);
  const base = query.get('base');
  const all = (await pullsOf(context).list(pullPlace(context))).filter(
    (one) =>
      (state === 'all' || one.state === state) &&
      (!head || one.head.ref === head) &&
      (!base || one.base.ref === base),
  );
  const page = pageOf(query);
  const link = linkHeader(context.url, page, all.length);
  const body = paged(all, page).map((pull) => simplePull(context.place, pull));
  return { status: 200, body, headers: link ? { link } : {} };
}

/** `POST …/pulls` with `title`, `head`, `base`, perhaps `body` and `draft`. */
async function createPull(context: RepoContext): Promise<Answer> {
  const { title, head, base, body, draft } = context.body;
  if (typeof head !== 'string') throw invalidField('PullRequest', 'head');
  if (typeof base !== 'string') throw invalidField('PullRequest', 'base');
  const pull = await pullsOf(context).create(pullPlace(context), context.holder.login, {
    title: textOf(title) ?? '',
    body: textOf(body),
    head: head.split(':').at(-1) ?? '',
    base,
    draft: draft === true,
  });
  return { status: 201, body: await whole(context, pull) };
}

async function getPull(context: RepoContext, number: string): Promise<Answer> {
  return { status: 200, body: await whole(context, await pullOf(context, number)) };
}

/** `PATCH …/pulls/{number}` with `title`, `body`, `state`. */
async function updatePull(context: RepoContext, number: string): Promise<Answer> {
  const pull = await pullOf(context, number);
  const { title, body, state } = context.body;
  if (state !== undefined && state !== 'open' && state !== 'closed')
    throw unprocessable('Invalid value for state');
  if (typeof title === 'string') pull.title = title;
  if (typeof body === 'string') pull.body = body;
  if (typeof title === 'string' || typeof body === 'string') pullsOf(context).touch(pull);
  if (state === 'closed') await pullsOf(context).close(pullPlace(context), pull, context.holder.login);
  if (state === 'open' && pull.state === 'closed') await pullsOf(context).reopen(pullPlace(context), pull);
  return { status: 200, body: await whole(context, pull) };
}

/** `PUT …/pulls/{number}/merge` with `sha`, `merge_method`, `commit_title`, `commit_message`. */
async function mergeIt(context: RepoContext, number: string): Promise<Answer> {
  const { sha, merge_method: method = 'merge', commit_title: title, commit_message: message } = context.body;
  const wanted = mergeMethodSchema.safeParse(method);
  if (!wanted.success) throw unprocessable('Invalid merge_method');
  const commit = await pullsOf(context).merge(pullPlace(context), await pullOf(context, number), {
    by: context.holder.login,
    method: wanted.data,
    sha: textOf(sha),
    title: textOf(title),
    message: textOf(message),
  });
  return { status: 200, body: { sha: commit, merged: true, message: 'Pull Request successfully merged' } };
}

/** `GET …/pulls/{number}/files`, against the commit that it left the base at. */
async function listFiles(context: RepoContext, number: string): Promise<Answer> {
  const pull = await pullOf(context, number);
  const from = await context.repo.mergeBase(pull.base.sha, pull.head.sha);
  const files = await context.repo.diff(from, pull.head.sha);
  const page = pageOf(context.url.searchParams);
  const link = linkHeader(context.url, page, files.length);
  const body = paged(files, page).map((file) => diffFile(context.place, pull.head.sha, file, ''));
  return { status: 200, body, headers: link ? { link } : {} };
}

/** `GET …/pulls/{number}/reviews`, oldest first. */
async function listReviews(context: RepoContext, number: string): Promise<Answer> {
  const pull = await pullOf(context, number);
  const page = pageOf(context.url.searchParams);
  const link = linkHeader(context.url, page, pull.reviews.length);
  const body = paged(pull.reviews, page).map((one) => pullReview(context.place, pull, one));
  return { status: 200, body, headers: link ? { link } : {} };
}

const verdicts: Readonly<Record<string, Review['state']>> = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
};

/** `POST …/pulls/{number}/reviews` with `event` and `body`; a review without an event would be pending: not here. */
async function createReview(context: RepoContext, number: string): Promise<Answer> {
  const pull = await pullOf(context, number);
  const { event, body } = context.body;
  const state = typeof event === 'string' ? verdicts[event] : undefined;
  if (!state) throw unprocessable('Invalid event');
  const review = await pullsOf(context).review(pullPlace(context), pull, {
    by: context.holder.login,
    state,
    body: textOf(body) ?? '',
  });
  return { status: 200, body: pullReview(context.place, pull, review) };
}

async function requestedReviewers(context: RepoContext, number: string): Promise<Answer> {
  const shaped = simplePull(context.place, await pullOf(context, number));
  return { status: 200, body: { users: shaped.requested_reviewers, teams: shaped.requested_teams } };
}

/** `POST …/pulls/{number}/requested_reviewers` with `reviewers` and `team_reviewers`. */
async function requestReviewers(context: RepoContext, number: string): Promise<Answer> {
  const pull = await pullOf(context, number);
  const names = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  const reviewers = names(context.body.reviewers);
  if (reviewers.includes(pull.author))
    throw unprocessable('Review cannot be requested from pull request author.');
  pull.reviewers = [...new Set([...pull.reviewers, ...reviewers])];
  pull.teams = [...new Set([...pull.teams, ...names(context.body.team_reviewers)])];
  pullsOf(context).touch(pull);
  return { status: 201, body: simplePull(context.place, pull) };
}
