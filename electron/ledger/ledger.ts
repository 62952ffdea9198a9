/**
 * The ledger's words: what the engine, history and screens may ask of the release repo.
 * Git is the database, one commit is one transaction, a push is the compare-and-swap.
 * `open-ledger.ts` implements it; this file holds types alone, so that it may be imported from anywhere in electron/.
 */

import type { Estate } from '../../shared/domain/estate/estate';
import type { Failure, Result } from '../../shared/domain/failure/failure';
import type { YamlEncoding } from '../../shared/domain/go/yaml/encoding';
import type { Pending } from '../../shared/domain/records/apart-records';
import type { RecordChange } from '../../shared/domain/records/record-change';
import type { Log } from '../log/log';

/** Who a commit is by. Author and committer are the same person. */
export interface Identity {
  name: string;
  email: string;
}

/** A user name and token or password for an http(s) remote. */
export interface Credentials {
  username: string;
  password: string;
}

/** What opens a ledger. */
export interface LedgerConfig {
  estate: Pick<Estate, 'ledger'>;
  /** Folder of the mirror (created when missing); one process at a time may have it open. Ignored with `inPlace`. */
  dir: string;
  /** Asked before every command that talks to the remote. Absent or `null`: without authentication. */
  credentials?: () => Promise<Credentials | null>;
  /** For the merges API of the landing `merge-branch`; absent: the password of `credentials`. Never logged. */
  githubToken?: () => Promise<string | null>;
  /** How the merges API is reached; absent: Node's own, without proxies. */
  fetch?: typeof fetch | undefined;
  identity: Identity;
  /** Whether commits are signed as the person's own Git signs; asked for each. Absent: they are not. */
  signs?: () => boolean;
  /** Milliseconds between looks at the remote while online. Default 3,000. */
  pollMs?: number;
  /** Bytes that one fetch may bring; absent: 8 GB. */
  maxFetched?: number;
  /**
   * Reads a local repo (bare or work tree) where it lies, without a mirror, and never writes to it:
   * `transact` answers `read-only`. The estate's `ledger.url` must then be a path or a `file://` URL.
   */
  inPlace?: boolean;
  /** Why it is opened for reading alone, where it is not read in place. */
  readOnlyBecause?: string | null;
  /** Fetches the newest commit alone, for a look without history. */
  shallow?: boolean;
  /**
   * Where records lie apart: milliseconds after which a change of both places that somebody began and did not end is
   * ended by others. Default: 10 minutes.
   */
  settleAfterMs?: number;
  /** Left out: nothing is logged. */
  log?: Log;
  /** Progress of the first fetch. */
  onProgress?: (progress: Progress) => void;
}

/** Progress of a long Git command: the phase's name as Git says it ("Receiving objects") and its share, 0–1. */
export interface Progress {
  phase: string;
  share: number | null;
}

/** One file of a snapshot: regular, valid UTF-8 or UTF-16 with its mark, of at most `maxFileBytes` (shared/domain/ledger/layout.ts). Unchanged files are the same object from snapshot to snapshot. */
export interface LedgerFile {
  path: string;
  /** Object id of the blob. */
  blob: string;
  /** Whole content, a byte order mark kept: encoding it so gives the same bytes. */
  text: string;
  encoding: YamlEncoding;
  executable: boolean;
}

/** Something in the repo that cannot be used, and why; it harms nothing else. */
export interface LedgerProblem {
  path: string;
  /** 1-based, where a line can be named. */
  line?: number;
  /** One sentence for a person. */
  reason: string;
}

/** What the repo says at one commit. Immutable. */
export interface Snapshot {
  /** `null` where the repo holds no commit yet. */
  commit: string | null;
  /** ISO 8601 in UTC: committer time of the commit. */
  committedAt: string | null;
  /** Subject line of the commit. */
  subject: string | null;
  file(path: string): LedgerFile | undefined;
  /** Paths of readable files that begin with the prefix, sorted by code units. */
  list(prefix: string): readonly string[];
  /** Symlinks, submodules, files that are not UTF-8 or too big, names that cannot be used. */
  problems: readonly LedgerProblem[];
  /**
   * Where records lie apart: the commit that they are read at, `null` where none is known. Then `commit` is that of the
   * image tags alone. Left out: both are of the same commit.
   */
  recordsCommit?: string | null;
}

