import { z } from 'zod';
import { routeKindSchema } from '../estate/routes';
import { noSuchPlace, placeOfLink } from '../link/signalbox-link';

/**
 * What can be told to people outside of Signalbox. One name per thing that happened: how it began and how it ended are
 * events of their own, which one message may tell (see `thread`).
 */
export const announcementEvents = [
  'deploy-started',
  'deploy-done',
  'deploy-failed',
  /** It was cancelled, another version took over, or its end is not known. */
  'deploy-stopped',
  'rollback-started',
  'rolled-back',
  'rollback-failed',
  'emergency-rollback-started',
  'emergency-rollback-done',
  'emergency-rollback-failed',
  'freeze-set',
  'freeze-lifted',
  'force-unlock',
  /** What somebody wrote by hand, such as before a risky deploy. */
  'manual',
] as const;
export type AnnouncementEvent = (typeof announcementEvents)[number];

/** Longest text that is taken over from elsewhere, in characters: announcements are read, not scrolled. */
const text = z.string().max(2_000);
const name = z.string().min(1).max(300);

/**
 * Something that happened and may be told: to Slack, to the Release app, to a webhook. Its texts are taken from repo,
 * cluster and people, and are hostile: each destination escapes them by its own rules.
 */
export const announcementSchema = z.object({
  /**
   * Unique for what happened, on whichever console it is thought of: `operation <id> started`, `freeze <id> lifted`. The
   * same id is told once.
   */
  id: name,
  /** What is told in one message that is updated: `operation <id>`, `freeze <id>`. */
  thread: name,
  event: z.enum(announcementEvents),
  /** When it happened: ISO 8601 UTC. */
  at: z.iso.datetime(),
  /** Who did it, as records and commits name them; `null`: nobody, such as a freeze that the clock ended. */
  who: text.nullable(),
  /** What it is about, as a noun: `router v1694`, `bag 19 of notify`, `production`. Of one by hand: its text. */
  what: text,
  /** Where: which channels hear of it goes by these. Empty: the whole estate. */
  pipeline: name.nullable(),
  environments: z.array(name).max(100),
  apps: z.array(name).max(5_000),
  /** The version that runs there from now on; `null`: none, or several. */
  version: text.nullable(),
  /** How its commit landed, where a workflow may have told of it already; left out: by nobody's workflow. */
  route: routeKindSchema.optional(),
  /** Why, as somebody typed it. */
  why: text.nullable(),
  /** What is to be known beside it, each in a sentence: what still goes through a freeze, why a deploy failed. */
  details: z.array(text).max(20),
  /** When it ends by itself: ISO 8601 UTC; `null`: never, or it has no end. */
  until: z.iso.datetime().nullable(),
  /** Where more is to be read on the web, such as the commit, the pull request or the run; `null`: nowhere. */
  link: z
    .url({ protocol: /^https$/ })
    .max(2_000)
    .nullable(),
  /** The same in Signalbox, for whoever has it; left out: it has no place for it. */
  open: z
    .string()
    .max(500)
    .refine((link) => placeOfLink(link) !== noSuchPlace)
    .optional(),
  /** Somebody ticked that everyone in the channel is called (`@channel`): for freezes alone. */
  callEveryone: z.boolean(),
});
export type Announcement = z.infer<typeof announcementSchema>;
