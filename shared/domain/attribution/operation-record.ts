import { z } from 'zod';
import { isImageTag } from '../ledger/version';
import { openEnum } from '../records/open-enum';

/** What an operation does that a bot's commit carries out. */
const recordedKinds = ['deploy', 'promote', 'rollback'] as const;

/** How such an operation lands: by a workflow of Argo, by GitHub Actions, or by a pull request that others merge. */
export const recordedRoutes = ['workflow', 'actions', 'pull-request'] as const;
export type RecordedRoute = (typeof recordedRoutes)[number];

/** How far it has come. `not-landed`: it is known that no commit came of it. */
export const recordedStates = ['begun', 'landed', 'not-landed', 'unknown'] as const;

/** Months of folders, `2026-11`. */
export const monthPattern = /^\d{4}-(?:0[1-9]|1[0-2])$/;

const name = z.string().min(1).max(200);
const time = z.iso.datetime();
/** The id of a Git commit, SHA-1 or SHA-256. */
const commitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, { error: 'must be a commit id' });

/**
 * One operation whose commit a bot makes, so that the commit can't carry our trailers. One file per operation in a folder
 * per month, so that no folder grows without end: `.signalbox/operations/<month>/<operation>.yaml`.
 */
export const operationRecordSchema = z.object({
  operation: z.uuidv7({ error: 'must be a UUIDv7' }).describe('The operation: a UUIDv7.'),
  month: z
    .string()
    .regex(monthPattern)
    .describe('The month (UTC) of the time in the operation’s id: the name of the folder.'),
  kind: openEnum(recordedKinds).describe('What was asked for. A kind that is not known decides nothing.'),
  app: name.describe('The app.'),
  environment: name.describe('The environment.'),
  imageTag: z
    .string()
    .refine(isImageTag, { error: 'must be an image tag' })
    .describe('The version that was to run there.'),
  by: name.describe('Who asked for it: the name that signs their commits.'),
  email: z.string().max(200).describe('Their address.'),
  at: time.describe('When it was asked for.'),
  reason: z.string().max(500).describe('Why, as the person typed it; may be empty.'),
  override: z
    .array(z.string().min(1).max(100))
    .max(100)
    .describe('The codes of the findings that the person overrode.'),
  route: openEnum(recordedRoutes).describe('How it was to land.'),
  base: commitId.describe('The newest commit of the release repo’s branch before anything was started.'),
  run: z
    .object({
      name: name.describe('The workflow, by namespace and name, or the number of the run or pull request.'),
      url: z
        .string()
        .max(1000)
        .regex(/^https:\/\//)
        .nullable()
        .describe('Its page; null: none is known.'),
      startedAt: time
        .nullable()
        .describe('The earliest moment at which it can have made the commit; null: not known.'),
      finishedAt: time
        .nullable()
        .describe('The latest moment at which it can have made the commit; null: not known.'),
    })
    .nullable()
    .describe('What carries it out; null: not known yet.'),
  state: openEnum(recordedStates).describe('How far it has come.'),
  commit: commitId
    .nullable()
    .describe('The commit on the first-parent line of the branch that did it; null: none, or not known yet.'),
  finishedAt: time.nullable().describe('When that was known; null: it is not yet.'),
});
export type OperationRecord = z.infer<typeof operationRecordSchema>;

/** Where the records of operations lie. */
export const operationFolder = '.signalbox/operations/';

/**
 * The month of the time in a UUIDv7 (RFC 9562, section 5.7: its first 48 bits are milliseconds since 1970), in UTC:
 * `2026-11`. `null` for what is no UUIDv7, or of a time that has no such month.
 */
export function monthOf(operation: string): string | null {
  const digits = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.exec(operation);
  if (!digits) return null;
  const date = new Date(Number.parseInt(`${digits[1]}${digits[2]}`, 16));
  if (Number.isNaN(date.getTime())) return null;
  const month = date.toISOString().slice(0, 7);
  return monthPattern.test(month) ? month : null;
}

/** Months before a commit whose records of operations are at hand. */
const monthsAtHand = 3;

/**
 * Whether the records of a month are needed to go on with what is under way at a time (ISO 8601): of the last three
 * months, and of the next one, since clocks differ.
 */
export function isMonthNear(month: string, at: string): boolean {
  if (!monthPattern.test(month)) return false;
  const numberOf = (text: string): number => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
  const age = numberOf(at) - numberOf(month);
  return age >= -1 && age <= monthsAtHand;
}
