import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { QueryName } from '../../../shared/contract/contract';
import {
  type AttentionItem,
  attentionItems,
  notKnownBecause,
} from '../../../shared/domain/attention/attention-items';
import { frozenItems } from '../../../shared/domain/attention/frozen-items';
import { undeliveredItems } from '../../../shared/domain/attention/undelivered-items';
import type { BagPipelineView } from '../../../shared/domain/bags/view';
import type { Board } from '../../../shared/domain/board/board';
import { listText } from '../../../shared/domain/text/list-text';
import { useAnnouncements } from '../../data/announcement-queries';
import { useAllBagPipelines } from '../../data/bags-queries';
import { useFreezes } from '../../data/freeze-queries';
import { useBoard } from '../../data/queries';
import { wasRefused } from '../../data/query-client';
import { useNow } from '../time/use-now';

/** What needs attention in the whole estate, and why it can't be said that nothing does; `null`: it can. */
export interface Attention {
  items: readonly AttentionItem[];
  notKnown: string | null;
  /** Part of it was asked for and could not be read: it is worth asking again. */
  failed: boolean;
}

const unread: Attention = { items: [], notKnown: 'Checking the release repo…', failed: false };

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
    failed: false,
  };
  last = { board, pipelines, known, now, told };
  return told;
}

export function useAttention(): Attention {
  const board = useBoard().data;
  const { pipelines, known, failed: bagsFailed } = useAllBagPipelines();
  const announcements = useAnnouncements();
  const freezes = useFreezes();
  const { data: told } = announcements;
  const { data: frozen } = freezes;
  const failed = listText([
    ...(bagsFailed ? ['bags'] : []),
    ...(wasRefused(freezes) ? ['freezes'] : []),
    ...(wasRefused(announcements) ? ['announcements'] : []),
  ]);
  const now = useNow('calm');
  return useMemo(() => {
    if (!board) return unread;
    const inside = attentionOf(board, pipelines, known, now);
    const others = [...(told ? undeliveredItems(told) : []), ...(frozen ? frozenItems(frozen, now) : [])];
    const unasked = told && frozen ? null : 'Checking freezes and announcements…';
    if (others.length === 0 && unasked === null && failed === '') return inside;
    return {
      items: [...inside.items, ...others],
      notKnown: failed === '' ? (inside.notKnown ?? unasked) : `Signalbox can’t read ${failed}.`,
      failed: failed !== '',
    };
  }, [board, pipelines, known, told, frozen, failed, now]);
}

/** What {@link useAttention} asks for besides the board. */
const asked: ReadonlySet<unknown> = new Set<QueryName>([
  'bags.pipelines',
  'bags.pipeline',
  'freezes.list',
  'announcements.get',
]);

/** Asks again for what {@link useAttention} could not read. */
export function useReadAgain(): () => void {
  const client = useQueryClient();
  return useCallback(
    () =>
      void client.refetchQueries({
        predicate: (query) => asked.has(query.queryKey[0]) && wasRefused(query.state),
      }),
    [client],
  );
}
