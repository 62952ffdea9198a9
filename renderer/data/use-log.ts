import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { type LogSource, logSourceKey } from '../../shared/contract/logs';
import { LogSession } from './log-session';

/**
 * Follows logs for as long as they are shown. Sources that are added later join the session; those that are left out
 * later stay, since what they said stays of interest. The session stays the same object while lines come: what shows
 * something of them reads it by {@link useLogPart}, so that the rest of a viewer is not drawn with every batch.
 */
export function useLog(sources: readonly LogSource[]): LogSession {
  const [attempt, setAttempt] = useState(0);
  // A session lives as long as its stream: an effect that runs again (React's strict mode) needs a new one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: an attempt is a new session
  const session = useMemo(() => new LogSession(crypto.randomUUID()), [attempt]);
  const keys = sources.map(logSourceKey).join('\n');
  const latest = useRef(sources);
  latest.current = sources;
  const known = useRef('');

  useEffect(() => {
    if (used.has(session)) {
      setAttempt((n) => n + 1);
      return;
    }
    used.add(session);
    known.current = latest.current.map(logSourceKey).join('\n');
    return session.open(latest.current);
  }, [session]);
  useEffect(() => {
    if (keys === known.current) return;
    known.current = keys;
    void session.join(latest.current);
  }, [session, keys]);

  return session;
}

/**
 * What a component shows of a session: drawn again when it changed, at most once a frame.
 * @param part gives the same value while nothing changed: a number, a text, or an object that the session keeps.
 */
export function useLogPart<T>(session: LogSession, part: (session: LogSession) => T): T {
  const subscribe = useCallback((listener: () => void) => session.subscribe(listener), [session]);
  return useSyncExternalStore(subscribe, () => part(session));
}

/** Sessions whose stream was opened once. */
const used = new WeakSet<LogSession>();
