import { z } from 'zod';

/** One sync window that applies to an Application, as it stands now. Times are ISO 8601 UTC. */
export const syncWindowViewSchema = z.object({
  kind: z.enum(['allow', 'deny']),
  schedule: z.string(),
  duration: z.string(),
  timeZone: z.string(),
  description: z.string().nullable(),
  manualSync: z.boolean(),
  /** A sync that began before it (deny) or in it (allow) may go on. */
  syncOverrun: z.boolean(),
  active: z.boolean(),
  /** When it ends, while it is active; `null`: not active, or no end within a year. */
  until: z.string().nullable(),
  /** When it opens next; `null`: never within a year. */
  nextStart: z.string().nullable(),
});
export type SyncWindowView = z.infer<typeof syncWindowViewSchema>;

/**
 * What the sync windows of an Application's project say right now. `unknown`: the project cannot be read. `open`: every
 * sync may run; `manual-only`: automatic syncs wait; `closed`: all wait, and a sync that is asked for stays Running
 * with the message "blocked by sync window".
 */
export const syncWindowsViewSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('unknown'), because: z.string() }),
  z.object({
    state: z.enum(['open', 'manual-only', 'closed']),
    project: z.string(),
    /** In words: which window blocks, and until when. */
    text: z.string(),
    /** When automatic syncs may run again; `null`: they may, or not within a year. */
    opensAt: z.string().nullable(),
    windows: z.array(syncWindowViewSchema),
    /** What they mean for the sync that runs: it may go on, as one that is meant to or by its overrun. `null`: none runs, or all may. */
    runningSync: z.enum(['may-go-on', 'waits']).nullable(),
  }),
]);
export type SyncWindowsView = z.infer<typeof syncWindowsViewSchema>;

const shutness: Record<SyncWindowsView['state'], number> = {
  open: 0,
  unknown: 1,
  'manual-only': 2,
  closed: 3,
};

/** Of several Applications the one that is most shut; `null` for none. */
export function mostShut(views: readonly SyncWindowsView[]): SyncWindowsView | null {
  return views.reduce<SyncWindowsView | null>(
    (worst, one) => (worst === null || shutness[one.state] > shutness[worst.state] ? one : worst),
    null,
  );
}
