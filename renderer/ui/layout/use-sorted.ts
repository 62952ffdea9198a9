import { useMemo, useState } from 'react';

/** Something that rows can be compared by; a missing value always comes last. */
type Value = string | number | null;

export interface Sorting<Column extends string> {
  column: Column;
  descending: boolean;
  by: (column: Column) => void;
}

/** Rows ordered by a column that is chosen by its heading; the same heading again turns the order round. */
export function useSorted<Row, Column extends string>(
  rows: readonly Row[],
  values: Record<Column, (row: Row) => Value>,
  first: { column: NoInfer<Column>; descending: boolean },
): { sorted: Row[]; sorting: Sorting<Column> } {
  const [{ column, descending }, set] = useState<{ column: Column; descending: boolean }>(first);
  const sorted = useMemo(() => {
    const value = values[column];
    return rows.toSorted((left, right) => {
      const [a, b] = [value(left), value(right)];
      if (a === null || b === null) return Number(a === null) - Number(b === null);
      const order =
        typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
      return descending ? -order : order;
    });
  }, [rows, values, column, descending]);
  // Names begin with the first, numbers with the greatest.
  const isText = (wanted: Column): boolean => rows.some((row) => typeof values[wanted](row) === 'string');
  const by = (wanted: Column) =>
    set((now) =>
      now.column === wanted
        ? { column: wanted, descending: !now.descending }
        : { column: wanted, descending: !isText(wanted) },
    );
  return { sorted, sorting: { column, descending, by } };
}
