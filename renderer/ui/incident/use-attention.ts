import { useMemo } from 'react';
import {
  type AttentionItem,
  attentionItems,
  notKnownBecause,
} from '../../../shared/domain/attention/attention-items';
import { undeliveredItems } from '../../../shared/domain/attention/undelivered-items';
import { useAnnouncements } from '../../data/announcement-queries';
import { useAllBagPipelines } from '../../data/bags-queries';
import { useBoard } from '../../data/queries';
import { useNow } from '../time/use-now';

/** What needs attention in the whole estate, and why it can't be said that nothing does; `null`: it can. */
export interface Attention {
  items: readonly AttentionItem[];
  notKnown: string | null;
}

const unread: Attention = { items: [], notKnown: 'Checking the release repo…' };

export function useAttention(): Attention {
  const board = useBoard().data;
  const { pipelines, known } = useAllBagPipelines();
  const announcements = useAnnouncements().data;
  const now = useNow('calm');
  return useMemo(
    () =>
      board
        ? {
            items: [
              ...attentionItems(board, pipelines, now),
              ...(announcements ? undeliveredItems(announcements) : []),
            ],
            notKnown: notKnownBecause(board, known),
          }
        : unread,
    [board, pipelines, known, announcements, now],
  );
}
