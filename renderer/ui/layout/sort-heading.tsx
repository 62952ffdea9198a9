import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import classes from './sort-heading.module.css';
import type { Sorting } from './use-sorted';

interface SortHeadingProps<Column extends string> {
  column: Column;
  label: string;
  sorting: Sorting<Column>;
  /** Numbers stand at the right. */
  number: boolean;
}

/** The heading of a column that rows can be ordered by. */
export function SortHeading<Column extends string>({
  column,
  label,
  sorting,
  number,
}: SortHeadingProps<Column>) {
  const own = sorting.column === column;
  const Arrow = sorting.descending ? IconArrowDown : IconArrowUp;
  return (
    <th scope="col" aria-sort={own ? (sorting.descending ? 'descending' : 'ascending') : 'none'}>
      <button
        type="button"
        className={classes.heading}
        data-number={number || undefined}
        onClick={() => sorting.by(column)}
      >
        {label}
        <Arrow size={13} aria-hidden style={{ visibility: own ? 'visible' : 'hidden' }} />
      </button>
    </th>
  );
}
