import { z } from 'zod';
import { announcementsViewSchema, destinationSchema } from '../domain/announcement/destination';
import { action, actionOnce, name, nothing, query } from './procedure';

const ids = z.object({ ids: z.array(z.number().int()).min(1).max(1_000) });
/** What somebody writes by hand. */
const written = z.object({
  text: z.string().trim().min(1).max(300),
  details: z.string().trim().max(1_000),
  environments: z.array(name).max(100),
  apps: z.array(name).max(100),
});

/** Telling people what happened. Secrets go over this border in one direction alone. */
export const announcementProcedures = {
  'announcements.get': query(nothing, announcementsViewSchema, { changedBy: ['announcement', 'settings'] }),
  /** `host`: what the window shows; messages go to no other before they are switched on again. */
  'announcements.switch': action(
    z.object({ destination: destinationSchema, on: z.boolean(), host: z.string().max(2_000) }),
    announcementsViewSchema,
  ),
  'announcements.set-secret': action(
    z.object({ destination: destinationSchema, secret: z.string().trim().min(1).max(2_000).nullable() }),
    announcementsViewSchema,
  ),
  'announcements.test': action(
    z.object({ destination: destinationSchema }),
    z.object({ ok: z.boolean(), text: z.string() }),
  ),
  /** Tries again what did not arrive, or may have. */
  'announcements.send-again': action(ids, announcementsViewSchema),
  'announcements.drop': action(ids, announcementsViewSchema),
  /** Who would be told of what somebody writes, and what Slack would show, in its own markup. */
  'announcements.preview': query(written, z.object({ to: z.array(z.string()), slack: z.string() }), {
    changedBy: ['announcement'],
  }),
  'announcements.write': actionOnce(written, z.object({ text: z.string() })),
  /** Opens a draft in the person's own mail program. */
  'announcements.draft-mail': action(
    z.object({ subject: z.string().trim().min(1).max(200), body: z.string().max(5_000) }),
    nothing,
  ),
} as const;
