import { type Failure, fail, ok, type Result } from '../../../shared/domain/failure/failure';
import { codeOwners } from '../../../shared/domain/ledger/code-owners';
import { commitMessage } from '../../../shared/domain/ledger/trailers';
import type { RecordChange } from '../../../shared/domain/records/record-change';
import type { PullRequest } from '../../../shared/domain/route/pull-request';
import { proposalBranch, pullRequestText } from '../../../shared/domain/route/pull-request-text';
import type { Mutation, Snapshot } from '../../ledger/ledger';
import { type Begun, begunOf, passes, patiently, remember, showJob, type Task } from './proposal';

/** The message of the proposed commit: it stays, whichever way of merging is taken. */
export function messageOf({ context, proposal }: Task, subject: string): string {
  const { reason, override, kind } = proposal;
  return commitMessage(subject, {
    operation: context.id,
    kind,
    ...(reason ? { reason } : {}),
    ...(override?.length ? { override: [...override] } : {}),
  });
}

/** Pushes the commit to its branch. @returns `null`: there is nothing to change. */
async function pushBranch(task: Task): Promise<Result<Begun | null>> {
  const { context, proposal, signal } = task;
  const { world, id } = context;
  let apart: readonly RecordChange[] = [];
  const mutate = (snapshot: Snapshot): Mutation<null> => {
    const decision = proposal.decide(snapshot);
    if (decision.kind !== 'change') return decision;
    const { changes: records, files, subject } = decision;
    apart = snapshot.recordsCommit === undefined ? [] : records;
    const message = messageOf(task, subject);
    return { kind: 'change', records, ...(files ? { files } : {}), message, value: null };
  };
  const what = proposal.effect === 'commit' ? proposal.what : `${proposal.effect} ${proposal.what}`;
  const first = proposalBranch(world.estate.ledger, id, what);
  context.waiting('Waiting for the branch to reach the release repo.');
  for (let name = 1; name <= (proposal.branch === undefined ? mostNames : 1); name++) {
    const branch = proposal.branch ?? (name === 1 ? first : `${first}-${name}`);
    const asked = { operationId: id, what: proposal.what, identity: world.identity(), branch };
    const pushed = await patiently(
      task,
      signal,
      () => {
        // Of an earlier try, too, whose answer was not heard.
        const before = begunOf(task);
        return world.ledger.proposals.propose(asked, mutate, {
          signal,
          made: before?.branch === branch ? before : null,
          onPrepared: ({ commit, base, files }) => {
            signal.throwIfAborted();
            remember(task, `Push ${commit.slice(0, 10)} to the branch ${branch}.`, {
              branch,
              commit,
              base,
              files,
              number: null,
              url: null,
              asked: false,
              records: apart,
            });
          },
        });
      },
      world.limits.ledger,
    );
    if (!pushed.ok)
      return proposal.branch !== undefined && pushed.failure.code === 'conflict'
        ? fail(askedAlready(branch))
        : pushed;
    if (pushed.value === null) return ok(null);
    if (pushed.value === 'taken') {
      if (proposal.branch !== undefined) return fail(askedAlready(branch));
      context.saw(`The branch ${branch} holds something that Signalbox did not make: it is left alone.`);
      continue;
    }
    const begun = begunOf(task);
    if (begun?.branch !== branch) return fail(strangeBranch(branch));
    return ok({ ...begun, commit: pushed.value.commit });
  }
  return fail(strangeBranch(first));
}

/** Another console was first, or somebody's branch is in the way. */
const askedAlready = (branch: string): Failure => ({
  code: 'busy',
  message: `It is asked for already, by the branch ${branch}.`,
  meaning: 'Nothing was changed.',
  next: [{ do: 'advice', label: 'Look for its pull request on GitHub.' }],
});

/** Names of branches that are tried: whoever takes them all guesses them on purpose. */
const mostNames = 5;

/** The id in its name is this operation's alone: whoever made the branch guessed it, or the journal was put back. */
const strangeBranch = (branch: string): Failure => ({
  code: 'conflict',
  message: `The branch ${branch} is in the release repo already, and Signalbox did not make it.`,
  meaning: 'Nothing was changed.',
  next: [{ do: 'advice', label: 'Delete the branch on GitHub, then try again.' }],
});

/**
 * The pull request of the operation's branch: of its commit, or with its trailer where somebody has changed the branch
 * since. One that somebody else opened from a branch of that name is none.
 */
