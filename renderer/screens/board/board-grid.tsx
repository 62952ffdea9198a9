// biome-ignore-all lint/a11y/useSemanticElements: a virtualised ARIA grid cannot be built of table elements
// biome-ignore-all lint/a11y/noStaticElementInteractions: the pointer only tells whether a person is at the grid
// biome-ignore-all lint/a11y/useFocusableInteractive: the header is not among the grid's stops
import { IconLock, IconUrgent } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, useCallback, useEffect, useRef } from 'react';
import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import type { EnvironmentView } from '../../../shared/domain/board/board';
import { awaitsConsent } from '../../../shared/domain/board/freshness';
import type { DebtView } from '../../../shared/domain/emergency/debt';
import { debtIn } from '../../data/emergency';
import { FreezeMark } from '../../ui/freeze/freeze-mark';
import { Tier } from '../../ui/layout/tier';
import { useUiState } from '../../ui/layout/ui-state';
import { freshnessText } from '../../ui/text/words';
import { clock, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import { BoardCell } from './board-cell';
import classes from './board-grid.module.css';
import type { Row } from './rows';
import { useGrid } from './use-grid';

const rowHeight = 48;
const headHeight = 36;
const cellWidth = 164;

interface BoardGridProps {
  rows: readonly Row[];
  environments: readonly EnvironmentView[];
  /** Emergency rollbacks that are not put back. */
  debts: readonly DebtView[];
  total: number;
  /** The moment of the past that is shown, ms since the epoch; `null`: now. */
  past: number | null;
  /** Told when a person is at the grid: rows keep their places then. */
  onEngaged: (engaged: boolean) => void;
}

/** Apps × environments. The app's name and the header stay in sight; only rows near the window are in the page. */
export function BoardGrid({ rows, environments, debts, total, past, onEngaged }: BoardGridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const names = environments.map((environment) => environment.name);
  const activeRow = useRef(0);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    paddingStart: headHeight,
    scrollPaddingStart: headHeight,
    initialOffset: () => useUiState.getState().boardScroll,
    // The row with the tab stop is always in the page, or Tab would find nothing to stop at.
    rangeExtractor: (range) =>
      [...new Set([...defaultRangeExtractor(range), activeRow.current])].sort((a, b) => a - b),
    getItemKey: (index) => rows[index]?.app ?? index,
  });
  const scrollTo = useCallback((row: number) => virtual.scrollToIndex(row, { align: 'auto' }), [virtual]);
  const open = (app: string, environment: string | null) =>
    void navigate({ to: '/apps/$app', params: { app }, search: environment ? { environment } : {} });
  const page = () =>
    Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - headHeight) / rowHeight) - 1);
  const { grid, active, select, onKeyDown, onFocus } = useGrid({
    rows,
    environments: names,
    page,
    scrollTo,
    open,
  });
  activeRow.current = Math.min(active.row, Math.max(0, rows.length - 1));

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
  const appWidth = environments.length > 3 ? 180 : 228;
  const columns = `${appWidth}px repeat(${environments.length}, minmax(${cellWidth}px, 320px)) minmax(0, 1fr)`;

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
        style={{ height: virtual.getTotalSize(), minWidth: appWidth + environments.length * cellWidth }}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
        onClick={(event) => {
          const place = placeOf(event);
          if (place) select(place, true);
        }}
        onDoubleClick={(event) => {
          const place = placeOf(event);
          const app = place && rows[place.row]?.app;
          if (place && app) open(app, names[place.column - 1] ?? null);
        }}
      >
        <Head environments={environments} debts={debts} columns={columns} past={past !== null} />
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <div
              key={row.app}
              role="row"
              aria-rowindex={item.index + 2}
              className={classes.row}
              data-trouble={
                (past === null && row.cells.some((cell) => cell !== null && needsAttention(cell))) ||
                undefined
              }
              style={{ gridTemplateColumns: columns, transform: `translateY(${item.start}px)` }}
            >
              <AppCell app={row.app} active={item.index === active.row && active.column === 0} />
              <Cells
                row={row}
                environments={environments}
                debts={debts}
                past={past}
                active={item.index === active.row ? active.column : -1}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface HeadProps {
  environments: readonly EnvironmentView[];
  debts: readonly DebtView[];
  columns: string;
  past: boolean;
}

