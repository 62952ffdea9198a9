import { type FocusEvent, type KeyboardEvent, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { useUiState } from '../../ui/layout/ui-state';
import { type GridPosition, headRow, isTyped, moved, typeAheadMs, typedTo } from './grid-keys';
import type { Row } from './rows';

interface GridOptions {
  rows: readonly Row[];
  environments: readonly string[];
  page: () => number;
  scrollTo: (row: number) => void;
  open: (app: string, environment: string | null) => void;
}

/**
 * Keyboard, selection and the one tab stop of the board's grid. The selected cell is kept by app and environment, not
 * by place, so that it stays the same cell when rows move.
 */
export function useGrid({ rows, environments, page, scrollTo, open }: GridOptions) {
  const selected = useUiState((state) => state.selected);
  const grid = useRef<HTMLDivElement>(null);
  const focusWanted = useRef(false);
  const typed = useRef({ text: '', at: 0 });
  /** The column whose head has the tab stop; `null`: a cell has it. */
  const [head, setHead] = useState<number | null>(null);
  // When nothing is selected any more, the stop stays where it was: there the focus returns to.
  const last = useRef(selected);
  if (selected) last.current = selected;
  const stop = selected ?? last.current;

  const row = stop ? rows.findIndex((each) => each.app === stop.app) : -1;
  const column = stop?.environment ? environments.indexOf(stop.environment) + 1 : 0;
  const active: GridPosition =
    head !== null
      ? { row: headRow, column: head }
      : { row: Math.max(0, row), column: row < 0 ? Math.min(1, environments.length) : column };

  const select = useCallback(
    (place: GridPosition, focus: boolean) => {
      if (place.row === headRow) {
        focusWanted.current = focus;
        setHead(place.column);
        return;
      }
      const app = rows[place.row]?.app;
      if (app === undefined) return;
      focusWanted.current = focus;
      setHead(null);
      useUiState.setState({ selected: { app, environment: environments[place.column - 1] ?? null } });
      scrollTo(place.row);
    },
    [rows, environments, scrollTo],
  );

  // The row may have to be scrolled into being first: focus follows in the render that has it.
  useLayoutEffect(() => {
    if (!focusWanted.current) return;
    const app = rows[active.row]?.app;
    const cells = grid.current?.querySelectorAll<HTMLElement>(`[data-column="${active.column}"]`);
    // The heads are no app's.
    const cell = [...(cells ?? [])].find((each) => each.dataset.app === app);
    if (!cell) return;
    focusWanted.current = false;
    cell.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const to = moved(active, event, { rows: rows.length, columns: environments.length + 1, page: page() });
    if (to) {
      event.preventDefault();
      select(to, true);
      return;
    }
    if (event.key === 'Enter') {
      const app = rows[active.row]?.app;
      if (app === undefined) return;
      event.preventDefault();
      open(app, environments[active.column - 1] ?? null);
      return;
    }
    if (!isTyped(event)) return;
    const late = event.timeStamp - typed.current.at > typeAheadMs;
    typed.current = { text: (late ? '' : typed.current.text) + event.key, at: event.timeStamp };
    const found = typedTo(
      rows.map((each) => each.app),
      active.row,
      typed.current.text,
    );
    if (found !== null) select({ row: found, column: active.column }, true);
  };

  // Focus that came by other ways than our keys (assistive technology, a script) moves the active cell along.
  const onFocus = (event: FocusEvent<HTMLDivElement>) => {
    const atHead = event.target.closest<HTMLElement>('[role="columnheader"] [data-column]');
    if (atHead) {
      setHead(Number(atHead.dataset.column));
      return;
    }
    const cell = event.target.closest<HTMLElement>('[role="gridcell"]');
    const to = {
      row: rows.findIndex(({ app }) => app === cell?.dataset.app),
      column: Number(cell?.dataset.column),
    };
    if (to.row >= 0 && (to.row !== active.row || to.column !== active.column)) select(to, false);
  };

  // Whoever comes back to the grid comes back to a cell.
  const onBlur = (event: FocusEvent<HTMLDivElement>) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setHead(null);
  };

  return { grid, active, select, onKeyDown, onFocus, onBlur };
}
