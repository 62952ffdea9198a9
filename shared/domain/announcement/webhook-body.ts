import type { Announcement } from './announcement';

/**
 * The body of a webhook's request: JSON as docs/announcements.md has it. Texts go as they are: what they may do is for the
 * receiver's own rules.
 * @param text the same as a line for people.
 */
export function webhookBody(announcement: Announcement, text: string, estate: string): string {
  const {
    event,
    at,
    who,
    what,
    pipeline,
    environments,
    apps,
    version,
    why,
    details,
    until,
    link,
    open,
    thread,
  } = announcement;
  return JSON.stringify({
    type: event,
    timestamp: at,
    data: {
      estate,
      thread,
      text,
      who,
      what,
      pipeline,
      environments,
      apps,
      version,
      why,
      details,
      until,
      link,
      open: open ?? null,
    },
  });
}
