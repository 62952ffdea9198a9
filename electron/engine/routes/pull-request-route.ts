import { type Failure, ok, type Result } from '../../../shared/domain/failure/failure';
import type { Intent } from '../../../shared/domain/operation/intent';
import { movedRepoText } from '../../../shared/domain/route/moved-repo';
import type { PullRequest } from '../../../shared/domain/route/pull-request';
import { pullRequestStatus } from '../../../shared/domain/route/pull-request-status';
import { textHash } from '../../ledger/proposals';
import type { StepContext, StepEnd } from '../operation-context';
import { mergeWhenDue } from './merge-when-due';
import { openPullRequest } from './open-pull-request';
import { type Begun, begunOf, type Proposal, patiently, say, showJob, type Task } from './proposal';
import { proposedContent } from './proposal-content';
import { isRecordsAlone, writeRecords, writeRecordsAlone } from './proposal-records';
import { type Pointless, whyPointless } from './proposal-standing';
import { closingEffect, withdraw } from './withdraw-pull-request';

/** How long it has been open, in milliseconds, and how many times `limits.review` lie between two looks from then on. */
const paces = [
  { after: 24 * 3_600_000, times: 20 },
  { after: 10 * 60_000, times: 4 },
  { after: 0, times: 1 },
] as const;

/**
 * Carries a change by a pull request: a branch with the commit, the pull request, and then the wait for its review, which
 * takes hours or days and survives restarts. Succeeds once the change is on the main branch, whichever way it was merged.
 * Ends, and takes the pull request and its branch away, once the release repo has moved on so that it means nothing any
 * more, or when it is cancelled, at any time before the merge.
 */
export async function proposeChange(context: StepContext<Intent>, proposal: Proposal): Promise<StepEnd> {
  const { world } = context;
  const { github, branch } = world.estate.ledger;
  if (context.record().effects.get(proposal.effect)?.outcome === 'done') return { state: 'succeeded' };
  if (!github || !world.pullRequests) return { state: 'failed', failure: noGitHub };
  const { owner, repo } = github;
  const task: Task = {
    context,
    signal: AbortSignal.any([context.signal, context.cancelled]),
    proposal,
    pulls: world.pullRequests,
    place: { owner, repo, branch },
  };
  try {
    if (isRecordsAlone(task)) return await writeRecordsAlone(task);
    if (context.cancelled.aborted) return await cancelled(task);
    const closing = context.record().effects.get(closingEffect(proposal.effect));
    // An earlier process died while it took it back: what is found on the ledger now says why again.
    if (closing) return await takenBack(task, String(closing.data.why ?? ''));
    const opened = await openPullRequest(task);
    if (!opened.ok) return await notOpened(task, opened.failure);
    if (opened.value === null) return { state: 'succeeded', text: 'Already in the release repo.' };
    return await follow(task, opened.value.begun);
  } catch (error) {
    if (!context.cancelled.aborted || context.signal.aborted) throw error;
    return cancelled(task);
  }
}

/** The same by the environment's own settings of the route. */
export async function proposeHere(context: StepContext, proposal: Omit<Proposal, 'route'>): Promise<StepEnd> {
  const { environment } = context.intent;
  const route = context.world.routes.config(environment, 'pull-request');
  if (route !== null) return proposeChange(context, { ...proposal, route });
  const because = `The estate file no longer lists the route pull-request for ${environment}, on which this began.`;
  return { state: 'unknown', because };
}

/** What is cancelled leaves nothing behind; what was merged before can't be. */
async function cancelled(task: Task): Promise<StepEnd> {
  if (!begunOf(task)) return { state: 'withdrawn', because: 'Cancelled before anything was pushed.' };
  const withdrawn = await withdraw(task, 'Cancelled.');
  if (withdrawn.state === 'gone') return { state: 'withdrawn', because: withdrawn.text };
  if (withdrawn.state === 'unknown') return { state: 'unknown', because: withdrawn.text };
  const end = await merged(task, withdrawn.pull);
  task.context.saw('It was merged before it could be cancelled.');
  return end;
}

async function takenBack(task: Task, why: string): Promise<StepEnd> {
  const begun = begunOf(task);
  const pointless = begun && (await whyPointless(task, begun, task.context.world.ledger.snapshot()));
  if (begun && pointless) return endPointless(task, begun, pointless);
  const withdrawn = await withdraw(task, why);
  if (withdrawn.state === 'merged') return merged(task, withdrawn.pull);
  const text = `${why} ${withdrawn.text}`.trim();
  if (withdrawn.state === 'unknown') return { state: 'unknown', because: text };
  return { state: 'failed', failure: gone(text) };
}

async function notOpened(task: Task, failure: Failure): Promise<StepEnd> {
  if (!begunOf(task)) return { state: 'failed', failure };
  const withdrawn = await withdraw(task, failure.message);
  if (withdrawn.state === 'merged') return merged(task, withdrawn.pull);
  if (withdrawn.state === 'unknown')
    return { state: 'unknown', because: `${failure.message} ${withdrawn.text}` };
  return { state: 'failed', failure };
}

