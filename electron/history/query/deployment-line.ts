import { kindNumber } from '../index/event-row';
import type { Statements } from './event-select';
import type { IndexFacts } from './index-facts';

const rollback = kindNumber('rollback');

/** One deployment as the figures need it. Times in seconds since 1970. */
export interface PlacedDeployment {
  at: number;
  flags: number;
  /** A number that stands for the version: looked up twice as fast as its name. */
  version: number;
  /** Who did it, by the number that stands for the name. */
  actor: number;
  isRollback: boolean;
  /** The next deployment in the same cell. */
  next: PlacedDeployment | null;
}

type Line = [
  id: number,
  cell: number,
  at: number,
  flags: number,
  kind: number | null,
  version: string,
  actor: number,
];

interface CellLine {
  /** Oldest first. */
  deployments: PlacedDeployment[];
  /** When each version first came here. */
  first: Map<number, number>;
}

/**
 * Every deployment of every cell in memory, oldest first: about 10 MB for 110,000. Figures over years look at tens of
 * thousands of them, which SQLite alone cannot do at once. Filled when it is first asked for, then kept up by what is new.
 */
export class DeploymentLine {
  readonly #cells = new Map<number, CellLine>();
  readonly #versions = new Map<string, number>();
  #newest: number | null = null;
  #moves = 0;

  /** Takes in what came since the last time. What is older must not have changed meanwhile. */
  refresh(statements: Statements, facts: IndexFacts): this {
    const { lineage } = facts;
    if (lineage.size !== this.#moves) {
      // A file came to another cell: what was known of that one goes on there.
      this.#cells.clear();
      this.#newest = null;
      this.#moves = lineage.size;
    }
    const rows = statements.all<{ id: number; lines: string }>(
      `select min(id) as id, json_group_array(json_array(id, cell, at, flags, kind, after, actor)) as lines
       from (select id, cell, at, flags, kind, after, actor from event not indexed where what = 2 and id < ? order by id desc)`,
      this.#newest ?? Number.MAX_SAFE_INTEGER,
    );
    const [found] = rows;
    if (found && found.id !== null) {
      for (const [id, cell, at, flags, kind, name, actor] of JSON.parse(found.lines) as Line[]) {
        const now = lineage.isEmpty ? cell : lineage.canonical(cell, id);
        const isRollback = kind === rollback;
        this.#add(now, { at, flags, version: this.#numberOf(name), actor, isRollback, next: null });
      }
      this.#newest = found.id;
    }
    for (const { id } of facts.cells) this.cell(id);
    return this;
  }

  /** The deployments of one cell. */
  cell(id: number): CellLine {
    let line = this.#cells.get(id);
    if (!line) {
      line = { deployments: [], first: new Map() };
      this.#cells.set(id, line);
    }
    return line;
  }

  #numberOf(version: string): number {
    const number = this.#versions.get(version) ?? this.#versions.size;
    this.#versions.set(version, number);
    return number;
  }

  #add(cell: number, deployment: PlacedDeployment): void {
    const { deployments, first } = this.cell(cell);
    const last = deployments.at(-1);
    if (last) last.next = deployment;
    deployments.push(deployment);
    if (!first.has(deployment.version)) first.set(deployment.version, deployment.at);
  }
}
