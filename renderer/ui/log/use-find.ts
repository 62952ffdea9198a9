import { useEffect, useMemo, useReducer, useRef, useState } from 'react';
import type { LogBuffer } from '../../data/log-buffer';
import { plain } from './ansi';
import { type Hits, matcherOf, noHits, search, step } from './find';

/** Lines looked at in one slice: about 4 ms of work. */
const slice = 20_000;

/** The find box over a log that may still grow. */
export function useFind(log: LogBuffer) {
  const [query, setQuery] = useState('');
  const [regex, setRegex] = useState(false);
  const [present, setPresent] = useState<number | null>(null);
  const [, rerender] = useReducer((n: number) => n + 1, 0);
  const compiled = useMemo(() => matcherOf(query, regex), [query, regex]);
  const matcher = typeof compiled === 'object' ? compiled : null;
  const hits = useRef<{ of: unknown; log: LogBuffer; hits: Hits }>({ of: null, log, hits: noHits });
  if (hits.current.of !== matcher || hits.current.log !== log)
    hits.current = { of: matcher, log, hits: noHits };

  const end = log.dropped + log.length;
  useEffect(() => {
    if (!matcher) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const work = () => {
      const before = hits.current.hits;
      const text = (line: number) => plain(log.line(line - log.dropped)?.text ?? '');
      hits.current.hits = search(before, matcher, text, log.dropped, end, slice);
      if (hits.current.hits !== before) rerender();
      if (hits.current.hits.next < end) timer = setTimeout(work, 0);
    };
    work();
    return () => clearTimeout(timer);
  }, [matcher, log, end]);

  const found = hits.current.hits;
  return {
    query,
    regex,
    matcher,
    problem: typeof compiled === 'string' ? compiled : null,
    count: found.lines.length,
    /** 1-based place of the hit one is at, 0 when at none. */
    place: present === null ? 0 : found.lines.indexOf(present) + 1,
    present,
    setQuery: (text: string) => {
      setQuery(text);
      setPresent(null);
    },
    setRegex,
    /** Moves to the next or previous hit and returns its absolute line. */
    go: (direction: 1 | -1, from: number | null = present): number | null => {
      const line = step(hits.current.hits, from, direction);
      setPresent(line);
      return line;
    },
  };
}
