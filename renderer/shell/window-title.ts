import { useEffect } from 'react';
import type { AttentionItem } from '../../shared/domain/attention/attention-items';
import { useSession } from '../data/queries';
import { useAttention } from '../ui/incident/use-attention';

/** What the window is called in the taskbar and among other windows: trouble first, as far as it fits there. */
function titleOfWindow(estate: string | null, items: readonly AttentionItem[]): string {
  const name = estate === null ? 'Signalbox' : `${estate} – Signalbox`;
  const [first] = items;
  if (!first) return name;
  const number = items.length === 1 ? '' : `(${items.length}) `;
  return `${number}${first.subject}: ${first.reason} – ${name}`;
}

/** Keeps the window's title; a part of its own, so that nothing around it is drawn again when something changes. */
export function WindowTitle(): null {
  const estate = useSession().data?.estate ?? null;
  const { items } = useAttention();
  const title = titleOfWindow(estate, items);
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}
