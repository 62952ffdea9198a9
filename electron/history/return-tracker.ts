import { type EventRow, flag, kindByFlags } from './event-row';

/** A deployment whose past is not known yet. `row` is there until it is written. */
interface Entry {
  id: number;
  cell: number;
  flags: number;
  kind: number | null;
  row: EventRow | null;
}

/** A deployment that is written already and turned out to be of another kind. */
export interface LateKind {
  id: number;
  flags: number;
  kind: number;
}

/**
 * History comes newest first, but whether a version had been there before is told by what is older. This keeps, for
 * every app and version, the oldest deployment met so far in each environment, and tells it when an older one comes.
 * Memory: one small entry per version and cell.
 */
export class ReturnTracker {
  readonly #open = new Map<string, Entry[]>();
  readonly #unwritten = new Set<Entry>();
  #late = new Map<number, Entry>();

  /** The next older deployment. An empty version is none: nothing returns to it. */
  older(
    app: string,
    version: string,
    row: Pick<EventRow, 'id' | 'cell' | 'flags' | 'kind'>,
    unwritten: EventRow | null,
  ): void {
    if (version === '') return;
    const key = `${app}\0${version}`;
    const entry: Entry = { id: row.id, cell: row.cell, flags: row.flags, kind: row.kind, row: unwritten };
    if (unwritten) this.#unwritten.add(entry);
    const entries = this.#open.get(key);
    if (!entries) {
      this.#open.set(key, [entry]);
      return;
    }
    for (let i = entries.length - 1; i >= 0; i -= 1) {
      const newer = entries[i];
      if (!newer) continue;
      if (newer.cell === row.cell) {
        this.#mark(newer, flag.returns);
        entries.splice(i, 1);
      } else this.#mark(newer, flag.ranElsewhere);
    }
    entries.push(entry);
  }

  /** Everything given so far is written now; what changes later comes out of {@link late}. */
  written(): void {
    for (const entry of this.#unwritten) entry.row = null;
    this.#unwritten.clear();
  }

  /** Written deployments that have changed since the last call. */
  late(): LateKind[] {
    const late = [...this.#late.values()];
    this.#late = new Map();
    return late.map(({ id, flags, kind }) => ({ id, flags, kind: kindByFlags(flags, kind) }));
  }

  #mark(entry: Entry, bit: number): void {
    if (entry.flags & bit) return;
    entry.flags |= bit;
    if (entry.row) {
      entry.row.flags = entry.flags;
      entry.row.kind = kindByFlags(entry.flags, entry.kind);
    } else this.#late.set(entry.id, entry);
  }
}
