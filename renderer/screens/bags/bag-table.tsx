import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef } from 'react';
import { laneSentence, laneState, laneText } from '../../../shared/domain/bags/bag-words';
import type { BagRow } from '../../../shared/domain/bags/view';
import { clock, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './bags-screen.module.css';
import { LaneGlyph } from './lane-glyph';

const rowHeight = 40;

/** The same as the lanes, as a table: the newest bag first. Rows out of sight are left out and stood for by space. */
export function BagTable(props: {
  rows: readonly BagRow[];
  environments: readonly string[];
  selected: number | null;
  onSelect: (bag: number) => void;
}) {
  const { rows, environments, selected, onSelect } = props;
  const now = useNow('calm');
  const scroller = useRef<HTMLDivElement>(null);
  const index = rows.length - 1 - rows.findIndex(({ bag }) => bag === selected);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  useEffect(() => {
    if (index >= 0 && index < rows.length) virtual.scrollToIndex(index, { align: 'auto' });
  }, [index, rows.length, virtual]);
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div className={classes.tableScroll} ref={scroller}>
      <table className={classes.table} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col">Bag</th>
            <th scope="col">Packed</th>
            <th scope="col">By</th>
            <th scope="col">Changed</th>
            {environments.map((environment) => (
              <th scope="col" key={environment}>
                {environment}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr aria-hidden style={{ height: before }} />}
          {items.map((item) => {
            const row = rows[rows.length - 1 - item.index];
            if (!row) return null;
            return (
              <BagLine
                key={row.bag}
                row={row}
                index={item.index}
                environments={environments}
                selected={row.bag === selected}
                now={now}
                onSelect={onSelect}
              />
            );
          })}
          {after > 0 && <tr aria-hidden style={{ height: after }} />}
        </tbody>
      </table>
    </div>
  );
}

/** One bag. Made again only when something of it changes, so that scrolling makes none but those that come into sight. */
const BagLine = memo(function BagLine(props: {
  row: BagRow;
  /** Place among all bags, from 0. */
  index: number;
  environments: readonly string[];
  selected: boolean;
  now: number;
  onSelect: (bag: number) => void;
}) {
  const { row, index, environments, selected, now, onSelect } = props;
  return (
    <tr data-selected={selected || undefined} aria-rowindex={index + 2}>
      <th scope="row">
        <button type="button" className={classes.link} onClick={() => onSelect(row.bag)}>
          {row.bag}
        </button>
      </th>
      <td title={row.packed ? fullTime(row.packed.at) : undefined}>
        {row.packed ? clock(row.packed.at, now) : 'unreadable'}
      </td>
      <td>{row.packed?.by}</td>
      <td>{row.changed ?? ''}</td>
      {environments.map((environment) => {
        const lane = row.lanes.find((each) => each.environment === environment);
        const extra = [lane?.runs && 'runs', lane?.pin && 'pinned', lane?.bad && 'bad'].filter(Boolean);
        return (
          <td key={environment} title={laneSentence(row.bag, environment, lane)}>
            <span className={classes.inLane}>
              <LaneGlyph state={laneState(lane)} />
              {[laneText(lane), ...extra].join(', ')}
            </span>
          </td>
        );
      })}
    </tr>
  );
});
