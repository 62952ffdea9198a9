import {
  type KeyboardEvent,
  type MouseEvent,
  useEffect,
  useLayoutEffect,
  useReducer,
  useRef,
  useState,
} from 'react';
import type { ShownLine } from '../../../shared/contract/logs';
import { count } from '../../../shared/domain/text/count';
import { ask } from '../../data/call';
import type { LogSession } from '../../data/log-session';
import { useLogPart } from '../../data/use-log';
import { follow, followStart, newLines } from './follow';
import { LogLine } from './log-line';
import classes from './log-list.module.css';
import { useLogPreferences } from './preferences';
import { type DrawnRows, nextRows } from './row-keys';
import { moveSelection, type Selection, selected } from './selection';
import type { SourceLabel } from './source-labels';

const lineHeight = 18;
/** Lines drawn above and below what is in sight. */
const overscan = 12;

interface LogListProps {
  session: LogSession;
  label: string;
  labels: ReadonlyMap<number, SourceLabel> | null;
  /** The place to bring into sight, again for each object. */
  target: { place: number } | null;
  presentPlace: number | null;
  onWhole: (line: ShownLine) => void;
  onCopy: (from: number, to: number) => void;
  /** Told of the first place in sight, and of the last. */
  onSight: (top: number, bottom: number) => void;
}