/** How old what the mirror says is. Times are ISO 8601 in UTC. */
export type Freshness =
  /** The remote answered a moment ago; it stands where the mirror stands. */
  | { state: 'live'; asOf: string }
  /** Not asked yet since the start, or watching is off. `asOf` `null`: never asked. */
  | { state: 'stale'; asOf: string | null }
  /** The remote does not answer (or refuses) since then; `asOf` is the last time it did. */
  | {
      state: 'unreachable';
      asOf: string | null;
      since: string;
      failure: Failure;
      /** The remote did answer: it has no such branch. */
      isAbsent?: true;
    };

/** What is to be done, for the queue, logs and failures; `operationId` is what goes into the commit's trailers. */
export interface Intent {
  operationId: string;
  /** Few words for a person: "deploy publishing-api v1694 to production". */
  what: string;
  /** Who this commit is by, instead of the ledger's identity. */
  identity?: Identity;
}

/**
 * What `mutate` wants: records that change, other files by path (`null` removes the file), and a commit message with
 * trailers; or a refusal. What lies under `.signalbox/` is changed as records alone, so that nothing that another
 * Signalbox wrote there is lost.
 */
export type Mutation<T> =
  | {
      kind: 'change';
      records?: readonly RecordChange[];
      files?: ReadonlyMap<string, string | null>;
      /** Files under `.signalbox/` as another commit of ours has them: for the ledger itself, where records lie apart. */
      copies?: ReadonlyMap<string, string | null>;
      message: string;
      value: T;
    }
  /** Nothing to write: the repo says it already. `transact` succeeds with the snapshot's commit and `changed: false`. */
  | { kind: 'nothing'; value: T }
  | { kind: 'refusal'; failure: Failure };

/** A commit that is about to be pushed: write it into the journal before it happens. */
export interface Prepared {
  /** The commit itself (with landing `merge-branch`: the branch's commit, not the merge). */
  commit: string;
  /** The commit of the snapshot that `mutate` saw. */
  base: string;
  /** Where records lie apart: the commit of records that `mutate` saw. `base` is that of the image tags. */
  recordsBase?: string;
  /** The short-lived branch, with landing `merge-branch`. */
  branch?: string;
  /** What the commit changes, by path; `null`: removed. */
  files?: ReadonlyMap<string, string | null>;
  /** 1 for the first try. */
  attempt: number;
}

/** A transaction that is on the remote's branch. */
export interface Landed<T> {
  value: T;
  changed: boolean;
  /** The commit on the branch's first-parent line that made it true: the commit itself, or the merge of it. */
  commit: string;
  /** The commit that carries the trailers; equal to `commit` with landing `push`. */
  ownCommit: string;
  /** The snapshot that `mutate` saw. */
  base: Snapshot;
  /** Tries that were needed, 1 or more. */
  attempts: number;
  /**
   * Set with landing `merge-branch` when the branch was merged onto another commit than `mutate` saw and `mutate`
   * now answers otherwise: what it says there.
   */
  drift?: { firstParent: string; failure: Failure | null; differingPaths: readonly string[] };
  /**
   * Set where records lie apart: the image tags have changed, and the records that belong to it could not be written
   * yet, for this reason. They are written as soon as that is possible, by whoever looks first.
   */
  unfinished?: Failure;
}

/** A failure of a transaction. `commit` is set where a commit was made whose landing failed or is not known. */
export type TransactionFailure = Failure & { commit?: string };

/** An operation's commit as found on the branch. */
export interface FoundOperation {
  /** The commit that carries the operation's trailers. */
  ownCommit: string;
  /** The first-parent commit of the branch that brought it in (the same one, or a merge). */
  commit: string;
}

/** One commit of the log, newest first. */
export interface LogEntry {
  commit: string;
  parents: readonly string[];
  authorName: string;
  authorEmail: string;
  /** ISO 8601, UTC. */
  authoredAt: string;
  committedAt: string;
  /** Whole message. */
  message: string;
}