/** For how many of the first looks (`limits.review`) a pull request that somebody closed may be opened again. */
const reopening = 20;

/** Looks at the pull request and at the ledger until one of them ends it. */
async function follow(task: Task, begun: Begun): Promise<StepEnd> {
  const { context, pulls, place, signal } = task;
  const { world } = context;
  const number = begun.number ?? 0;
  const merging = mergeWhenDue(task);
  const contentOf = proposedContent(task, begun);
  let closedSince: number | null = null;
  let movedTo: string | null = null;
  for (;;) {
    // Before GitHub is asked: what a merge of ours brought is then never taken for somebody else's.
    const snapshot = world.ledger.snapshot();
    const seen = await pulls.get(place, number, signal);
    signal.throwIfAborted();
    const moved = seen.ok ? movedRepoText(place, seen.value.repo) : null;
    if (moved !== null && moved !== movedTo) context.saw(moved);
    movedTo = moved ?? movedTo;
    if (seen.ok && seen.value.state === 'merged') return merged(task, seen.value);
    const isClosed = seen.ok && seen.value.state === 'closed';
    // Whoever closed it may open it again: its branch is not taken away at once.
    closedSince = isClosed ? (closedSince ?? world.now().getTime()) : seen.ok ? null : closedSince;
    const isLeft =
      closedSince !== null && world.now().getTime() - closedSince >= reopening * world.limits.review;
    if (isClosed && isLeft) return closedByOthers(task, begun);
    const pointless = await whyPointless(task, begun, snapshot);
    if (pointless) return endPointless(task, begun, pointless);
    if (isClosed)
      say(task, `Pull request #${number} was closed on GitHub. It ends soon unless it is reopened.`);
    else if (seen.ok && seen.value.conflicts) {
      // Why is said better by what was changed, which the ledger may not have seen yet.
      const newest = await world.ledger.refresh(signal);
      const why = newest.ok ? await whyPointless(task, begun, newest.value) : null;
      if (why) return endPointless(task, begun, why);
      const text = `It conflicts with what was changed on ${place.branch} since.`;
      return endPointless(task, begun, { because: 'refused', failure: gone(text) });
    } else if (seen.ok) {
      const reviews = await pulls.reviews(place, seen.value, signal);
      const checks = await pulls.checks(place, seen.value.head.commit, signal);
      const inQueue = await pulls.queue(place, seen.value, signal);
      signal.throwIfAborted();
      const queue = inQueue.ok ? inQueue.value : null;
      const content = await contentOf(seen.value);
      const merge = await merging(seen.value, reviews.ok ? reviews.value : null, content, queue);
      if (merge !== null && typeof merge === 'object') {
        say(task, `Pull request #${number} was merged. Waiting for GitHub to show it.`);
        await nextLook(task, snapshot.commit);
        continue;
      }
      const text = pullRequestStatus(seen.value, {
        reviews: reviews.ok ? reviews.value : null,
        checks: checks.ok ? checks.value : null,
        queue,
        noAutoMerge: merge,
        content,
        branch: place.branch,
      });
      showJob(task, seen.value, { text });
      say(task, text);
    } else say(task, `Pull request #${number}: ${seen.failure.message} ${seen.failure.meaning}`);
    await nextLook(task, snapshot.commit);
  }
  // The loop is left by its ends alone.
}

/** Waits until the ledger has moved from a commit, or it is time to ask GitHub again. */
async function nextLook({ context, signal }: Task, commit: string | null): Promise<void> {
  const { world } = context;
  const { requestedAt } = context.record().operation;
  const age = world.now().getTime() - Date.parse(requestedAt);
  const times = paces.find(({ after }) => age >= after)?.times ?? 1;
  await new Promise<void>((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      stop();
      signal.removeEventListener('abort', aborted);
      settle();
    };
    const aborted = (): void => end(() => reject(signal.reason));
    const timer = setTimeout(() => end(resolve), world.limits.review * times);
    const stop = world.ledger.onChange(({ snapshot }) => {
      if (snapshot.commit !== commit) end(resolve);
    });
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
    else if (world.ledger.snapshot().commit !== commit) end(resolve);
  });
}

