import { Lineage, type Move } from '../index/lineage';
import type { Statements } from './event-select';

interface Cell {
  id: number;
  app: string;
  environment: string;
  path: string;
}

/**
 * Names and counts that questions are planned by. Read again whenever the index has changed: a few milliseconds.
 */
export interface IndexFacts {
  complete: boolean;
  /** How far the clocks ever went back along the line, in seconds. */
  skew: number;
  /** Image-tag files. */
  cells: readonly Cell[];
  /** These, and the files under `.signalbox/`. */
  files: readonly Cell[];
  lineage: Lineage;
  /** Events per cell, actor, deployment kind and type; empty while the index is not complete. */
  perCell: ReadonlyMap<number, number>;
  perActor: ReadonlyMap<number, number>;
  perKind: ReadonlyMap<number, number>;
  perWhat: ReadonlyMap<number, number>;
  actors: ReadonlyMap<string, number>;
}

export function readFacts(statements: Statements): IndexFacts {
  const meta = new Map(
    statements
      .all<{ key: string; value: string }>('select key, value from meta')
      .map((row) => [row.key, row.value]),
  );
  const complete = meta.get('complete') === '1';
  const counts = (column: string): Map<number, number> =>
    complete
      ? new Map(
          statements
            .all<{ key: number; n: number }>(
              `select ${column} as key, count(*) as n from event where ${column} is not null group by ${column}`,
            )
            .map((row) => [row.key, row.n]),
        )
      : new Map();
  const files = statements.all<Cell>('select id, app, environment, path from cell');
  return {
    complete,
    skew: Number(meta.get('skew') ?? 0),
    cells: files.filter(({ path }) => path === ''),
    files,
    lineage: new Lineage(statements.all<Move>('select id, cell, source from move')),
    perCell: counts('cell'),
    perActor: counts('actor'),
    perKind: counts('kind'),
    perWhat: counts('what'),
    actors: new Map(
      statements
        .all<{ id: number; name: string }>('select id, name from actor')
        .map((row) => [row.name, row.id]),
    ),
  };
}
