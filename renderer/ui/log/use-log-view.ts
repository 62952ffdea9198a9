import { useCallback, useEffect, useRef, useState } from 'react';
import { type LogFind, type LogView, wholeLog } from '../../../shared/contract/logs';
import { ask } from '../../data/call';
import type { LogSession } from '../../data/log-session';

/** While someone types, the find waits this long, in milliseconds. */
const typing = 120;

/** The hit that the find is at: its place among the shown lines, and among the hits. */
export interface PresentHit {
  place: number;
  /** 1-based. */
  index: number;
}

/** What of a session is shown, and the find's way through it. */
export function useLogView(session: LogSession) {
  const [view, setView] = useState<LogView>(wholeLog);
  const [present, setPresent] = useState<PresentHit | null>(null);
  const sent = useRef<{ session: LogSession; view: LogView }>({ session, view: wholeLog });
  if (sent.current.session !== session) sent.current = { session, view: wholeLog };

  const send = useCallback(async (): Promise<void> => {
    if (sent.current.view === view) return;
    sent.current.view = view;
    await session.setView(view);
  }, [session, view]);
  useEffect(() => {
    const typed = view.find.text !== sent.current.view.find.text;
    const timer = setTimeout(() => void send(), typed ? typing : 0);
    return () => clearTimeout(timer);
  }, [view, send]);

  return {
    view,
    present,
    setFind: (change: Partial<LogFind>) => {
      setPresent(null);
      setView((before) => ({ ...before, find: { ...before.find, ...change } }));
    },
    setSeverity: (severity: LogView['severity']) => {
      setPresent(null);
      setView((before) => ({ ...before, severity }));
    },
    toggleSource: (number: number, shown: boolean) => {
      setPresent(null);
      setView((before) => ({
        ...before,
        hidden: shown ? before.hidden.filter((one) => one !== number) : [...before.hidden, number],
      }));
    },
    /** Goes to the next or previous hit from a place on. @returns its place; `null` without hits. */
    go: async (direction: 1 | -1, from: number | null): Promise<number | null> => {
      if (view.find.text === '') return null;
      await send();
      const answer = await ask('logs.seek', { session: session.id, from: present?.place ?? from, direction });
      if (!answer.ok || answer.value.place === null) {
        setPresent(null);
        return null;
      }
      setPresent({ place: answer.value.place, index: answer.value.index });
      return answer.value.place;
    },
  };
}
export type LogViewState = ReturnType<typeof useLogView>;