function Head({ environments, debts, columns, past }: HeadProps) {
  const now = useNow('calm');
  return (
    <div role="row" aria-rowindex={1} className={classes.head} style={{ gridTemplateColumns: columns }}>
      <span role="columnheader" aria-colindex={1} className={classes.corner}>
        App
      </span>
      {environments.map(({ name, tier, cluster, lock }, index) => (
        <span
          key={name}
          role="columnheader"
          aria-colindex={index + 2}
          className={classes.environment}
          data-tier={tier}
        >
          <Link
            to="/clusters"
            search={{ environment: name }}
            tabIndex={-1}
            className={classes.environmentName}
            title={`Cluster of ${name}`}
          >
            {name}
          </Link>
          <Tier name={name} tier={tier} />
          {lock && (
            <span
              className={classes.locked}
              title={`Locked by ${lock.by}${lock.reason ? `: ${lock.reason}` : ''}`}
            >
              <IconLock size={12} aria-hidden /> locked by {lock.by}
            </span>
          )}
          {!past && <FreezeMark place={{ environment: name, apps: [] }} />}
          {!past && <SyncOff debts={debts.filter((one) => one.environment === name)} />}
          {cluster.state !== 'live' && !past && (
            <span
              className={classes.freshness}
              data-state={awaitsConsent(cluster) ? 'waiting' : cluster.state}
              title={freshnessText(cluster, now)}
            >
              {freshnessText(cluster, now)}
            </span>
          )}
        </span>
      ))}
    </div>
  );
}

/** That changes in Git reach no app of an environment, since when. */
function SyncOff({ debts }: { debts: readonly DebtView[] }) {
  const now = useNow('calm');
  const [first] = debts;
  if (!first) return null;
  return (
    <span
      className={classes.syncOff}
      title={`Automatic sync is off since ${fullTime(first.since)} because of an emergency rollback of ${debts.map(({ app }) => app).join(', ')}: no change in Git reaches any app here.`}
    >
      <IconUrgent size={12} aria-hidden /> sync off {clock(first.since, now)}
    </span>
  );
}

function AppCell({ app, active }: { app: string; active: boolean }) {
  const selected = useUiState((state) => state.selected?.app === app && state.selected.environment === null);
  return (
    <div
      role="rowheader"
      aria-colindex={1}
      aria-selected={selected}
      tabIndex={active ? 0 : -1}
      data-app={app}
      data-column={0}
      className={classes.app}
      title={app}
    >
      <Link to="/apps/$app" params={{ app }} tabIndex={-1} className={classes.appLink}>
        {app}
      </Link>
    </div>
  );
}

interface CellsProps {
  row: Row;
  environments: readonly EnvironmentView[];
  debts: readonly DebtView[];
  past: number | null;
  active: number;
}

function Cells({ row, environments, debts, past, active }: CellsProps) {
  const now = useNow('calm');
  const selected = useUiState((state) =>
    state.selected?.app === row.app ? state.selected.environment : null,
  );
  return environments.map(({ name, cluster }, index) => (
    <BoardCell
      key={name}
      app={row.app}
      environment={name}
      cell={row.cells[index] ?? null}
      debt={debts.length === 0 ? null : debtIn(debts, { app: row.app, environment: name })}
      staleAsOf={
        cluster.state === 'unreachable' ? (cluster.asOf ? clock(cluster.asOf, now) : 'an unknown time') : null
      }
      past={past}
      column={index + 1}
      tabIndex={active === index + 1 ? 0 : -1}
      selected={selected === name}
    />
  ));
}
