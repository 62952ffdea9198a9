import { z } from 'zod';
import { failureSchema } from '../domain/failure/failure';
import { action, nothing, query } from './procedure';

/** What an estate is opened from. Which file or address stands behind a key, only main knows. */
const estateEntrySchema = z.object({
  key: z.string(),
  name: z.string(),
  kind: z.enum(['practice', 'file', 'connected', 'read-only']),
  /** Path or address. */
  place: z.string(),
  /** Whether an environment of it is of tier production, as it was when it was opened last. */
  production: z.boolean(),
  /** ISO 8601 UTC: when it was opened last; `null`: never. */
  openedAt: z.string().nullable(),
});
export type EstateEntry = z.infer<typeof estateEntrySchema>;

/** What became of a change of the file that describes the open estate. */
const estateChangeSchema = z.discriminatedUnion('state', [
  /** It can't be read: what was read before stays. */
  z.object({ state: z.literal('broken'), failure: failureSchema }),
  /** It would send something to a host, or run a command, that was not there before. */
  z.object({ state: z.literal('asks'), hosts: z.array(z.string()), commands: z.array(z.string()) }),
  /** It is taken up once what runs is done. */
  z.object({ state: z.literal('waits'), because: z.string() }),
]);
export type EstateChange = z.infer<typeof estateChangeSchema>;

export const estatesSchema = z.object({
  phase: z.enum(['closed', 'opening', 'open', 'switching']),
  /** What is open, or is being opened, or could not be opened; `null`: nothing was chosen yet. */
  estate: estateEntrySchema.nullable(),
  /** Why the last one could not be opened. */
  failure: failureSchema.nullable(),
  /** Newest first, without the practice estate. */
  recent: z.array(estateEntrySchema),
  change: estateChangeSchema.nullable(),
});
export type Estates = z.infer<typeof estatesSchema>;

/** `anyway`: also where an operation that can't be interrupted is left alone. */
const anyway = z.boolean();
const byKey = z.object({ key: z.string().min(1).max(200) });

/** Which estate is open. These are answered while none is. */
export const estateProcedures = {
  'estates.get': query(nothing, estatesSchema, { changedBy: ['session', 'estate'] }),
  /** Opens the practice estate (key `practice`), a recent one, or the last one again. Answers once it is open. */
  'estates.open': action(byKey.extend({ anyway }), estatesSchema),
  /** Has the person choose an estate file, and opens it. */
  'estates.open-file': action(z.object({ anyway }), estatesSchema),
  'estates.close': action(z.object({ anyway }), estatesSchema),
  /** Takes a recent one from the list; what Signalbox keeps of it stays. */
  'estates.forget': action(byKey, estatesSchema),
  /** Takes up a change of the open estate's file that names new hosts or commands: these, as the person was shown them. */
  'estates.accept-change': action(
    z.object({ hosts: z.array(z.string()), commands: z.array(z.string()) }),
    estatesSchema,
  ),
} as const;