export interface TransactOptions {
  signal?: AbortSignal;
  /** Awaited before every push with the commit that it carries. A rejection stops the transaction before any side effect. */
  onPrepared?: (prepared: Prepared) => void | Promise<void>;
}

/** Records that lie apart from the image tags, on a branch or in a repo of their own. */
export interface RecordsApart {
  readonly url: string;
  readonly branch: string;
  /** As {@link Ledger.gitDir} and {@link Ledger.ref}, of the records. */
  readonly gitDir: string;
  readonly ref: string;
  freshness(): Freshness;
  /** That of the image tags alone. */
  tagsFreshness(): Freshness;
  /**
   * `ready`: records are read and written there. `absent`: the branch is not there; `not-set-up`: it is, and Signalbox
   * has not written to it. Up to then the records beside the image tags count, and none is written. `unknown`: it was
   * never seen.
   */
  state(): 'ready' | 'absent' | 'not-set-up' | 'unknown';
  /** How many records lie beside the image tags. Once the branch is set up they do not count. */
  beside(): number;
  /** Paths of records beside the image tags that are not, or not as they are there now, at the branch of records. */
  left(): readonly string[];
  /**
   * Makes the branch where it is not there, with what lies beside the image tags as its first content. To be called
   * after a person agreed. Safe to repeat, also for two at once.
   */
  setUp(intent: Intent): Promise<Result<{ made: boolean; copied: number }>>;
  /** Copies what is left, then deletes it beside the image tags where that may be done. Safe to repeat. */
  move(intent: Intent): Promise<Result<RecordsMoved>>;
  /** Changes of both branches that have begun and are not known to have ended. */
  pending(): readonly Pending[];
}

/** What moving records over came to. */
export interface RecordsMoved {
  copied: number;
  /** Records that say something else at either place: the one at the branch of records counts, the other stays. */
  differing: readonly string[];
  /** How many were deleted beside the image tags. */
  deleted: number;
  /** Why those beside the image tags could not be deleted; they are not read any more. */
  notDeleted: Failure | null;
}

/** A change that stands on a branch of its own. */
export interface Proposed {
  branch: string;
  commit: string;
  /** The commit of the main branch that it is built upon; `null`: an earlier process pushed it, and knows. */
  base: string | null;
}

/** Changes that somebody else merges: commits on short-lived branches beside the main one. */
export interface Proposals {
  /**
   * Makes the commit as {@link Ledger.transact} does and pushes it to a branch of its own; main is not touched. A branch
   * of that name that stands at this operation's commit (by its trailer and the contents of `options.made`) is left as it
   * is. `onPrepared` is awaited with the contents' hashes by path before the push.
   * @returns `null` where there is nothing to change; `taken` where the branch is there and holds something else.
   */
  propose(
    intent: Intent & { branch: string },
    mutate: (snapshot: Snapshot) => Mutation<null>,
    options: Pick<TransactOptions, 'signal'> & {
      /** What an earlier process prepared: its commit, and hashes of the files' texts by path; `null`: none did. */
      made: { commit: string; files: Readonly<Record<string, string>> } | null;
      onPrepared?: (prepared: { commit: string; base: string; files: Record<string, string> }) => void;
    },
  ): Promise<Result<Proposed | 'taken' | null, TransactionFailure>>;
  /** Deletes a branch where it still stands at the commit. `left`: somebody has added to it. */
  withdraw(proposed: Pick<Proposed, 'branch' | 'commit'>): Promise<Result<'gone' | 'left'>>;
  /**
   * The commit on the first-parent line of the main branch that brought a commit in, `null`: none did. Asks the remote
   * first.
   */
  broughtIn(commit: string, signal?: AbortSignal): Promise<Result<string | null>>;
  /** The CODEOWNERS file at a commit; `null`: there is none. */
  codeOwners(commit: string): Promise<Result<string | null>>;
}

