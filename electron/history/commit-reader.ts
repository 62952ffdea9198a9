import { deploymentKinds } from '../../shared/domain/deployment';
import { eventsBetween, isPipelineSubject } from '../../shared/domain/history-rules';
import { parseTrailers } from '../../shared/domain/trailers';
import type { BlobStates } from './blob-states';
import { type ChangeSource, sourcesOfMerge } from './change-source';
import { type EventNote, flag, kindNumber, stateFlags, whatOf } from './event-row';
import type { Layout } from './layout';
import type { LogCommit } from './log-parser';
import { ObjectReader } from './object-reader';
import { TreeDiffs } from './tree-diffs';

/** An event as it comes out of a commit, before it has a place in the index. */
export interface Draft {
  app: string;
  environment: string;
  what: number;
  before: string | null;
  after: string | null;
  flags: number;
  /** Set where our trailers tell the kind. */
  kind: number | null;
  author: string;
  subject: string;
  note: EventNote | null;
}

/** What has to be fetched for a portion of commits, on its way. */
export type Prepared = Promise<Map<LogCommit, (ChangeSource | null)[]>>;

const maxSubject = 500;
const maxBody = 16_000;

/** Makes events of commits: reads the blobs on both sides of each change, and who made it where the commit is a merge. */
export class CommitReader {
  readonly #layout: Layout;
  /** Commits are read apart from blobs: a clone may lack these and have all of those. */
  readonly #blobs: ObjectReader;
  readonly #commits: ObjectReader;
  readonly #openDiffs: () => TreeDiffs;
  readonly #states: BlobStates;
  readonly #places = new Map<string, { app: string; environment: string } | null>();
  #diffs: TreeDiffs | null = null;
  #lastMessage: { message: string; told: Told } | null = null;

  constructor(gitDir: string, layout: Layout, states: BlobStates, volleys: boolean, signal?: AbortSignal) {
    this.#layout = layout;
    this.#states = states;
    this.#blobs = new ObjectReader(gitDir, volleys, signal);
    this.#commits = new ObjectReader(gitDir, volleys, signal);
    this.#openDiffs = () => new TreeDiffs(gitDir, layout.folder, signal);
  }

  close(): void {
    this.#blobs.close();
    this.#commits.close();
    this.#diffs?.close();
  }

  /** Asks for everything that a portion of commits needs. */
  prepare(commits: LogCommit[]): Prepared {
    const sources = new Map<LogCommit, (ChangeSource | null)[]>();
    const waits: Promise<unknown>[] = [
      this.#states.read(commits, (path) => this.#place(path) !== null, this.#blobs),
    ];
    for (const commit of commits) {
      if (commit.parents.length < 2) continue;
      this.#diffs ??= this.#openDiffs();
      waits.push(
        sourcesOfMerge(commit, this.#commits, this.#diffs).then((found) => {
          sources.set(commit, found);
        }),
      );
    }
    const prepared = Promise.all(waits).then(() => sources);
    // It is awaited when its turn comes.
    prepared.catch(() => {});
    return prepared;
  }

  /**
   * The events of one commit, in order; `null` when a blob is missing from the repo (partial clone).
   * `asBase`: only the states that the commit leaves, as no events (where a shallow clone begins).
   */
  async drafts(
    commit: LogCommit,
    sources: (ChangeSource | null)[] | undefined,
    asBase: boolean,
  ): Promise<Draft[] | null> {
    const now = this.draftsNow(commit, sources, asBase);
    if (now !== 'unread') return now;
    // Read for this portion and forgotten since, or missing.
    for (const change of commit.changes) {
      if (!this.#place(change.path)) continue;
      if (!(await this.#states.of(change.before, this.#blobs))) return null;
      if (!(await this.#states.of(change.after, this.#blobs))) return null;
    }
    const again = this.draftsNow(commit, sources, asBase);
    return again === 'unread' ? null : again;
  }

  /** Like {@link drafts} without waiting; `unread` when a blob is not in memory. */
  draftsNow(
    commit: LogCommit,
    sources: (ChangeSource | null)[] | undefined,
    asBase: boolean,
  ): Draft[] | 'unread' {
    const drafts: Draft[] = [];
    for (let i = 0; i < commit.changes.length; i += 1) {
      const change = commit.changes[i];
      const place = change && this.#place(change.path);
      if (!place) continue;
      const before = this.#states.known(change.before);
      const after = this.#states.known(change.after);
      if (!before || !after) return 'unread';
      const source = sources?.[i] ?? commit;
      const told = this.#tell(source.message);
      const flags = stateFlags(after);
      const draft = (what: number, from: string | null, bits: number, kind: number | null): Draft => ({
        app: place.app,
        environment: place.environment,
        what,
        before: from,
        after: after.version,
        flags: bits,
        kind,
        author: source.author,
        subject: told.subject,
        note: told.note,
      });
      if (asBase) {
        drafts.push(draft(0, null, flags | flag.base, null));
        continue;
      }
      const types = eventsBetween(before, after);
      for (const type of types) {
        const bits =
          type === 'deployment'
            ? flags | (told.pipeline ? flag.pipeline : 0) | (told.kind === null ? 0 : flag.told)
            : flags;
        drafts.push(draft(whatOf(type), before.version, bits, type === 'deployment' ? told.kind : null));
      }
      // No event, but another state: the board as of a moment wants to know it.
      if (types.length === 0 && (before.version !== after.version || flags !== stateFlags(before)))
        drafts.push(draft(0, before.version, flags, null));
    }
    return drafts;
  }

  #place(path: string): { app: string; environment: string } | null {
    let place = this.#places.get(path);
    if (place === undefined) {
      if (this.#places.size > 50_000) this.#places.clear();
      place = this.#layout.match(path);
      this.#places.set(path, place);
    }
    return place;
  }

  #tell(message: string): Told {
    if (this.#lastMessage?.message === message) return this.#lastMessage.told;
    const told = readMessage(message);
    this.#lastMessage = { message, told };
    return told;
  }
}

interface Told {
  subject: string;
  pipeline: boolean;
  kind: number | null;
  note: EventNote | null;
}

function readMessage(message: string): Told {
  const end = message.indexOf('\n');
  const subject = (end < 0 ? message : message.slice(0, end)).trimEnd().slice(0, maxSubject);
  const body = end < 0 ? '' : message.slice(end).trim().slice(0, maxBody);
  const trailers = body.includes('Signalbox-') ? parseTrailers(message) : null;
  const kind = trailers && deploymentKinds.find((one) => one === trailers.kind);
  return {
    subject,
    pipeline: isPipelineSubject(subject),
    kind: kind ? kindNumber(kind) : null,
    note: body
      ? { id: null, body, reason: trailers?.reason ?? null, operation: trailers?.operation ?? null }
      : null,
  };
}