export async function findOwn(
  { context, pulls, place, signal }: Task,
  { branch, commit }: Begun,
): Promise<Result<PullRequest | null>> {
  const found = await pulls.find(place, branch, signal);
  if (!found.ok || found.value === null) return found;
  const { head, operation } = found.value;
  return ok(head.commit === commit || operation === context.id ? found.value : null);
}

async function create(task: Task, begun: Begun): Promise<Result<PullRequest>> {
  const { context, proposal, pulls, place, signal } = task;
  const { world, id } = context;
  const paths = Object.keys(begun.files);
  const owners = await world.ledger.proposals.codeOwners(begun.base);
  const text = pullRequestText({
    operation: id,
    kind: proposal.kind,
    what: proposal.what,
    reason: proposal.reason ?? null,
    override: proposal.override ?? [],
    findings: proposal.findings,
    paths,
    owners: owners.ok && owners.value !== null ? codeOwners(owners.value, paths) : [],
    by: world.identity().name,
  });
  const find = (): Promise<Result<PullRequest | null>> => findOwn(task, begun);
  return patiently(
    task,
    signal,
    async () => {
      // One whose answer was not heard, by this process or an earlier one.
      const there = await find();
      if (!there.ok) return there;
      if (there.value !== null) return ok(there.value);
      context.waiting('Opening the pull request.');
      const made = await pulls.create(place, { ...text, head: begun.branch, base: place.branch }, signal);
      if (!made.ok) return made;
      if (made.value !== 'already') return ok(made.value);
      const found = await find();
      if (!found.ok) return found;
      return found.value === null
        ? fail({
            code: 'bad-data',
            message: 'GitHub says that the pull request exists, but does not list it.',
            meaning: 'Signalbox asks again.',
            next: [],
          })
        : ok(found.value);
    },
    world.limits.ledger,
  );
}

/** Asks for reviews; that somebody can't be asked stops nothing. */
async function askReviewers(task: Task, begun: Begun, pull: PullRequest): Promise<Begun> {
  const { context, proposal, pulls, place } = task;
  const reviewers = proposal.route.reviewers.filter(
    (login) => login.toLowerCase() !== pull.author?.toLowerCase(),
  );
  const whom = { reviewers, teams: proposal.route.teamReviewers };
  if (whom.reviewers.length + whom.teams.length > 0) {
    const asked = await pulls.request(place, pull.number, whom, task.signal);
    task.signal.throwIfAborted();
    if (!asked.ok) {
      if (passes(asked.failure)) return begun;
      context.saw(`Reviewers could not be asked: ${asked.failure.message} ${asked.failure.meaning}`);
    }
  }
  const known = { ...begun, asked: true };
  remember(task, `Pull request #${pull.number} waits for its review.`, known);
  return known;
}

/**
 * Makes the branch and its pull request, or finds those that an earlier process made.
 * @returns `null`: there was nothing to change. Fails with why it could not be; nothing is on main then, and the branch
 *   may be there.
 */
export async function openPullRequest(
  task: Task,
): Promise<Result<{ begun: Begun; pull: Pick<PullRequest, 'number' | 'url'> } | null>> {
  let begun = begunOf(task);
  if (begun?.number === null) {
    // It may have been opened, and even been merged and its branch deleted, since.
    const pushed = begun;
    const there = await patiently(task, task.signal, () => findOwn(task, pushed));
    if (!there.ok) return there;
    if (there.value) begun = { ...begun, number: there.value.number, url: there.value.url };
  }
  if (begun === null || begun.number === null) {
    const pushed = await pushBranch(task);
    if (!pushed.ok) return pushed;
    if (pushed.value === null) return ok(null);
    const made = await create(task, pushed.value);
    if (!made.ok) return made;
    begun = { ...pushed.value, number: made.value.number, url: made.value.url };
    remember(task, `Pull request #${made.value.number} waits for its review.`, begun);
    task.context.saw(`Opened pull request #${made.value.number}.`);
    showJob(task, made.value, { text: 'Waiting for a review.' });
    begun = await askReviewers(task, begun, made.value);
  } else if (!begun.asked) {
    const { number } = begun;
    remember(task, `Pull request #${number} waits for its review.`, begun);
    const there = await task.pulls.get(task.place, number ?? 0, task.signal);
    if (there.ok && there.value.state === 'open') begun = await askReviewers(task, begun, there.value);
  }
  return ok({ begun, pull: { number: begun.number ?? 0, url: begun.url } });
}
