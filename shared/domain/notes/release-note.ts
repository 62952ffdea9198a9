import { z } from 'zod';

/**
 * What the Release app says of an app (alphagov/release: `GET /applications/<id>.json`, `ApplicationSerializer`). It names
 * neither who wrote the note nor when, and knows no other state of an app than these two.
 */
const releaseFactsSchema = z.object({
  /** What to know when deploying it; empty: nothing. Plain text, in one line. */
  notes: z.string(),
  /** Ticked there: "Automatic deployments disabled". It only says so: nothing of the pipeline asks the Release app. */
  automaticOff: z.boolean(),
});
export type ReleaseFacts = z.infer<typeof releaseFactsSchema>;

/**
 * How the Release app stands to an app: its facts, when they were read (ISO 8601 UTC), and why they could not be read again
 * since (`null`: they could); it does not have the app; or nothing is known, in a sentence.
 */
export const releaseSeenSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('known'),
    ...releaseFactsSchema.shape,
    readAt: z.string(),
    /** The app's page there. */
    page: z.string(),
    stale: z.string().nullable(),
  }),
  z.object({ state: z.literal('absent'), readAt: z.string(), page: z.string() }),
  z.object({ state: z.literal('unknown'), because: z.string() }),
]);
export type ReleaseSeen = z.infer<typeof releaseSeenSchema>;