/** The release repo. */
export interface Ledger {
  /** `null`: records lie beside the image tags. */
  readonly recordsApart: RecordsApart | null;
  /** Folder of the Git repo behind it (for the history worker's `git -C`). Read only for everybody else. */
  readonly gitDir: string;
  /** Full name of the ref that follows the remote's branch in `gitDir`. */
  readonly ref: string;
  /** Why nothing of it may be changed, in a sentence; `null`: it may. Whoever wants a change asks here. */
  readonly readOnlyBecause: string | null;
  /** Sentences for a person about this machine's copy: that it was damaged, and what became of it. */
  notices(): readonly string[];
  /**
   * To be called by who met a fault while reading {@link Ledger.gitDir}: looks whether the copy is damaged, and has it
   * made again from the remote.
   */
  checkCopy(): Promise<void>;
  /** Changes that somebody else merges. */
  readonly proposals: Proposals;
  /** The newest snapshot known. Before the first refresh: what the mirror last saw (offline start), empty on a new mirror. */
  snapshot(): Snapshot;
  /** The snapshot at any commit that the mirror holds. Fails with `not-found` when it doesn't. */
  snapshotAt(commit: string, signal?: AbortSignal): Promise<Result<Snapshot>>;
  freshness(): Freshness;
  /** Asks the remote, after this call; fetches when it moved. Calls while a look is under way share the next one. */
  refresh(signal?: AbortSignal): Promise<Result<Snapshot>>;
  /** Begins to poll. */
  start(): void;
  /** Stops everything and gives the mirror free. Waits for a running transaction to end. */
  close(): Promise<void>;
  /** Called after every change of snapshot, freshness state or notices. Returns the unsubscribe. */
  onChange(
    listener: (change: { snapshot: Snapshot; freshness: Freshness; moved: boolean }) => void,
  ): () => void;
  /**
   * Called once {@link Ledger.ref} of the local repo has followed a move, a moment after `onChange`: for what reads
   * the repo by its ref (the history). Returns the unsubscribe.
   */
  onRefMoved(listener: () => void): () => void;
  /**
   * Changes the repo: runs `mutate` on the newest known snapshot, commits, pushes; when somebody was first, runs it
   * again on what the repo says then. `mutate` must be pure: it may run many times.
   * Transactions of one ledger run one after the other.
   * Failures: whatever `mutate` refuses with; `conflict` (tries used up), `read-only`, `unauthorised`, `forbidden`,
   * `unreachable`, `not-found` (branch missing, empty repo), `disk-full`, `cancelled` (nothing was pushed), and
   * `unknown-outcome` with the commit: it may or may not be on the remote; ask {@link findOperation} later, never repeat blindly.
   */
  transact<T>(
    intent: Intent,
    mutate: (snapshot: Snapshot) => Mutation<T>,
    options?: TransactOptions,
  ): Promise<Result<Landed<T>, TransactionFailure>>;
  /**
   * Where an operation's commit is on the remote's branch as of now, `null` when it is not there. Asks the remote
   * first; fails when the remote cannot be asked, since silence is no answer.
   * @param options.kind `Signalbox-Kind` of the commit, for an operation that makes several; left out: any.
   * @param options.base the commit that the operation was first to be put upon ({@link Prepared.base}); what lies
   *   before it is not looked at. Without it the whole history is.
   * @param options.recordsBase the same of the branch of records, where they lie apart ({@link Prepared.recordsBase}).
   */
  findOperation(
    operationId: string,
    options?: { kind?: string; base?: string; recordsBase?: string; signal?: AbortSignal },
  ): Promise<Result<FoundOperation | null>>;
  /**
   * Puts a tag beside a commit at the remote, for people and other tools. A tag of that name that is there already is
   * left as it is: `made: false`.
   */
  tag(name: string, commit: string): Promise<Result<{ made: boolean }>>;
  /** Names of the remote's tags that begin with a prefix. */
  tags(prefix: string, signal?: AbortSignal): Promise<Result<ReadonlySet<string>>>;
  /** Newest commits that touched the paths on the first-parent line; all commits when no path is given. */
  log(paths: readonly string[], limit: number, signal?: AbortSignal): Promise<Result<LogEntry[]>>;
}
