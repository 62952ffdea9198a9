import { z } from 'zod';
import { detectedFields, proposalSchema } from '../domain/estate/detected';
import { failureSchema } from '../domain/failure/failure';
import { action, name, nothing, query } from './procedure';

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

/** What asking the cluster of an environment came to. */
const detectionSchema = z.object({
  proposals: z.array(proposalSchema),
  /** What is not clear, could not be asked, or may not be read, each in a sentence. */
  notes: z.array(z.string()),
  /** Whether they can be taken here; else they are for the estate file. */
  takeable: z.boolean(),
});
export type Detection = z.infer<typeof detectionSchema>;

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
  /** Asks an environment's cluster where Argo and the apps lie. Changes nothing. */
  'estates.detect': action(z.object({ environment: name }), detectionSchema),
  /** Takes what was proposed, as the person adjusted it, for an estate that was connected to here; opens it by that. */
  'estates.adopt': action(
    z.object({
      environment: name,
      values: z
        .array(z.object({ field: z.enum(detectedFields), value: z.string().trim().min(1).max(2000) }))
        .min(1)
        .max(detectedFields.length),
      anyway,
    }),
    estatesSchema,
  ),
  /** Takes up a change of the open estate's file that names new hosts or commands: these, as the person was shown them. */
  'estates.accept-change': action(
    z.object({ hosts: z.array(z.string()), commands: z.array(z.string()) }),
    estatesSchema,
  ),
} as const;
