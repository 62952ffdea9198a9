import { signalboxFolder } from '../../../shared/domain/ledger/layout';
import { ledgerPlace } from '../../../shared/domain/ledger/ledger-events';
import { parseTrailers } from '../../../shared/domain/ledger/trailers';
import type { LogChange, LogCommit } from '../../systems/git/history/log-parser';
import { runGit } from '../../systems/git/run-git';

/**
 * What a change of a record's file is on a line: something that happened; `state`: it is told, or known, on the other line,
 * but here the file is another one from now on; `nothing`: the other line tells it.
 */
type MovedAs = 'event' | 'state' | 'nothing';

/** Which changes of records are no events, since the records only moved from one line to the other (decision 0015). */
export interface RecordMoves {
  /** Called for every commit before {@link of} is asked about its changes; `null`: there is nothing to wait for. */
  prepare(commit: LogCommit): Promise<void> | null;
  /** @param message of the commit that made the change. */
  of(message: string, change: LogChange): MovedAs;
}

/** `Signalbox-Kind` of the commits that copy records (electron/ledger/move-records.ts). */
const copies: readonly string[] = ['records-set-up', 'records-copied'];

const kindIn = (message: string): string =>
  message.includes('records-') ? (parseTrailers(message)?.kind ?? '') : '';

/**
 * On the line of the image tags: a record that is deleted since the branch of records has it did not end. Where records
 * lie apart, none that lies here counts, so nothing that counts is hidden by a commit that says so of itself.
 */
export const deletedHere: RecordMoves = {
  prepare: () => null,
  of: (message, { after }) => (after === null && kindIn(message) === 'records-moved' ? 'state' : 'event'),
};

/** Records were copied from a commit of the image tags that the local copy of these does not have yet. */
export class CopiesNotSeen extends Error {}

const nameOf = (path: string, blob: string): string => `${path}\0${blob}`;

/**
 * On the line of records: what was copied from beside the image tags happened there, and is told there. A commit is not
 * believed that it copies: of each file the line of the image tags must have had this very content.
 */
export class CopiedRecords implements RecordMoves {
  #tags: { gitDir: string; tip: string } | null = null;
  #isLast = false;
  #signal: AbortSignal | undefined;
  #read: Promise<ReadonlySet<string>> | null = null;
  #known: ReadonlySet<string> = new Set();

  /**
   * Before each update. @param isLast what is not seen in the line of the image tags now was never there: it is told as
   * it stands, instead of throwing {@link CopiesNotSeen}.
   */
  look(tags: { gitDir: string; tip: string }, isLast: boolean, signal: AbortSignal | undefined): void {
    this.#tags = tags;
    this.#isLast = isLast;
    this.#signal = signal;
    this.#read = null;
  }

  /** @throws {CopiesNotSeen} and GitError, as a rejection. */
  prepare({ message, changes }: LogCommit): Promise<void> | null {
    if (!copies.includes(kindIn(message)) || this.#tags === null) return null;
    this.#read ??= recordsEver(this.#tags, this.#signal);
    return this.#read.then((known) => {
      this.#known = known;
      const isStrange = changes.some(
        ({ path, after }) => after !== null && ledgerPlace(path) !== null && !known.has(nameOf(path, after)),
      );
      if (isStrange && !this.#isLast) throw new CopiesNotSeen('Copied from a commit that is not here yet.');
    });
  }

  of(message: string, { path, after }: LogChange): MovedAs {
    const isCopy = after !== null && this.#known.has(nameOf(path, after)) && copies.includes(kindIn(message));
    return isCopy ? 'nothing' : 'event';
  }
}

/** Every content that a record's file ever had on a line. */
async function recordsEver(
  { gitDir, tip }: { gitDir: string; tip: string },
  signal: AbortSignal | undefined,
): Promise<Set<string>> {
  const { stdout } = await runGit(
    [
      'log',
      '--first-parent',
      '-m',
      '--raw',
      '--no-abbrev',
      '--no-renames',
      '-z',
      '--format=',
      '--end-of-options',
      tip,
      '--',
      `${signalboxFolder}/`,
    ],
    { gitDir, ...(signal ? { signal } : {}) },
  );
  const found = new Set<string>();
  // ":<mode> <mode> <blob> <blob> <status>" NUL path NUL (git-diff-tree(1), raw output format with -z).
  const parts = stdout.toString('utf8').split('\0');
  for (let at = 0; at + 1 < parts.length; at += 1) {
    const blob = /^\n*:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) [AMT]$/.exec(parts[at] ?? '')?.[1];
    if (blob === undefined) continue;
    at += 1;
    found.add(nameOf(parts[at] ?? '', blob));
  }
  return found;
}
