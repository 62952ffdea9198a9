import { setTimeout as pause } from 'node:timers/promises';
import { type Failure, fail, ok, type Result } from '../../shared/domain/failure';
import { nameProblem } from '../../shared/domain/layout';
import { GitError } from '../systems/git/errors';
import { badPath, ledgerFailure, tooBusy } from './failures';
import type {
  Identity,
  Intent,
  Landed,
  Mutation,
  Snapshot,
  TransactionFailure,
  TransactOptions,
} from './ledger';

/** How one try to land a commit ended. */
export type Landing =
  | { kind: 'landed'; commit: string; drift?: Landed<unknown>['drift'] }
  /** Somebody else was first: run `mutate` again on what the repo says now. */
  | { kind: 'moved' }
  | { kind: 'failed'; failure: TransactionFailure };

/** What a transaction needs of the ledger around it. */
export interface TransactionParts {
  identity: Identity;
  snapshot(): Snapshot;
  /** Fetches what the remote says now. */
  fetch(signal?: AbortSignal): Promise<Snapshot>;
  /** Makes the commit in the mirror and gives its id. */
  commit(
    base: string,
    files: ReadonlyMap<string, { text: string; executable: boolean } | null>,
    message: string,
    identity: Identity,
  ): Promise<string>;
  /** Why no file can be put at a path that the snapshot does not hold, `null` when it can. */
  placeProblem(snapshot: Snapshot, path: string): Promise<string | null>;
  branchFor(intent: Intent, attempt: number): string | undefined;
  land(prepared: {
    commit: string;
    base: Snapshot;
    branch: string | undefined;
    again: Again;
  }): Promise<Landing>;
  /** Called with the commit that is now the branch's newest. */
  landed(commit: string): Promise<void>;
}

/** Runs `mutate` of the same transaction on another snapshot, to see whether it would say something else. */
export type Again = (snapshot: Snapshot) => {
  failure: Failure | null;
  files: ReadonlyMap<string, string | null>;
};

/** Tries until a transaction gives up. Every round somebody lands, so only as many consoles as this could starve one. */
const maxAttempts = 80;

/**
 * One transaction: `mutate`, commit, land; again from the start on a newer snapshot whenever somebody else was first.
 * The first try takes the newest snapshot known without asking the remote: the landing is a compare-and-swap, so a
 * stale snapshot costs a round and never harms. A refusal, though, is only believed on a snapshot that is fresh.
 */
export async function transact<T>(
  parts: TransactionParts,
  intent: Intent,
  mutate: (snapshot: Snapshot) => Mutation<T>,
  options: TransactOptions,
): Promise<Result<Landed<T>, TransactionFailure>> {
  const { signal, onPrepared } = options;
  const identity = intent.identity ?? parts.identity;
  let snapshot = parts.snapshot();
  let isFresh = false;
  const freshen = async (): Promise<void> => {
    snapshot = await parts.fetch(signal);
    isFresh = true;
  };
  try {
    if (snapshot.commit === null) await freshen();
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      signal?.throwIfAborted();
      let wanted = mutate(snapshot);
      if (wanted.kind !== 'change' && !isFresh) {
        await freshen();
        wanted = mutate(snapshot);
      }
      const base = snapshot;
      if (base.commit === null) throw new GitError('other', 'commit', 'There is no commit to build upon.');
      if (wanted.kind === 'refusal') return fail(wanted.failure);
      if (wanted.kind === 'nothing')
        return ok({
          value: wanted.value,
          changed: false,
          commit: base.commit,
          ownCommit: base.commit,
          base,
          attempts: attempt,
        });
      const checked = await checkFiles(parts, base, wanted.files);
      if (!checked.ok) return checked;
      const commit = await parts.commit(base.commit, checked.value, wanted.message, identity);
      const branch = parts.branchFor(intent, attempt);
      await onPrepared?.({ commit, base: base.commit, attempt, ...(branch ? { branch } : {}) });
      signal?.throwIfAborted();
      // From here on the signal is not listened to: what is on its way cannot be called back.
      const again: Again = (other) => {
        const answer = mutate(other);
        return {
          failure: answer.kind === 'refusal' ? answer.failure : null,
          files: answer.kind === 'change' ? answer.files : new Map(),
        };
      };
      const landing = await parts.land({ commit, base, branch, again });
      if (landing.kind === 'failed') return fail(landing.failure);
      if (landing.kind === 'landed') {
        await parts.landed(landing.commit);
        return ok({
          value: wanted.value,
          changed: true,
          commit: landing.commit,
          ownCommit: commit,
          base,
          attempts: attempt,
          ...(landing.drift ? { drift: landing.drift } : {}),
        });
      }
      await pause(Math.random() * Math.min(80 * attempt, 1500), undefined, { signal });
      await freshen();
    }
    return fail(tooBusy(maxAttempts));
  } catch (error) {
    if (signal?.aborted) return fail(ledgerFailure(new GitError('aborted', 'transaction', '')));
    return fail(ledgerFailure(error));
  }
}

async function checkFiles(
  parts: TransactionParts,
  base: Snapshot,
  files: ReadonlyMap<string, string | null>,
): Promise<Result<ReadonlyMap<string, { text: string; executable: boolean } | null>>> {
  const checked = new Map<string, { text: string; executable: boolean } | null>();
  for (const [path, text] of files) {
    const bad = pathProblem(path);
    if (bad) return fail(badPath(path, bad));
    const known = base.file(path);
    if (!known) {
      const problem = base.problems.find((found) => path === found.path || path.startsWith(`${found.path}/`));
      const place = problem?.reason ?? (await parts.placeProblem(base, path));
      if (place) return fail(badPath(path, place.replace(/\.$/, '')));
    }
    checked.set(path, text === null ? null : { text, executable: known?.executable ?? false });
  }
  if (checked.size === 0) return fail(badPath('', 'the change names no file'));
  return ok(checked);
}

/** Why a path cannot be written to, `null` when it can. A leading "." is allowed for `.signalbox` alone. */
function pathProblem(path: string): string | null {
  for (const [index, part] of path.split('/').entries()) {
    const problem = nameProblem(index === 0 && part.startsWith('.') ? part.slice(1) : part);
    if (problem) return problem;
    if (/^\.git$/i.test(part)) return 'it leads into Git\u2019s own folder';
  }
  return null;
}
