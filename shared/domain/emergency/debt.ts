import { z } from 'zod';

/**
 * What an emergency rollback leaves to be put back: a cluster that Git does not speak for. The same is kept three times,
 * so that whoever can see one of them knows: in the journal of the console that did it, on the Applications that it
 * switched off (annotation `signalbox.dev/automatic-sync-off`), and as a record in the release repo once that is there.
 */
export const debtSchema = z.object({
  operation: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,100}$/)
    .describe('The emergency rollback: a UUIDv7.'),
  app: z.string().describe('The app.'),
  environment: z.string().describe('The environment.'),
  by: z.string().describe('Who did it.'),
  since: z.string().describe('When automatic sync was switched off.'),
  reason: z.string().describe('Why, as the person typed it.'),
  imageTag: z.string().describe('The version that was set in the live workloads, past Git.'),
  leaves: z.string().nullable().describe('The version that Git wanted there then; null: none.'),
  parent: z.string().describe('The Application that renders the others.'),
});
export type EmergencyDebt = z.infer<typeof debtSchema>;

/** What is left on an Application: the debt, and the policy that stood there (JSON text). */
const noteSchema = debtSchema.extend({ policy: z.string() });

/** A debt as it is shown. */
export const debtViewSchema = debtSchema.extend({
  /**
   * `set`: the version was set in all workloads; `partly`: in some; `not-set`: in none yet; `unknown`: another console
   * knows.
   */
  image: z.enum(['set', 'partly', 'not-set', 'unknown']),
  /** Applications whose automatic sync is off because of it, the parent first; as far as is known. */
  off: z.array(z.string()),
  /** The operation that is at work on it here: the rollback itself, or the one that puts it back. */
  running: z.string().nullable(),
  /** Whether other consoles find it in the release repo. */
  shared: z.boolean(),
});
export type DebtView = z.infer<typeof debtViewSchema>;

const longestNote = 20_000;

/** The text that is left on an Application. */
export const noteText = (debt: EmergencyDebt, policy: string): string => JSON.stringify({ ...debt, policy });

/** @returns `null` for a text that is none of ours: whoever may patch an Application can write one. */
export function readNote(text: string | null | undefined): { debt: EmergencyDebt; policy: string } | null {
  if (!text || text.length > longestNote) return null;
  try {
    const { policy, ...debt } = noteSchema.parse(JSON.parse(text));
    const read: unknown = JSON.parse(policy);
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? { debt, policy } : null;
  } catch {
    // Whatever else it is, it is no note.
    return null;
  }
}

/** The side effects of an emergency rollback, as the journal names them. */
export const effects = {
  parentOff: 'parent-off',
  appOff: (application: string) => `app-off:${application}`,
  image: (kind: string, name: string) => `image:${kind}/${name}`,
} as const;
