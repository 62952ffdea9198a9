import type { Announcement } from '../../shared/domain/announcement/announcement';

/**
 * Has something told to people, where the person configured that. Returns at once and never throws: what cannot be told is
 * shown, and holds nothing back.
 *
 * Only the console that did it calls this: whose operation it is, who landed the freeze, the thaw or the unlock by a
 * compare-and-swap. So no two consoles tell the same. Calling again with the same `id`, as after a restart, tells nothing
 * again.
 */
export type Announce = (announcement: Announcement) => void;

/** Where nobody is told anything. */
export const noAnnouncements: Announce = () => undefined;