/** Proves by the release repo itself that a merged pull request brought the change. */
async function merged(task: Task, pull: PullRequest): Promise<StepEnd> {
  const { context, proposal, place } = task;
  const { world, signal } = context;
  const { number, mergeCommit, mergedBy } = pull;
  const now = world.now().toISOString();
  if (pull.base !== place.branch) {
    const failure = gone(`Pull request #${number} was merged into ${pull.base}, not into ${place.branch}.`);
    context.result(proposal.effect, { outcome: 'not-done', text: failure.message });
    showJob(task, pull, { state: 'failed', text: failure.message, finishedAt: now });
    return { state: 'failed', failure };
  }
  say(task, `Pull request #${number} is merged. Waiting for its commit to reach this console.`);
  let missingSince: number | null = null;
  const found = await patiently(task, signal, async () => {
    const there = await broughtBy(task, mergeCommit);
    if (!there.ok || there.value !== null) return there;
    // The branch answers and does not have it: a moment later it does, or it was rewritten, or this is another copy.
    const at = world.now().getTime();
    missingSince ??= at;
    if (at - missingSince >= world.limits.landing) return there;
    return {
      ok: false,
      failure: { ...gone(`${place.branch} does not have the merge yet.`), code: 'unreachable' },
    };
  });
  if (!found.ok || found.value === null) {
    const because = `GitHub says that pull request #${number} was merged, but its commit is not on ${place.branch}.`;
    context.result(proposal.effect, { outcome: 'unknown', text: because });
    return { state: 'unknown', because };
  }
  await writeRecords(task, begunOf(task), found.value);
  const other = await differing(task, found.value);
  if (other.length > 0)
    context.saw(`The merge holds something else than was proposed in ${other.slice(0, 3).join(', ')}.`);
  const text = `Merged${mergedBy === null ? '' : ` by ${mergedBy}`} as ${found.value.slice(0, 10)}.`;
  context.result(proposal.effect, { outcome: 'done', text, commit: found.value });
  showJob(task, pull, { state: 'succeeded', text, finishedAt: now });
  const begun = begunOf(task);
  // Nobody waits for it: most repos delete the branch themselves.
  if (begun) void world.ledger.proposals.withdraw({ branch: begun.branch, commit: pull.head.commit });
  return { state: 'succeeded' };
}

/** The commit of the main branch by which a merge brought the change; by our own trailers where GitHub names no commit. */
async function broughtBy(
  { context: { world, id, signal }, proposal: { kind } }: Task,
  mergeCommit: string | null,
): Promise<Result<string | null>> {
  if (mergeCommit !== null) return world.ledger.proposals.broughtIn(mergeCommit, signal);
  const own = await world.ledger.findOperation(id, { kind, signal });
  return own.ok ? ok(own.value?.commit ?? null) : own;
}

/** Paths whose content is not what was proposed. */
async function differing(task: Task, commit: string): Promise<string[]> {
  const snapshot = await task.context.world.ledger.snapshotAt(commit, task.context.signal);
  const files = Object.entries(begunOf(task)?.files ?? {});
  if (!snapshot.ok) return [];
  return files
    .filter(([path, hash]) => textHash(snapshot.value.file(path)?.text ?? null) !== hash)
    .map(([path]) => path);
}

async function closedByOthers(task: Task, begun: Begun): Promise<StepEnd> {
  const why = `Pull request #${begun.number ?? 0} was closed on GitHub without being merged.`;
  const withdrawn = await withdraw(task, why);
  if (withdrawn.state === 'merged') return merged(task, withdrawn.pull);
  if (withdrawn.state === 'unknown') return { state: 'unknown', because: `${why} ${withdrawn.text}` };
  return { state: 'failed', failure: gone(why) };
}

async function endPointless(task: Task, begun: Begun, pointless: Pointless): Promise<StepEnd> {
  const { context, proposal } = task;
  const { world, id, signal } = context;
  // It may be our own merge, which GitHub has not told of yet.
  const { kind } = proposal;
  const own = await world.ledger.findOperation(id, { kind, base: begun.base, signal });
  if (own.ok && own.value) {
    const { commit } = own.value;
    await writeRecords(task, begun, commit);
    context.result(proposal.effect, { outcome: 'done', text: `Merged as ${commit.slice(0, 10)}.`, commit });
    showJob(
      task,
      { number: begun.number ?? 0, url: begun.url },
      {
        state: 'succeeded',
        text: 'Merged.',
        finishedAt: world.now().toISOString(),
      },
    );
    return { state: 'succeeded' };
  }
  const why = textOf(pointless);
  const withdrawn = await withdraw(task, why);
  if (withdrawn.state === 'merged') return merged(task, withdrawn.pull);
  const { text } = withdrawn;
  // What is there already stays so; anything else may still be changed by a merge.
  if (withdrawn.state === 'unknown' && pointless.because !== 'there')
    return { state: 'unknown', because: `${why} ${text}` };
  switch (pointless.because) {
    case 'there':
      context.result(proposal.effect, { outcome: 'done', text: why });
      return { state: 'succeeded', text: `${why} ${text}` };
    case 'superseded':
      return { state: 'superseded', by: { ...pointless.by, text: `${why} ${text}` } };
    case 'refused':
      return {
        state: 'failed',
        failure: { ...pointless.failure, meaning: `${text} ${pointless.failure.meaning}`.trim() },
      };
  }
}

function textOf(pointless: Pointless): string {
  switch (pointless.because) {
    case 'there':
      return 'The release repo has it already, by another commit.';
    case 'superseded':
      return pointless.by.text;
    case 'refused':
      return pointless.failure.message;
  }
}

/** It came to nothing. */
const gone = (message: string): Failure => ({
  code: 'conflict',
  message,
  meaning: 'Nothing was changed.',
  next: [{ do: 'retry', label: 'Review again' }],
});

const noGitHub: Failure = {
  code: 'invalid-input',
  message: 'The estate file does not say where the release repo’s GitHub is.',
  meaning: 'A pull request goes by GitHub’s API. Nothing was changed.',
  next: [{ do: 'open-settings', label: 'Add ledger.github to signalbox.yaml' }],
};
