import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Board } from '../../../shared/domain/board/board';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { LedgerEvent } from '../../../shared/domain/history/history-event';
import { useHistoricBoard } from '../../data/history-queries';
import { announce } from '../../ui/text/announcer';
import { dateTime } from '../../ui/time/time';
import { pastBoard } from './past-board';

const none: readonly LedgerEvent[] = [];

interface Past {
  /** What is shown: the board as it was, or the present one. */
  board: Board;
  /** The moment that is shown, `null`: now. */
  at: string | null;
  /** What stood under `.signalbox/` then. */
  standing: readonly LedgerEvent[];
  failure: Failure | null;
  onDrag: (at: string | null) => void;
  onAt: (at: string | null) => void;
}

/** The board of the moment in the address; while the slider is dragged, of the moment under the pointer. */
export function usePast(present: Board, wanted: string | null, onWanted: (at: string | null) => void): Past {
  const [dragged, setDragged] = useState<{ at: string | null } | null>(null);
  const at = dragged ? dragged.at : wanted;
  const then = useHistoricBoard(at);
  const board = useMemo(
    () => (at !== null && then.data ? pastBoard(present, then.data) : present),
    [at, then.data, present],
  );
  useEffect(() => {
    if (wanted !== null) announce(`Showing the board on ${dateTime(wanted)}`);
  }, [wanted]);
  const onDrag = useCallback((moment: string | null) => setDragged({ at: moment }), []);
  const onAt = useCallback(
    (moment: string | null) => {
      setDragged(null);
      if (moment === null && wanted !== null) announce('Showing the board now');
      onWanted(moment);
    },
    [wanted, onWanted],
  );
  const standing = at === null ? none : (then.data?.standing ?? none);
  return { board, at, standing, failure: at === null ? null : (then.error?.failure ?? null), onDrag, onAt };
}
