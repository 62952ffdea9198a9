// biome-ignore-all lint/a11y/useSemanticElements: a virtualised ARIA grid cannot be built of table elements
// biome-ignore-all lint/a11y/noStaticElementInteractions: the pointer only tells whether a person is at the grid
import { useNavigate } from '@tanstack/react-router';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, useCallback, useEffect, useRef } from 'react';
import type { EnvironmentView } from '../../../shared/domain/board/board';
import type { Density } from '../../../shared/domain/board/board-view';
import type { DebtView } from '../../../shared/domain/emergency/debt';
import { useFreezes } from '../../data/freeze-queries';
import { useUiState } from '../../ui/layout/ui-state';
import classes from './board-grid.module.css';
import { BoardHead } from './board-head';
import { BoardRow } from './board-row';
import { headRow } from './grid-keys';
import type { Row } from './rows';
import type { Order } from './search';
import { useGrid } from './use-grid';

/** In px. Compact: thirty rows in a window of 800 px, with nothing to tell above them. */
const sizes = {
  comfortable: { row: 48, head: 36, cell: 164 },
  compact: { row: 21, head: 26, cell: 148 },
} as const;

interface BoardGridProps {
  rows: readonly Row[];
  environments: readonly EnvironmentView[];
  /** Emergency rollbacks that are not put back. */
  debts: readonly DebtView[];
  total: number;
  /** The moment of the past that is shown, ms since the epoch; `null`: now. */
  past: number | null;
  density: Density;
  order: Order;
  onOrder: (order: Order) => void;
  /** Told when a person is at the grid: rows keep their places then. */
  onEngaged: (engaged: boolean) => void;
}

/** Apps × environments. The app's name and the header stay in sight; only rows near the window are in the page. */
export function BoardGrid(props: BoardGridProps) {
  const { rows, environments, debts, total, past, density, order, onOrder, onEngaged } = props;
  const size = sizes[density];
  const anyFrozen = useFreezes().data?.freezes.some(({ phase }) => phase === 'active') ?? false;
  const scroller = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const names = environments.map((environment) => environment.name);
  const activeRow = useRef(0);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => size.row,
    overscan: 6,
    paddingStart: size.head,
    scrollPaddingStart: size.head,
    initialOffset: () => useUiState.getState().boardScroll,
    // The row with the tab stop is always in the page, or Tab would find nothing to stop at.
    rangeExtractor: (range) =>
      [...new Set([...defaultRangeExtractor(range), activeRow.current])].sort((a, b) => a - b),
    getItemKey: (index) => rows[index]?.app ?? index,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows' height has changed, which the virtualizer keeps
  useEffect(() => virtual.measure(), [density]);
  const scrollTo = useCallback((row: number) => virtual.scrollToIndex(row, { align: 'auto' }), [virtual]);
  const open = (app: string, environment: string | null) =>
    void navigate({ to: '/apps/$app', params: { app }, search: environment ? { environment } : {} });
  const page = () =>
    Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - size.head) / size.row) - 1);
  const { grid, active, select, onKeyDown, onFocus, onBlur } = useGrid({
    rows,
    environments: names,
    page,
    scrollTo,
    open,
  });
  activeRow.current = Math.max(0, Math.min(active.row, rows.length - 1));

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = useUiState.getState().boardScroll;
    const keep = () => useUiState.setState({ boardScroll: element.scrollTop });
    element.addEventListener('scroll', keep, { passive: true });
    return () => element.removeEventListener('scroll', keep);
  }, []);

  const placeOf = (event: MouseEvent) => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('[data-column]');
    const row = rows.findIndex((each) => each.app === cell?.dataset.app);
    return cell && row >= 0 ? { row, column: Number(cell.dataset.column) } : null;
  };
  const appWidth = environments.length > 3 || density === 'compact' ? 180 : 228;
  // The names take less of the room that is left over than the cells, which have more to say.
  const columns = `minmax(${appWidth}px, 0.7fr) repeat(${environments.length}, minmax(${size.cell}px, 1fr))`;

  return (
    <div
      ref={scroller}
      className={classes.scroller}
      onMouseEnter={() => onEngaged(true)}
      onMouseLeave={() => onEngaged(false)}
    >
      <div
        ref={grid}
        role="grid"
        tabIndex={-1}
        aria-label="Apps and environments"
        aria-rowcount={total + 1}
        aria-colcount={environments.length + 1}
        className={classes.grid}
        data-density={density}
        style={{ height: virtual.getTotalSize(), minWidth: appWidth + environments.length * size.cell }}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
        onBlur={onBlur}
        onClick={(event) => {
          const place = placeOf(event);
          if (!place) return;
          select(place, true);
          useUiState.setState({ panelOpen: true });
        }}
        onDoubleClick={(event) => {
          const place = placeOf(event);
          const app = place && rows[place.row]?.app;
          if (place && app) open(app, names[place.column - 1] ?? null);
        }}
      >
        <BoardHead
          environments={environments}
          debts={debts}
          columns={columns}
          past={past !== null}
          order={order}
          active={active.row === headRow ? active.column : -1}
          onOrder={onOrder}
        />
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <BoardRow
              key={row.app}
              row={row}
              environments={environments}
              debts={debts}
              anyFrozen={anyFrozen}
              past={past}
              index={item.index}
              top={item.start}
              columns={columns}
              active={item.index === active.row ? active.column : -1}
            />
          );
        })}
      </div>
    </div>
  );
}
