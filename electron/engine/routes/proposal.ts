import { setTimeout as pause } from 'node:timers/promises';
import type { RouteOf } from '../../../shared/domain/estate/routes';
import type { Failure, Result } from '../../../shared/domain/failure/failure';
import { passingCodes } from '../../../shared/domain/failure/passing';
import type { Intent } from '../../../shared/domain/operation/intent';
import type { Job } from '../../../shared/domain/operation/operation';
import type { Finding } from '../../../shared/domain/preflight/finding';
import type { RecordChange } from '../../../shared/domain/records/record-change';
import type { PullRequest } from '../../../shared/domain/route/pull-request';
import type { Snapshot } from '../../ledger/ledger';
import type { PullRequests, RepoPlace } from '../../systems/github/pull-requests';
import type { StepContext } from '../operation-context';
import type { FullDecision } from '../steps/write-ledger';

/** A change of the release repo that goes through a pull request. */
export interface Proposal {
  /** The side effect as the journal names it. */
  effect: string;
  /** `Signalbox-Kind` of the commit. */
  kind: string;
  /** For a person: "Deploy frontend v12 to production". */
  what: string;
  route: RouteOf<'pull-request'>;
  reason?: string | undefined;
  override?: readonly string[] | undefined;
  findings: readonly Finding[];
  /** Pure; asked on the snapshot that the branch is built upon, and again whenever the ledger moves. */
  decide: (snapshot: Snapshot) => FullDecision<null>;
  /** What else the journal is to have of it. */
  data?: () => Record<string, unknown>;
  /**
   * Its branch, where several consoles may want the same change: who makes the branch first proposes it, and the others
   * find it taken. Left out: one of the operation's own.
   */
  branch?: string;
  /** Why nobody wants it any more, whatever the main branch says; `null`: it is wanted. */
  isOver?: () => string | null;
  /**
   * Where records lie apart: what they say once a commit of the main branch brought it. Left out: what came with the change.
   */
  settle?: (commit: string) => Promise<(snapshot: Snapshot) => FullDecision<null>>;
}

/** A proposal under way. */
export interface Task {
  context: StepContext<Intent>;
  /** Aborted when it is cancelled, too. */
  signal: AbortSignal;
  proposal: Proposal;
  pulls: PullRequests;
  place: RepoPlace & { branch: string };
}

/** What the journal has of it. */
export interface Begun {
  branch: string;
  commit: string;
  /** The commit of the main branch that it is built upon. */
  base: string;
  /** Hashes of the files' texts, by path. */
  files: Record<string, string>;
  /** Of the pull request; `null`: not opened yet, as far as is known. */
  number: number | null;
  url: string | null;
  /** Whether reviewers were asked. */
  asked: boolean;
  /** Where records lie apart: those that go with the change, written once it is merged. */
  records: readonly RecordChange[];
}

/** What was begun by this process or an earlier one; `null`: nothing was pushed. */
export function begunOf({ context, proposal }: Pick<Task, 'context' | 'proposal'>): Begun | null {
  const effect = context.record().effects.get(proposal.effect);
  if (!effect) return null;
  const { route, branch, commit, base, files, number, url, asked, records } = effect.data;
  // A commit of the person's own that was refused before may have had a branch, too.
  if (route !== 'pull-request') return null;
  if (typeof branch !== 'string' || typeof commit !== 'string' || typeof base !== 'string') return null;
  return {
    branch,
    commit,
    base,
    files: typeof files === 'object' && files !== null ? (files as Record<string, string>) : {},
    number: typeof number === 'number' ? number : null,
    url: typeof url === 'string' ? url : null,
    asked: asked === true,
    records: Array.isArray(records) ? (records as RecordChange[]) : [],
  };
}

/** Writes down how far it is. */
export const remember = ({ context, proposal }: Task, text: string, begun: Begun): void =>
  context.intend(proposal.effect, text, {
    ...proposal.data?.(),
    route: 'pull-request',
    cancellable: true,
    ...begun,
  });

/** Shows the pull request as a job of the operation. */
export function showJob(
  { context, proposal }: Task,
  pull: Pick<PullRequest, 'number' | 'url'>,
  change: Partial<Job>,
): void {
  const name = proposal.effect === 'commit' ? 'Pull request' : `Pull request: ${proposal.what}`;
  const known = context.record().operation.jobs.find((one) => one.name === name);
  context.job({
    name,
    phase: 'deploy',
    kind: 'pull-request',
    state: 'running',
    text: null,
    workflow: null,
    url: pull.url,
    startedAt: known?.startedAt ?? context.world.now().toISOString(),
    finishedAt: null,
    ...change,
  });
}

/** Says what is waited for, once. */
export function say({ context }: Task, text: string): void {
  const step = context.record().operation.steps.find(({ name }) => name === context.step);
  if (step?.waitingFor !== text) context.waiting(text);
}

/** Failures that pass by themselves, or may be gone after somebody has looked at the token. */
const passing: ReadonlySet<Failure['code']> = new Set([...passingCodes, 'unknown-outcome', 'bad-data']);
export const passes = ({ code }: Failure): boolean => passing.has(code);

/** Milliseconds between two tries of what was not heard. */
const retryEvery = [1_000, 5_000, 15_000, 60_000] as const;

/**
 * Asks until there is an answer, a refusal, or the time is over.
 * @param limit milliseconds; left out: as long as it takes.
 */
export async function patiently<T>(
  task: Task,
  signal: AbortSignal,
  ask: () => Promise<Result<T>>,
  limit = Number.POSITIVE_INFINITY,
): Promise<Result<T>> {
  const { world } = task.context;
  const until = world.now().getTime() + limit;
  for (let attempt = 0; ; attempt++) {
    const answer = await ask();
    signal.throwIfAborted();
    if (answer.ok || !passes(answer.failure) || world.now().getTime() >= until) return answer;
    say(task, `${answer.failure.message} Trying again.`);
    const wait = Math.min(world.limits.review, retryEvery[attempt] ?? 60_000);
    await pause(wait, undefined, { signal });
  }
}
