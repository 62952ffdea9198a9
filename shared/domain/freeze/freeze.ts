import { z } from 'zod';
import { openEnum } from '../records/open-enum';

const name = z.string().min(1).max(200);

/** What a deployment by hand meets while it is frozen: `warn` asks for a reason, `block` does so as a block. */
export const manualRules = ['warn', 'block'] as const;

/**
 * A freeze in the ledger, at `.signalbox/freezes/<operation>.yaml`: deploys are discouraged or stopped in a scope, until a
 * time. Several may be there at once, each with its own owner; what is frozen is their union.
 *
 * What it froze stands in `changed`, with what each file said before *anything* of Signalbox switched it off (`null`: the
 * key was missing), so that thawing gives back exactly that.
 */
export const freezeSchema = z.object({
  operation: z
    .string()
    .min(1)
    .describe('The operation that set it: a UUIDv7, the same as in the commit’s trailers.'),
  app: name.nullable().describe('The app that is frozen; null: every app of the scope.'),
  environment: name.nullable().describe('The environment that is frozen; null: every one of the scope.'),
  pipeline: name
    .nullable()
    .describe('The pipeline that is frozen. With app, environment and pipeline null it is the whole estate.'),
  by: z.string().min(1).max(200).describe('Who set it: the name that signs their commits.'),
  email: z.string().max(200).describe('Their address.'),
  at: z.iso.datetime().describe('When it was set.'),
  reason: z.string().max(500).describe('Why, as the person typed it.'),
  from: z.iso.datetime().describe('When it begins: the time when it was set, or a later one.'),
  until: z.iso.datetime().nullable().describe('When it ends by itself; null: when somebody lifts it.'),
  automatic: z
    .boolean()
    .describe('Whether it stops automatic deploys, where the pipeline looks. false: it only informs.'),
  manual: openEnum(manualRules).describe(
    'What a deployment by hand meets: a warning, or a block. Both need a reason. An unknown word counts as a block.',
  ),
  begun: z.iso
    .datetime()
    .nullable()
    .describe('When a console carried its begin out; null: it is planned, or late.'),
  changed: z
    .record(z.string(), z.boolean().nullable())
    .describe(
      'The image-tag files in which the freeze switched automatic deploys off, as `<environment>/<app>`, and what `automatic_deploys_enabled` said there before any freeze or hold; null: the key was missing. Thawing puts it back.',
    ),
  asked: z
    .object({
      operation: z.string().min(1).max(200).describe('The operation that asks for it.'),
      by: z.string().min(1).max(200).describe('Who asks for it.'),
      at: z.iso.datetime().describe('Since when.'),
      files: z
        .record(z.string(), z.boolean().nullable())
        .describe('As `changed`: what the flags said before, by `<environment>/<app>`.'),
    })
    .optional()
    .describe(
      'Where records lie apart: who asks, by a pull request that waits for its review, for automatic deploys to be switched off in which files, and what they said then. The files move to `changed` once it is merged; where it is not, all of this goes.',
    ),
  lifted: z
    .object({
      operation: z.string().min(1).max(200).describe('The operation that lifted it.'),
      by: z.string().min(1).max(200).describe('Who lifted it.'),
      at: z.iso.datetime().describe('When it was lifted.'),
    })
    .optional()
    .describe(
      'Where records lie apart: who lifted it, while a pull request that gives the flags back waits for its review. It is over from then on.',
    ),
});
export type Freeze = z.infer<typeof freezeSchema>;

/** What a freeze is about. All `null`: the whole estate. */
export type FreezeScope = Pick<Freeze, 'app' | 'environment' | 'pipeline'>;

/** Where a freeze stands by the clock. */
export type FreezePhase = 'planned' | 'active' | 'ended';

/** Where freezes lie, beside the folders of holds. */
export const freezeFolder = '.signalbox/freezes/';

/** @param now of the person's clock: consoles whose clocks differ see it begin and end by their own. */
export function freezePhase(
  { from, until, lifted }: Pick<Freeze, 'from' | 'until' | 'lifted'>,
  now: Date,
): FreezePhase {
  const at = now.getTime();
  if (lifted) return 'ended';
  if (until !== null && Date.parse(until) <= at) return 'ended';
  return Date.parse(from) <= at ? 'active' : 'planned';
}

/** The freezes in force, in the order in which they were set. */
export const activeFreezes = (freezes: readonly Freeze[], now: Date): Freeze[] =>
  freezes
    .filter((one) => freezePhase(one, now) === 'active')
    .sort((a, b) => (a.operation < b.operation ? -1 : a.operation > b.operation ? 1 : 0));

/** Where something is deployed to, as far as a freeze asks. */
export interface FrozenPlace {
  environment: string;
  /** Pipelines that go through the environment and that the app, or the bag, travels. */
  pipelines: readonly string[];
  /** The app, or the services of a bag. */
  apps: readonly string[];
}

/** Whether a freeze is about a place. A bag is frozen with any of its services, since it moves as one. */
export function covers(scope: FreezeScope, place: FrozenPlace): boolean {
  return (
    (scope.environment === null || scope.environment === place.environment) &&
    (scope.pipeline === null || place.pipelines.includes(scope.pipeline)) &&
    (scope.app === null || place.apps.includes(scope.app))
  );
}

/** The scope in words: "production", "frontend in production", "frontend", "the pipeline apps", "everything". */
export function scopeText({ app, environment, pipeline }: FreezeScope): string {
  const where = [
    ...(environment === null ? [] : [environment]),
    ...(pipeline === null ? [] : [`the pipeline ${pipeline}`]),
  ].join(' of ');
  if (app !== null) return where === '' ? app : `${app} in ${where}`;
  return where === '' ? 'everything' : where;
}