/** The lines near the window: follows the newest until one scrolls up; lines are selected by mouse and by keys. */
export function LogList(props: LogListProps) {
  const { session, label, labels, target, presentPlace, onWhole, onCopy, onSight } = props;
  const { wrap, stamps, numbers } = useLogPreferences();
  useLogPart(session, ({ version }) => version);
  const { first, end, generation } = session.picture;
  const total = end - first;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(0);
  const [top, setTop] = useState(0);
  const [state, dispatch] = useReducer(follow, followStart);
  const [selection, setSelection] = useState<Selection | null>(null);
  const lastTop = useRef(0);
  const lastFirst = useRef(first);
  const drawnRows = useRef<DrawnRows>({ from: 0, to: 0, base: 0 });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    setHeight(element.clientHeight);
    if (typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const inSight = Math.ceil(height / lineHeight) + 1;
  const firstRow = state.following
    ? Math.max(0, total - inSight)
    : Math.max(0, Math.min(Math.floor(top / lineHeight), total - 1));
  const atEnd = state.following || top + height >= total * lineHeight - 1;
  const from = wrap ? (atEnd ? Math.max(0, total - inSight) : firstRow) : Math.max(0, firstRow - overscan);
  const to = Math.min(total, firstRow + inSight + (wrap ? 0 : overscan));

  useEffect(() => dispatch({ type: 'lines', total: end }), [end]);
  useEffect(() => session.want(first + from, first + to), [session, first, from, to]);
  useEffect(
    () => onSight(first + firstRow, Math.min(end, first + firstRow + inSight)),
    [onSight, first, firstRow, end, inSight],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view has other places
  useEffect(() => setSelection(null), [generation]);

  const scrollTo = (pixels: number): void => {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = pixels;
    lastTop.current = element.scrollTop;
    setTop(element.scrollTop);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new line moves the end
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !state.following) return;
    element.scrollTop = element.scrollHeight;
    lastTop.current = element.scrollTop;
  }, [state.following, end, height, wrap]);
  // The oldest lines were let go: what is read stays where it is.
  useLayoutEffect(() => {
    const gone = first - lastFirst.current;
    lastFirst.current = first;
    if (gone > 0 && !state.following) scrollTo(Math.max(0, lastTop.current - gone * lineHeight));
  });
  // Lines came in between, or the view is another: the line at the top stays at the top.
  useEffect(() => {
    if (state.following) return;
    return session.onChanged((changedFrom) => {
      const place = session.picture.first + Math.floor(lastTop.current / lineHeight);
      const line = session.line(place);
      if (!line || changedFrom > place) return;
      void ask('logs.locate', { session: session.id, id: line.id }).then((answer) => {
        if (!answer.ok || answer.value.place === null || answer.value.place === place) return;
        scrollTo(lastTop.current + (answer.value.place - place) * lineHeight);
      });
    });
  });
  // A line that is wrapped is passed bit by bit, as its share of the way is scrolled.
  useLayoutEffect(() => {
    const element = rows.current;
    if (!element || !wrap) return;
    const share = atEnd ? 0 : (top % lineHeight) / lineHeight;
    const firstHeight = element.firstElementChild?.clientHeight ?? 0;
    element.style.transform = share > 0 ? `translateY(${-share * firstHeight}px)` : '';
  });

  const show = (place: number, where: 'middle' | 'near'): void => {
    const element = scroller.current;
    if (!element) return;
    dispatch({ type: 'stop', total: end });
    const at = (place - first) * lineHeight;
    if (where === 'middle') scrollTo(Math.max(0, at - height / 2 + lineHeight));
    else if (at < element.scrollTop) scrollTo(at);
    else if (at + lineHeight > element.scrollTop + height) scrollTo(at + lineHeight - height);
    else scrollTo(element.scrollTop);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a target is gone to once
  useEffect(() => {
    if (target) show(target.place, 'middle');
  }, [target]);

  const onScroll = (): void => {
    const element = scroller.current;
    if (!element) return;
    const up = element.scrollTop < lastTop.current - 1;
    const isAtEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - lineHeight;
    lastTop.current = element.scrollTop;
    // Following sets the position itself, always downwards; going up is a person's doing.
    if (!(up && isAtEnd)) dispatch({ type: 'scrolled', up, atEnd: isAtEnd, total: end });
    if (!state.following || !isAtEnd) setTop(element.scrollTop);
  };
  const toEnd = (): void => {
    setSelection(null);
    dispatch({ type: 'to-end', total: end });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey) return;
    const mod = event.ctrlKey || event.metaKey;
    const handled = (): void => event.preventDefault();
    if (mod && event.key === 'a') {
      handled();
      setSelection({ anchor: first, head: end - 1 });
    } else if (mod && event.key === 'c') {
      if (selection === null || window.getSelection()?.isCollapsed === false) return;
      handled();
      onCopy(Math.min(selection.anchor, selection.head), Math.max(selection.anchor, selection.head) + 1);
    } else if (mod) return;
    else if (event.key === 'End') {
      handled();
      toEnd();
    } else if (event.key === 'Escape' && selection) {
      handled();
      setSelection(null);
    } else if (event.key === 'Enter' && selection) {
      const line = session.line(selection.head);
      if (line) onWhole(line);
    } else {
      const range = { first, end, top: first + firstRow, page: Math.max(1, inSight - 2) };
      const next = moveSelection(selection, { name: event.key, shift: event.shiftKey }, range);
      if (!next) return;
      handled();
      setSelection(next);
      show(next.head, 'near');
    }
  };
  const onMouseDown = (event: MouseEvent): void => {
    const element = event.target instanceof Element ? event.target : null;
    if (!element?.closest('[data-part="number"]')) return;
    const place = Number(element.closest<HTMLElement>('[data-place]')?.dataset.place);
    if (!Number.isInteger(place)) return;
    setSelection({ anchor: event.shiftKey && selection ? selection.anchor : place, head: place });
    dispatch({ type: 'stop', total: end });
    setTop(lastTop.current);
  };

  const named = nextRows(drawnRows.current, first + from, first + to);
  useLayoutEffect(() => {
    // What was selected of lines that are gone is not passed on to those that took their rows.
    const chosen = window.getSelection();
    if (named.base !== drawnRows.current.base && rows.current?.contains(chosen?.anchorNode ?? null))
      chosen?.removeAllRanges();
    drawnRows.current = named;
  });
  const drawn = [];
  for (let row = from; row < to; row += 1) {
    const place = first + row;
    const line = session.line(place);
    drawn.push(
      <div
        key={place - named.base}
        className={`${classes.line} ${wrap ? classes.wrapped : ''}`}
        data-place={place}
        data-selected={selected(selection, place) || undefined}
        data-present={place === presentPlace || undefined}
      >
        {line && (
          <LogLine
            line={line}
            label={labels?.get(line.source) ?? null}
            numbers={numbers}
            stamps={stamps}
            present={place === presentPlace}
            onWhole={onWhole}
          />
        )}
      </div>,
    );
  }
  const fresh = newLines(state, end);

  return (
    <div className={classes.frame}>
      {/* biome-ignore lint/a11y/useSemanticElements: a section cannot be a stop of its own */}
      <div
        ref={scroller}
        className={classes.scroller}
        role="region"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reachable by keys
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onMouseDown={onMouseDown}
      >
        <div className={classes.space} style={{ height: total * lineHeight }}>
          {wrap ? (
            <div className={classes.sticky} data-end={atEnd || undefined} style={{ height }}>
              <div ref={rows}>{drawn}</div>
            </div>
          ) : (
            <div
              ref={rows}
              className={classes.rows}
              style={{ transform: `translateY(${from * lineHeight}px)` }}
            >
              {drawn}
            </div>
          )}
        </div>
      </div>
      {total === 0 && <p className={classes.empty}>{emptyText(session)}</p>}
      {!state.following && (
        <button type="button" className={classes.newest} onClick={toEnd}>
          {fresh > 0 ? count(fresh, 'new line') : 'Go to newest'} ↓
        </button>
      )}
    </div>
  );
}

function emptyText(session: LogSession): string {
  const { kept } = session.picture;
  const states = session.sources.map(({ state }) => state);
  if (kept > 0) return 'No lines match the filter.';
  if (states.length > 0 && states.every((state) => state === 'gone')) return 'The pod and its log are gone.';
  if (states.length > 0 && states.every((state) => state === 'ended')) return 'The log is empty.';
  return 'No lines yet.';
}
