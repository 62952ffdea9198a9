import { useMemo } from 'react';
import {
  type AttentionItem,
  attentionItems,
  notKnownBecause,
} from '../../../shared/domain/attention/attention-items';
import { frozenItems } from '../../../shared/domain/attention/frozen-items';
import { undeliveredItems } from '../../../shared/domain/attention/undelivered-items';
import type { BagPipelineView } from '../../../shared/domain/bags/view';
import type { Board } from '../../../shared/domain/board/board';
import { useAnnouncements } from '../../data/announcement-queries';
import { useAllBagPipelines } from '../../data/bags-queries';
import { useFreezes } from '../../data/freeze-queries';
import { useBoard } from '../../data/queries';
import { useNow } from '../time/use-now';

/** What needs attention in the whole estate, and why it can't be said that nothing does; `null`: it can. */
export interface Attention {
  items: readonly AttentionItem[];
  notKnown: string | null;
}

const unread: Attention = { items: [], notKnown: 'Checking the release repo…' };

/** What it was worked out from last, and what came of it: several places of a window ask for the same at once. */
let last: {
  board: Board;
  pipelines: readonly BagPipelineView[];
  known: boolean;
  now: number;
  told: Attention;
} | null = null;

function attentionOf(
  board: Board,
  pipelines: readonly BagPipelineView[],
  known: boolean,
  now: number,
): Attention {
  const isSame =
    last?.board === board &&
    last.known === known &&
    last.now === now &&
    last.pipelines.length === pipelines.length &&
    pipelines.every((one, at) => one === last?.pipelines[at]);
  if (last && isSame) return last.told;
  const told = {
    items: attentionItems(board, pipelines, now),
    notKnown: notKnownBecause(board, known),
  };
  last = { board, pipelines, known, now, told };
  return told;
}

export function useAttention(): Attention {
  const board = useBoard().data;
  const { pipelines, known } = useAllBagPipelines();
  const announcements = useAnnouncements().data;
  const freezes = useFreezes().data;
  const now = useNow('calm');
  return useMemo(() => {
    if (!board) return unread;
    const told = attentionOf(board, pipelines, known, now);
    const others = [
      ...(announcements ? undeliveredItems(announcements) : []),
      ...(freezes ? frozenItems(freezes, now) : []),
    ];
    const unasked = announcements && freezes ? null : 'Checking freezes and announcements…';
    if (others.length === 0 && unasked === null) return told;
    return { items: [...told.items, ...others], notKnown: told.notKnown ?? unasked };
  }, [board, pipelines, known, announcements, freezes, now]);
}
