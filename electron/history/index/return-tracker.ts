import { type EventRow, flag, kindByFlags } from './event-row';
import type { CellSpan } from './lineage';

/** A deployment whose past is not known yet. `row` is there until it is written, `known` (its kind) from then on. */
interface Entry {
  id: number;
  cell: number;
  flags: number;
  kind: number | null;
  known: number;
  row: EventRow | null;
  /** The same version's oldest deployment in another environment. */
  next: Entry | null;
  /** A newer one in the same environment, of which it is not known yet whether the version ran elsewhere before. */
  newer: Entry | null;
}

/** A deployment that is written already and turned out to be of another kind. */
export interface LateKind {
  id: number;
  flags: number;
  kind: number;
  /** The kind that it is written with. */
  known: number;
}

/**
 * History comes newest first, but whether a version had been there before is told by what is older. This keeps, for
 * every app and version, the oldest deployment met so far in each environment, and tells it when an older one comes.
 * Memory: one small entry per version and cell.
 */
export class ReturnTracker {
  readonly #open = new Map<string, Map<string, Entry>>();
  readonly #unwritten: Entry[] = [];
  readonly #late = new Map<number, Entry>();

  /** The next older deployment. An empty version is none: nothing returns to it. */
  older(
    app: string,
    version: string,
    { id, cell, flags, kind }: Pick<EventRow, 'id' | 'cell' | 'flags' | 'kind'>,
    row: EventRow | null,
  ): void {
    if (version === '') return;
    let versions = this.#open.get(app);
    if (!versions) {
      versions = new Map();
      this.#open.set(app, versions);
    }
    const first = versions.get(version) ?? null;
    const entry: Entry = { id, cell, flags, kind, known: kind ?? -1, row, next: first, newer: null };
    if (row) this.#unwritten.push(entry);
    let last = entry;
    for (let newer = first; newer; newer = newer.next) {
      if (newer.cell === cell) {
        this.#mark(newer, flag.returns);
        last.next = newer.next;
        // What is older and elsewhere is so for both.
        if (!(newer.flags & flag.ranElsewhere)) entry.newer = newer;
      } else {
        this.#mark(newer, flag.ranElsewhere);
        last = newer;
      }
    }
    versions.set(version, entry);
  }

  /** Like {@link older} for a row whose file moved later on: only what comes before it is marked, by {@link ranAs}. */
  begin(
    app: string,
    version: string,
    { id, cell, flags, kind }: Pick<EventRow, 'id' | 'cell' | 'flags' | 'kind'>,
    row: EventRow | null,
  ): void {
    if (version === '') return;
    const versions = this.#open.get(app) ?? new Map<string, Entry>();
    this.#open.set(app, versions);
    const next = versions.get(version) ?? null;
    const entry: Entry = { id, cell, flags, kind, known: kind ?? -1, row, next, newer: null };
    if (row) this.#unwritten.push(entry);
    versions.set(version, entry);
  }

  /** An older deployment stood in the history of a cell for those of the app whose ids are between two: newer and older. */
  ranAs(app: string, version: string, { cell, newest, oldest }: CellSpan): void {
    for (let entry = this.#open.get(app)?.get(version) ?? null; entry; entry = entry.next)
      if (entry.id > newest && entry.id <= oldest)
        this.#mark(entry, entry.cell === cell ? flag.returns : flag.ranElsewhere);
  }

  /** Everything given so far is written now; what changes later comes out of {@link late}. */
  written(): void {
    for (const entry of this.#unwritten) {
      entry.known = entry.row?.kind ?? -1;
      entry.row = null;
    }
    this.#unwritten.length = 0;
  }

  /** Written deployments that have changed since the last call. */
  late(): LateKind[] {
    const late: LateKind[] = [];
    for (const entry of this.#late.values()) {
      const { id, flags, known } = entry;
      entry.known = kindByFlags(flags, entry.kind);
      late.push({ id, flags, kind: entry.known, known });
    }
    this.#late.clear();
    return late;
  }

  #mark(entry: Entry, bit: number): void {
    if (bit === flag.ranElsewhere)
      for (let newer = entry.newer; newer; ) {
        const next: Entry | null = newer.newer;
        newer.newer = null;
        this.#set(newer, bit);
        newer = next;
      }
    if (bit === flag.ranElsewhere) entry.newer = null;
    this.#set(entry, bit);
  }

  #set(entry: Entry, bit: number): void {
    if (entry.flags & bit) return;
    entry.flags |= bit;
    if (entry.row) {
      entry.row.flags = entry.flags;
      entry.row.kind = kindByFlags(entry.flags, entry.kind);
    } else this.#late.set(entry.id, entry);
  }
}
