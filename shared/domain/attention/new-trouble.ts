import type { AttentionItem } from './attention-items';

/** Milliseconds for which trouble has to be gone before the same trouble is news again: pods that crash come and go. */
const goneFor = 10 * 60_000;

/** Reasons that one's own operation has told when it ended. */
const toldByOperation: ReadonlySet<string> = new Set(['Operation failed', 'Outcome unknown']);

/**
 * Remembers which trouble in production was told, and picks what is news.
 * @returns to be called with all that needs attention. `now`: milliseconds of a steady clock.
 */
export function createTroubleMemory(): (items: readonly AttentionItem[], now: number) => AttentionItem[] {
  /** By key, when it was seen last. */
  const told = new Map<string, number>();
  return (items, now) => {
    for (const [key, seenAt] of told) if (now - seenAt > goneFor) told.delete(key);
    return items.filter(({ key, reason, production }) => {
      if (!production || toldByOperation.has(reason)) return false;
      const isNew = !told.has(key);
      told.set(key, now);
      return isNew;
    });
  };
}
