import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useLayoutEffect, useReducer, useRef, useState } from 'react';
import type { LogSource } from '../../../shared/contract/logs';
import { useLog } from '../../data/use-log';
import { count } from '../count';
import { follow, followStart, newLines } from './follow';
import { LogLine } from './log-line';
import { LogToolbar } from './log-toolbar';
import classes from './log-viewer.module.css';
import { useFind } from './use-find';

const lineHeight = 18;

interface LogViewerProps {
  /** Whose logs these are, for people. */
  name: string;
  /** Give the viewer a key where another thing's logs begin; sources that join later need none. */
  sources: readonly LogSource[];
}

/** Logs of containers: follows until one scrolls up, finds, wraps, colours. */
export function LogViewer({ name, sources }: LogViewerProps) {
  const [chosen, setChosen] = useState<LogSource | null>(null);
  const source = chosen ?? sources[0];
  if (!source) return <p className={classes.empty}>{name} has no log.</p>;
  return <OneLog source={source} sources={sources} onSource={setChosen} />;
}

interface OneLogProps {
  source: LogSource;
  sources: readonly LogSource[];
  onSource: (source: LogSource) => void;
}

/** One container's log; only lines near the window are drawn. */
function OneLog({ source, sources, onSource }: OneLogProps) {
  const log = useLog(source);
  const scroller = useRef<HTMLDivElement>(null);
  const [wrap, setWrap] = useState(false);
  const [state, dispatch] = useReducer(follow, followStart);
  const find = useFind(log);
  const total = log.dropped + log.length;
  const lastTop = useRef(0);

  const virtual = useVirtualizer({
    count: log.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 20,
    paddingStart: 6,
    paddingEnd: 6,
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another log begins at its end again
  useEffect(() => dispatch({ type: 'to-end', total: 0 }), [log]);
  useEffect(() => dispatch({ type: 'lines', total }), [total]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured heights are of no use once lines (un)wrap
  useEffect(() => virtual.measure(), [wrap]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new line moves the end
  useLayoutEffect(() => {
    if (!state.following || log.length === 0) return;
    if (wrap) virtual.scrollToIndex(log.length - 1, { align: 'end' });
    else if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [state.following, log.length, total, wrap, virtual]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const up = element.scrollTop < lastTop.current - 1;
    lastTop.current = element.scrollTop;
    const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - lineHeight;
    // Following sets the position itself, always downwards; going up is a person's doing.
    if (up && atEnd) return;
    dispatch({ type: 'scrolled', up, atEnd, total });
  };
  const toEnd = () => dispatch({ type: 'to-end', total });
  const goTo = (direction: 1 | -1) => {
    const line = find.go(direction);
    if (line === null) return;
    dispatch({ type: 'stop', total });
    virtual.scrollToIndex(line - log.dropped, { align: 'center' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'End') {
      event.preventDefault();
      toEnd();
    }
  };
  const fresh = newLines(state, total);

  return (
    <div className={classes.viewer}>
      <LogToolbar
        source={source}
        sources={sources}
        onSource={onSource}
        find={find}
        onFind={goTo}
        wrap={wrap}
        onWrap={setWrap}
        log={log}
      />
      <div className={classes.frame}>
        {/* biome-ignore lint/a11y/useSemanticElements: a section cannot be a stop of its own */}
        <div
          ref={scroller}
          className={classes.scroller}
          role="region"
          aria-label={`Log of ${source.pod}, ${source.container}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reachable by keys
          tabIndex={0}
          onScroll={onScroll}
          onKeyDown={onKeyDown}
        >
          <div className={classes.lines} style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const line = log.line(item.index);
              if (!line) return null;
              const number = log.dropped + item.index;
              return (
                <div
                  key={item.key}
                  ref={wrap ? virtual.measureElement : undefined}
                  data-index={item.index}
                  className={`${classes.line} ${wrap ? classes.wrapped : ''}`}
                  data-present={find.present === number || undefined}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <LogLine
                    number={number + 1}
                    line={line}
                    matcher={find.matcher}
                    present={find.present === number}
                  />
                </div>
              );
            })}
          </div>
          {log.length === 0 && <p className={classes.empty}>{emptyText(log.state.state)}</p>}
        </div>
        {!state.following && (
          <button type="button" className={classes.newest} onClick={toEnd}>
            {fresh > 0 ? count(fresh, 'new line') : 'To the newest line'} ↓
          </button>
        )}
      </div>
      <footer className={classes.foot}>
        <span data-state={log.state.state}>{log.state.text}</span>
        <span>
          {count(log.length, 'line')}
          {log.dropped > 0 && `, ${count(log.dropped, 'older one')} let go`}
        </span>
      </footer>
    </div>
  );
}

function emptyText(state: string): string {
  if (state === 'gone') return 'The pod is gone, and so is its log.';
  return state === 'ended' ? 'It wrote nothing.' : 'No lines yet.';
}
