import { z } from 'zod';

/**
 * A hold in the ledger: automatic deploys of an app into an environment are off.
 * It lies at `.signalbox/freezes/<environment>/<app>.yaml`, one file per hold, so that two people who hold different
 * things never conflict. `changed` lists the image-tag files whose `automatic_deploys_enabled` the hold switched off,
 * with the value that stood there before any hold (`null`: the key was missing), so that releasing restores exactly
 * that, also when holds of neighbouring environments overlap in one file.
 */
export const holdRecordSchema = z.object({
  app: z.string().describe('The app.'),
  environment: z.string().describe('The environment into which nothing is deployed automatically.'),
  by: z.string().describe('Who holds it: the name that signs their commits.'),
  since: z.string().describe('When it was taken.'),
  reason: z.string().describe('Why, as the person typed it; may be empty.'),
  operation: z
    .string()
    .describe('The operation that took it: a UUIDv7, the same as in the commit’s trailers.'),
  imageTag: z
    .string()
    .nullable()
    .describe(
      'The version that people want there while it is held; another one that arrives by itself is an alarm. null: none was there. The first consoles called this key `version`; that form is still read.',
    ),
  changed: z
    .array(
      z.object({
        environment: z.string().describe('The environment whose image-tag file was changed.'),
        automatic_deploys_enabled: z
          .boolean()
          .nullable()
          .describe('What stood there before any hold; null: the key was missing. Releasing puts it back.'),
      }),
    )
    .describe('The image-tag files in which the hold switched automatic deploys off.'),
});
export type HoldRecord = z.infer<typeof holdRecordSchema>;

/** Where holds lie. */
export const holdFolder = '.signalbox/freezes/';

/** `automatic_deploys_enabled` of the app's file in an environment: `undefined` when there is no such file. */
export type FlagOf = (environment: string) => boolean | null | undefined;

/**
 * Which files a hold of `environment` covers, with the value that each had before *any* hold: where another hold of
 * the app covers a file already, what that one recorded is the truth, since the file itself says `false` by now.
 * @param before the environment before it in the chain, whose file is the real gate; `null` for the first.
 * @param others the app's holds in other environments.
 */
export function holdPlan(
  environment: string,
  before: string | null,
  flag: FlagOf,
  others: readonly HoldRecord[],
): HoldRecord['changed'] {
  return [environment, ...(before === null ? [] : [before])].flatMap((name) => {
    const now = flag(name);
    if (now === undefined) return [];
    const recorded = others.flatMap((hold) => hold.changed).find((change) => change.environment === name);
    return [
      { environment: name, automatic_deploys_enabled: recorded ? recorded.automatic_deploys_enabled : now },
    ];
  });
}

/** A gate that is shut without a hold of the environment itself. */
export interface ShutGate {
  /** The environment whose file says so. */
  before: string;
  /** The environment whose recorded hold shuts it in passing; `null`: somebody switched the flag outside Signalbox. */
  heldBy: string | null;
}

/**
 * Whether automatic deploys into an environment are off although nobody holds it: the file of the environment before
 * says `automatic_deploys_enabled: false`.
 * @param before `null` for the first environment of a chain, which nothing gates.
 * @param others the app's recorded holds.
 */
export function shutGate(
  before: string | null,
  flag: FlagOf,
  others: readonly HoldRecord[],
): ShutGate | null {
  if (before === null || flag(before) !== false) return null;
  const holder = others.find(({ changed }) => changed.some(({ environment }) => environment === before));
  return { before, heldBy: holder?.environment ?? null };
}

/** What becomes of each file that a hold covers when it is released. */
export interface ReleasePlan {
  restore: { environment: string; to: boolean | null }[];
  /** Files that stay as they are, and why. */
  kept: { environment: string; because: string }[];
}

/**
 * What releasing a hold changes: every file gets back what it said before, except where another hold of the app still
 * needs it off, where somebody switched it already, and where it was off all along.
 */
export function releasePlan(hold: HoldRecord, flag: FlagOf, others: readonly HoldRecord[]): ReleasePlan {
  const plan: ReleasePlan = { restore: [], kept: [] };
  for (const { environment, automatic_deploys_enabled: to } of hold.changed) {
    const other = others.find((one) => one.changed.some((change) => change.environment === environment));
    const now = flag(environment);
    if (now === undefined) plan.kept.push({ environment, because: 'its file is gone' });
    else if (other)
      plan.kept.push({ environment, because: `the hold of ${other.environment} still needs it off` });
    else if (now !== false) plan.kept.push({ environment, because: 'somebody has already switched it on' });
    else if (to === false) plan.kept.push({ environment, because: 'it was off before the hold' });
    else plan.restore.push({ environment, to });
  }
  return plan;
}

/**
 * An image-tag file without its `automatic_deploys_enabled: false` line: for files that had no such key before the
 * hold added it. `null` when the line is not there in the plain form in which it was added.
 */
export function withoutFlag(text: string): string | null {
  const line = /^[ \t]*automatic_deploys_enabled:[ \t]*false[ \t]*(?:\r?\n|$)/m.exec(text);
  if (!line) return null;
  const rest = text.slice(0, line.index) + text.slice(line.index + line[0].length);
  // Added after a last line without an end: that line had none before.
  return line[0].endsWith('\n') ? rest : rest.replace(/\r?\n$/, '');
}
