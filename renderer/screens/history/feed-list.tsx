// biome-ignore-all lint/a11y/useSemanticElements: a virtualised listbox cannot be built of select elements
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { FeedOutline, HistoryEvent, HistoryFilter } from '../../../shared/domain/history/history-event';
import { count } from '../../../shared/domain/text/count';
import { type FeedPage, useFeedPages } from '../../data/history-queries';
import { dayName } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import { EventRow, type Story } from './event-row';
import { dayHeight, FeedLayout, listId, movedRow, rowHeight } from './feed-layout';
import classes from './feed-list.module.css';
import { keepPlace, placeOf } from './scroll-places';

interface FeedListProps {
  filter: HistoryFilter;
  outline: FeedOutline | undefined;
  /** The newest rows: they are there before the outline is. */
  head: FeedPage | undefined;
  /** The entry of the browser's history that the place belongs to. */
  entry: string;
  active: number | null;
  onActive: (row: number, event: HistoryEvent | undefined) => void;
  onOpen: () => void;
}

/** Rows beyond the window that are kept in the page. */
const overscan = 8;

/**
 * The feed as one list of its whole length: the outline says how long it is, pages are fetched where one looks. It has
 * one tab stop; the arrows move the active row.
 */
export function FeedList({ filter, outline, head, entry, active, onActive, onOpen }: FeedListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow('calm');
  const layout = useMemo(
    () =>
      new FeedLayout(
        outline ?? { total: head?.events.length ?? 0, days: [], pages: [{ row: 0, before: null }] },
      ),
    [outline, head],
  );
  const estimateSize = useCallback((index: number) => layout.heightOf(index), [layout]);
  // The library lays out again when this function is another one: once per layout.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the layout is what changed
  const getItemKey = useCallback((index: number) => index, [layout]);
  const sticky = useRef(-1);
  const rangeExtractor = useCallback(
    (range: Range) => {
      sticky.current = layout.headingOf(range.startIndex);
      // The day's heading sticks to the top; the active row is always in the page, since the list names it.
      const kept = [sticky.current, active === null ? -1 : layout.indexOf(Math.min(active, layout.rows - 1))];
      const items = [...kept.filter((index) => index >= 0), ...defaultRangeExtractor(range)];
      return [...new Set(items)].sort((a, b) => a - b);
    },
    [layout, active],
  );
  const virtual = useVirtualizer({
    count: layout.items,
    getScrollElement: () => scroller.current,
    estimateSize,
    getItemKey,
    overscan,
    rangeExtractor,
    scrollPaddingStart: dayHeight,
    initialOffset: () => placeOf(entry).scroll,
  });

  const items = virtual.getVirtualItems();
  const wanted = useMemo(() => {
    const rows = items.flatMap(({ index }) => {
      const item = layout.item(index);
      return item.type === 'row' ? [layout.pageOf(item.row).page] : [];
    });
    return [...new Set(rows)];
  }, [items, layout]);
  const pages = useFeedPages(filter, outline, wanted);
  const eventAt = useCallback(
    (row: number): HistoryEvent | undefined => {
      const { page, at } = layout.pageOf(row);
      return pages.get(page)?.events[at] ?? head?.events[row];
    },
    [layout, pages, head],
  );
  /** The page that an event of the list was read with. */
  const pageWith = (row: number, event: HistoryEvent): FeedPage | undefined =>
    [pages.get(layout.pageOf(row).page), head].find((page) => page?.events.some(({ id }) => id === event.id));
  const storyAt = (row: number, event: HistoryEvent | undefined): Story | undefined => {
    const page = event && pageWith(row, event);
    if (!event || !page) return undefined;
    const outcome = event.operationId === null ? undefined : page.outcomes[event.operationId];
    const seen = page.seen[event.id];
    const size = page.sizes?.[page.events.findIndex(({ id }) => id === event.id)] ?? 1;
    return { outcome, seen, size };
  };

  // The place is kept while one scrolls, and found again when one comes back.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = placeOf(entry).scroll;
    const keep = () => keepPlace(entry, { scroll: element.scrollTop });
    element.addEventListener('scroll', keep, { passive: true });
    return () => element.removeEventListener('scroll', keep);
  }, [entry]);

  // New events come in at the top: what one looks at stays where it is.
  const known = useRef({ filter, rows: layout.rows });
  useLayoutEffect(() => {
    const before = known.current;
    known.current = { filter, rows: layout.rows };
    const element = scroller.current;
    const more = layout.rows - before.rows;
    if (!outline || !element || before.filter !== filter || before.rows === 0 || more <= 0) return;
    if (element.scrollTop > dayHeight) element.scrollTop += more * rowHeight;
  }, [filter, layout, outline]);

  // The details follow the active row, also when its page comes later.
  const activeEvent = active === null ? undefined : eventAt(active);
  useEffect(() => {
    if (active !== null) onActive(active, activeEvent);
  }, [active, activeEvent, onActive]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key === 'Enter' && active !== null) {
      event.preventDefault();
      onOpen();
      return;
    }
    const height = (scroller.current?.clientHeight ?? 0) - dayHeight;
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    // Before any row was chosen one stands above the first.
    const to = movedRow(active ?? -1, event, { rows: layout.rows, page });
    if (to === null) return;
    event.preventDefault();
    onActive(to, eventAt(to));
    virtual.scrollToIndex(layout.indexOf(to), { align: 'auto' });
  };

  const rowId = (row: number) => `event-${row}`;
  return (
    <>
      <ColumnHeads />
      <div
        ref={scroller}
        id={listId}
        role="listbox"
        aria-label="Events, newest first"
        aria-activedescendant={active === null ? undefined : rowId(active)}
        aria-busy={!outline || undefined}
        tabIndex={0}
        className={classes.scroller}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const row = (event.target as HTMLElement).closest<HTMLElement>('[data-row]')?.dataset.row;
          if (row !== undefined) onActive(Number(row), eventAt(Number(row)));
        }}
      >
        <div role="presentation" className={classes.space} style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const item = layout.item(index);
            if (item.type === 'row') {
              const event = eventAt(item.row);
              return (
                <EventRow
                  key={`row ${item.row}`}
                  id={rowId(item.row)}
                  event={event}
                  story={storyAt(item.row, event)}
                  row={item.row}
                  rows={layout.rows}
                  active={item.row === active}
                  top={start}
                  height={rowHeight}
                />
              );
            }
            const day = layout.day(item.day);
            const stuck = index === sticky.current;
            return (
              <div
                key={`day ${item.day}`}
                role="presentation"
                className={classes.day}
                data-sticky={stuck || undefined}
                style={{ height: dayHeight, ...(stuck ? {} : { transform: `translateY(${start}px)` }) }}
              >
                {day && dayName(day.from, now)}
                <span className={classes.count}>{day && count(day.count, 'change')}</span>
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

const heads = ['Time', 'What', 'App', 'Environment', 'Version', 'By', 'Reason or message'];

/** What the columns are; a row says it all to assistive technology by itself. */
const ColumnHeads = () => (
  <div className={classes.heads} aria-hidden>
    {heads.map((head) => (
      <span key={head}>{head}</span>
    ))}
  </div>
);
