import type { Database } from '../../systems/sqlite/database';

/**
 * A cell's file came from another cell. `id`: of the oldest row of the commit that moved it; what is older (of a greater
 * id) in `source` is the history of `cell`, too.
 */
export interface Move {
  id: number;
  cell: number;
  source: number;
}

/** Rows of a cell, those with a greater id than `above`. */
export interface Stretch {
  cell: number;
  above: number;
}

/** The cell in whose history something stood, for what has a greater id than `newest` and none above `oldest`. */
export interface CellSpan {
  cell: number;
  newest: number;
  oldest: number;
}

/** Which cells' histories go on in which others. Ids grow with age. */
export class Lineage {
  readonly #bySource = new Map<number, Move[]>();
  readonly #byCell = new Map<number, Move[]>();

  constructor(moves: readonly Move[] = []) {
    for (const move of moves) this.add(move);
  }

  static of(database: Pick<Database, 'prepare'>): Lineage {
    return new Lineage(database.prepare('select id, cell, source from move').all() as Move[]);
  }

  /** Whether nothing ever moved from one cell to another. */
  get isEmpty(): boolean {
    return this.#byCell.size === 0;
  }

  /** Moves from one cell to another. */
  get size(): number {
    return [...this.#byCell.values()].reduce((sum, moves) => sum + moves.length, 0);
  }

  /** Cells whose files came from other cells. */
  get cells(): Iterable<number> {
    return this.#byCell.keys();
  }

  add(move: Move): void {
    const put = (map: Map<number, Move[]>, key: number) => {
      const list = map.get(key);
      if (list) list.push(move);
      else map.set(key, [move]);
    };
    put(this.#bySource, move.source);
    put(this.#byCell, move.cell);
  }

  /** What had moved as of an id. */
  asOf(id: number): Lineage {
    return new Lineage([...this.#byCell.values()].flat().filter((move) => move.id >= id));
  }

  /** In whose history a row stood, its own cell first, then wherever its file moved to. */
  places(cell: number, id: number): CellSpan[] {
    const places: CellSpan[] = [];
    let [oldest, now] = [id, cell];
    for (;;) {
      let next: Move | null = null;
      for (const move of this.#bySource.get(now) ?? [])
        if (move.id < oldest && (!next || move.id > next.id)) next = move;
      places.push({ cell: now, newest: next?.id ?? Number.MIN_SAFE_INTEGER, oldest });
      if (!next) return places;
      now = next.cell;
      oldest = next.id;
    }
  }

  /** The cell in whose history a row stands today. */
  canonical(cell: number, id: number): number {
    return this.places(cell, id).at(-1)?.cell ?? cell;
  }

  /** Everything that is a cell's history: its own rows, and what its file was before it came here. */
  stretches(cell: number): Stretch[] {
    if (!this.#byCell.has(cell)) return [{ cell, above: Number.MIN_SAFE_INTEGER }];
    const found = new Map<number, number>();
    const follow = (one: number, above: number) => {
      const known = found.get(one);
      if (known !== undefined && known <= above) return;
      found.set(one, above);
      for (const { id, source } of this.#byCell.get(one) ?? []) if (id > above) follow(source, id);
    };
    follow(cell, Number.MIN_SAFE_INTEGER);
    return [...found].map(([one, above]) => ({ cell: one, above }));
  }
}
