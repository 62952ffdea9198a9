import { z } from 'zod';
import { type BoardFilter, boardFilterSchema, type Sort } from '../../../shared/domain/board/board-view';

const { shape } = boardFilterSchema;

/** The board's filter and order, as kept in the address; what is not understood is left out. */
export const boardSearchSchema = z.object({
  q: shape.q.catch(undefined),
  only: shape.only.catch(undefined),
  sort: shape.sort.catch(undefined),
  by: shape.by.catch(undefined),
  reversed: shape.reversed.catch(undefined),
  /** Name of the pipeline that is shown; absent: the first. */
  pipeline: shape.pipeline.catch(undefined),
  /** The moment that the board shows, ISO 8601; absent: now. */
  at: z
    .string()
    .refine((text) => !Number.isNaN(Date.parse(text)))
    .optional()
    .catch(undefined),
});
export type BoardSearch = z.infer<typeof boardSearchSchema>;

/** How rows are ordered. */
export type Order = Pick<BoardFilter, 'sort' | 'by' | 'reversed'>;

/** The order as it is unless somebody asks for another. */
export const noOrder: Order = { sort: undefined, by: undefined, reversed: undefined };

/** A column of the board: an environment, or the apps (`null`). */
type Column = string | null;

/**
 * The order after a click on a column's head: first the one that is natural there, then its reverse, then the default
 * again. Environments are ordered by how far behind they are where the board is, else by their newest deployment.
 */
export function headOrder(before: Order, column: Column): Order {
  const sort: Sort = column === null ? 'app' : before.sort === 'drift' ? 'drift' : 'age';
  if (sortedBy(before, column) === 'none') return { ...noOrder, sort, by: column ?? undefined };
  return before.reversed ? noOrder : { ...before, reversed: true };
}

/** How a column is ordered, as `aria-sort` says it. Newest and furthest behind first descend. */
export function sortedBy({ sort, by, reversed }: Order, column: Column): 'ascending' | 'descending' | 'none' {
  if (column === null) return sort !== 'app' ? 'none' : reversed ? 'descending' : 'ascending';
  if (by !== column || (sort !== 'age' && sort !== 'drift')) return 'none';
  return reversed ? 'ascending' : 'descending';
}

/** What the next click on a column's head brings, for its title. */
export function headTitle(order: Order, column: Column): string {
  const next = headOrder(order, column);
  if (next.sort === undefined) return 'Back to failing first';
  if (column === null) return next.reversed ? 'Sort from Z to A' : 'Sort from A to Z';
  if (next.sort === 'drift')
    return next.reversed ? `Sort by least behind in ${column}` : `Sort by furthest behind in ${column}`;
  return next.reversed ? `Sort by oldest deployment in ${column}` : `Sort by newest deployment in ${column}`;
}

/** The address of a saved view: what it does not say is taken out. */
export const searchOfView = ({
  q,
  only,
  sort,
  by,
  reversed,
  pipeline,
}: BoardFilter): Partial<BoardSearch> => ({
  q,
  only,
  sort,
  by,
  reversed,
  pipeline,
});
