import { IconBan, IconPin, IconSnowflake } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useCallback, useEffect, useMemo, useRef } from 'react';
import { laneSentence, laneState, laneText } from '../../../shared/domain/bags/bag-words';
import type { BagRow, Lane } from '../../../shared/domain/bags/view';
import { LaneGlyph } from './lane-glyph';
import classes from './timeline.module.css';
import { columnWidth, layOut, type Spacing, walk } from './timeline-layout';

interface Selected {
  bag: number | null;
  environment: string;
}

/**
 * Bags along, environments as lanes: an ARIA grid with one tab stop that arrows, Page Up and Down, Home and End walk.
 * Only the columns in sight are drawn, so that a thousand bags stay smooth.
 * @param rows ascending by number.
 */
export function Timeline(props: {
  rows: readonly BagRow[];
  environments: readonly string[];
  spacing: Spacing;
  selected: Selected;
  onSelect: (selected: { bag: number; environment: string }) => void;
}) {
  const { rows, environments, spacing, selected, onSelect } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const columns = useMemo(
    () =>
      layOut(
        rows.map(({ bag, packed }) => ({ bag, at: packed?.at ?? null })),
        spacing,
      ),
    [rows, spacing],
  );
  const width = (columns.at(-1)?.start ?? 0) + columnWidth;
  const virtual = useVirtualizer({
    count: columns.length,
    horizontal: true,
    getScrollElement: () => scroller.current,
    // The room before a column belongs to the one before it.
    estimateSize: (index) => (columns[index + 1]?.start ?? width) - (columns[index]?.start ?? 0),
    overscan: 8,
  });
  const column = Math.max(
    0,
    columns.findIndex(({ bag }) => bag === selected.bag),
  );
  const row = Math.max(0, environments.indexOf(selected.environment));
  const focusNext = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes are measured again when the layout changes, only then
  useEffect(() => {
    virtual.measure();
    virtual.scrollToIndex(column, { align: 'auto' });
  }, [columns]);
  const inSight = virtual.scrollRect?.width ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a narrower window leaves the selected bag in sight, too
  useEffect(() => {
    virtual.scrollToIndex(column, { align: 'auto' });
    if (!focusNext.current) return;
    focusNext.current = false;
    const wanted = `[data-at="${row} ${column}"]`;
    // The column may have to be drawn first.
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(wanted)?.focus());
  }, [row, column, virtual, inSight]);

  const go = useCallback(
    (toRow: number, toColumn: number): void => {
      const bag = columns[toColumn]?.bag;
      const environment = environments[toRow];
      if (bag === undefined || environment === undefined) return;
      focusNext.current = true;
      onSelect({ bag, environment });
    },
    [columns, environments, onSelect],
  );

  return (
    <div className={classes.timeline}>
      <div className={classes.names} aria-hidden>
        <div className={classes.corner}>Bag</div>
        {environments.map((environment) => (
          <div key={environment} className={classes.name}>
            {environment}
          </div>
        ))}
      </div>
      <div className={classes.scroll} ref={scroller}>
        {/* biome-ignore lint/a11y/useSemanticElements: a table cannot leave out the columns that are out of sight */}
        <div
          role="grid"
          aria-label="Bags and environments"
          aria-rowcount={environments.length + 1}
          aria-colcount={columns.length}
          className={classes.grid}
          style={{ width }}
          onKeyDown={(event) => {
            const to = walk(
              event.key,
              { row, column },
              { rows: environments.length, columns: columns.length },
            );
            if (!to || event.ctrlKey || event.metaKey || event.altKey) return;
            event.preventDefault();
            go(to.row, to.column);
          }}
        >
          {/* biome-ignore lint/a11y/useSemanticElements: as above */}
          {/* biome-ignore lint/a11y/useFocusableInteractive: the cells are what is focused */}
          <div role="row" className={classes.heads}>
            {virtual.getVirtualItems().map(({ index }) => {
              const at = columns[index];
              const bag = rows[index];
              return (
                at &&
                bag && (
                  // biome-ignore lint/a11y/useSemanticElements: as above
                  // biome-ignore lint/a11y/useFocusableInteractive: as above
                  <div
                    key={at.bag}
                    role="columnheader"
                    aria-colindex={index + 1}
                    className={classes.columnHead}
                    style={{ left: at.start, width: at.width }}
                    data-selected={index === column || undefined}
                  >
                    {at.day && <span className={classes.day}>{at.day}</span>}
                    <span className={classes.number}>{at.bag}</span>
                    <span className={classes.changed}>
                      {bag.problem ? 'unreadable' : bag.changed === null ? '' : `${bag.changed} changed`}
                    </span>
                  </div>
                )
              );
            })}
          </div>
          {environments.map((environment, line) => (
            // biome-ignore lint/a11y/useSemanticElements: as above
            // biome-ignore lint/a11y/useFocusableInteractive: as above
            <div key={environment} role="row" aria-rowindex={line + 2} className={classes.lane}>
              {virtual.getVirtualItems().map(({ index }) => {
                const at = columns[index];
                const bag = rows[index];
                if (!at || !bag) return null;
                const lane = bag.lanes.find((each) => each.environment === environment);
                return (
                  <Cell
                    key={at.bag}
                    bag={at.bag}
                    environment={environment}
                    lane={lane}
                    line={line}
                    column={index}
                    left={at.start}
                    selected={line === row && index === column}
                    inColumn={index === column}
                    onSelect={go}
                  />
                );
              })}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** A bag in an environment. Made again only when something of it changes, so that scrolling makes none but new ones. */
const Cell = memo(function Cell(props: {
  bag: number;
  environment: string;
  lane: Lane | undefined;
  /** Place among the environments and among the bags, from 0. */
  line: number;
  column: number;
  left: number;
  selected: boolean;
  inColumn: boolean;
  onSelect: (line: number, column: number) => void;
}) {
  const { bag, environment, lane, line, column, left, selected, inColumn, onSelect } = props;
  const state = laneState(lane);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot leave out the columns that are out of sight
    <div
      role="gridcell"
      aria-colindex={column + 1}
      aria-selected={selected}
      aria-label={laneSentence(bag, environment, lane)}
      tabIndex={selected ? 0 : -1}
      data-at={`${line} ${column}`}
      data-state={state}
      data-runs={lane?.runs || undefined}
      data-column={inColumn || undefined}
      className={classes.cell}
      style={{ left, width: columnWidth }}
      onClick={() => onSelect(line, column)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') onSelect(line, column);
      }}
    >
      <LaneGlyph state={state} />
      <span className={classes.text}>{state === 'none' ? '' : laneText(lane)}</span>
      {(lane?.pin || lane?.bad || lane?.runs) && (
        <span className={classes.marks}>
          {lane.runs && <span className={classes.runs}>runs</span>}
          {lane.pin &&
            (lane.pin.freeze ? (
              <span className={classes.mark}>
                <IconSnowflake size={12} aria-hidden /> frozen
              </span>
            ) : (
              <span className={classes.mark}>
                <IconPin size={12} aria-hidden /> pinned
              </span>
            ))}
          {lane.bad && (
            <span className={`${classes.mark} ${classes.bad}`}>
              <IconBan size={12} aria-hidden /> bad
            </span>
          )}
        </span>
      )}
    </div>
  );
});
