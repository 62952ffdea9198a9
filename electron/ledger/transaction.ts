import { setTimeout as pause } from 'node:timers/promises';
import { type Failure, fail, ok, type Result } from '../../shared/domain/failure/failure';
import { encodeYaml } from '../../shared/domain/go/yaml/encoding';
import { nameProblem } from '../../shared/domain/ledger/layout';
import { recordFiles } from '../../shared/domain/records/record-change';
import { isRecordPath } from '../../shared/domain/records/record-paths';
import { GitError } from '../systems/git/errors';
import { badPath, ledgerFailure, tooBusy, unknownOutcome } from './failures';
import type {
  FoundOperation,
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
  /** The branch stands elsewhere: run `mutate` again on what the repo says now, unless it was this commit that moved it. */
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
    files: ReadonlyMap<string, { content: Uint8Array; executable: boolean } | null>,
    message: string,
    identity: Identity,
    signal?: AbortSignal,
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
  /** Which of these commits, the first of them built upon `base`, lies in the history of `tip`. */
  landedAmong(commits: readonly string[], base: string, tip: string): Promise<FoundOperation | null>;
  /** Called with the commit that the branch was moved to from `base`. */
  landed(commit: string, base: string): Promise<void>;
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
 *
 * Nor is it believed that somebody else was first before the branch was asked for the commits that were sent: where the
 * connection dies before an answer begins, git sends a push again, and what moved the branch was this transaction. A
 * commit that is not on the branch then cannot come there later: the branch has left the only place that it fits upon,
 * or the next commit that lands takes it from there.
 */
export async function transact<T>(
  parts: TransactionParts,
  intent: Intent,
  wish: (snapshot: Snapshot) => Mutation<T>,
  options: TransactOptions,
): Promise<Result<Landed<T>, TransactionFailure>> {
  const mutate = (on: Snapshot): InFiles<T> => inFiles(on, wish(on));
  const { signal, onPrepared } = options;
  const identity = intent.identity ?? parts.identity;
  let snapshot = parts.snapshot();
  let isFresh = false;
  const sent: Sent<T>[] = [];
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
      if (base.commit === null) throw new GitError('other', 'commit', 'There is no commit to build on.');
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
      const commit = await parts.commit(base.commit, checked.value, wanted.message, identity, signal);
      sent.push({ commit, base, onto: base.commit, value: wanted.value, attempts: attempt });
      const branch = parts.branchFor(intent, attempt);
      await onPrepared?.({
        commit,
        base: base.commit,
        attempt,
        files: wanted.files,
        ...(branch ? { branch } : {}),
      });
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
        await parts.landed(landing.commit, base.commit);
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
      // A wait that is cancelled ends at once, but what was sent is asked for all the same.
      await pause(Math.random() * Math.min(80 * attempt, 1500), undefined, { signal }).catch(() => {});
      try {
        snapshot = await parts.fetch();
        isFresh = true;
        const own = await ownOn(parts, snapshot, sent);
        if (own) return ok(own);
      } catch (error) {
        return fail(unknownOutcome(commit, ledgerFailure(error)));
      }
    }
    return fail(tooBusy(maxAttempts));
  } catch (error) {
    if (signal?.aborted) return fail(ledgerFailure(new GitError('aborted', 'transaction', '')));
    return fail(ledgerFailure(error));
  }
}

/** What a transaction wants, with records as the files that they are on a snapshot. */
type InFiles<T> =
  | Exclude<Mutation<T>, { kind: 'change' }>
  | { kind: 'change'; files: ReadonlyMap<string, string | null>; message: string; value: T };

function inFiles<T>(snapshot: Snapshot, wanted: Mutation<T>): InFiles<T> {
  if (wanted.kind !== 'change') return wanted;
  const {
    records = [],
    files = new Map<string, string | null>(),
    copies = new Map(),
    message,
    value,
  } = wanted;
  const loose = [...files.keys()].find(isRecordPath);
  if (loose !== undefined)
    return { kind: 'refusal', failure: badPath(loose, 'only records can be changed there') };
  const written = recordFiles(records, (path) => snapshot.file(path)?.text ?? null);
  if (!written.ok) return { kind: 'refusal', failure: written.failure };
  return { kind: 'change', files: new Map([...files, ...copies, ...written.value]), message, value };
}

/** A commit that was sent, and what it was built upon. */
interface Sent<T> extends Pick<Landed<T>, 'value' | 'base' | 'attempts'> {
  commit: string;
  onto: string;
}

/** The one of the commits of a transaction that the branch holds. */
async function ownOn<T>(
  parts: TransactionParts,
  { commit: tip }: Snapshot,
  sent: readonly Sent<T>[],
): Promise<Landed<T> | null> {
  const [first] = sent;
  if (!first || tip === null) return null;
  const commits = sent.map(({ commit }) => commit);
  const found = await parts.landedAmong(commits, first.onto, tip);
  const own = found && sent.find(({ commit }) => commit === found.ownCommit);
  if (!found || !own) return null;
  const { value, base, attempts } = own;
  return { value, base, attempts, changed: true, ...found };
}

async function checkFiles(
  parts: TransactionParts,
  base: Snapshot,
  files: ReadonlyMap<string, string | null>,
): Promise<Result<ReadonlyMap<string, { content: Uint8Array; executable: boolean } | null>>> {
  const checked = new Map<string, { content: Uint8Array; executable: boolean } | null>();
  for (const [path, text] of files) {
    const bad = pathProblem(path);
    if (bad) return fail(badPath(path, bad));
    const known = base.file(path);
    if (!known) {
      const problem = base.problems.find((found) => path === found.path || path.startsWith(`${found.path}/`));
      const place = problem?.reason ?? (await parts.placeProblem(base, path));
      if (place) return fail(badPath(path, place.replace(/\.$/, '')));
    }
    const content = text === null ? null : encodeYaml(text, known?.encoding ?? 'utf-8');
    checked.set(path, content && { content, executable: known?.executable ?? false });
  }
  if (checked.size === 0) return fail(badPath('', 'the change has no file'));
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
