import { z } from 'zod';
import { isImageTag } from '../ledger/version';
import { openEnum } from '../records/open-enum';
import { bagStates } from './machine';

/**
 * What the ledger holds of a pipeline of bags: one small YAML file per thing, so that two people who touch different
 * things never conflict. Times are ISO 8601 UTC; `operation` is the UUIDv7 of the operation that wrote it.
 */
const name = z.string().min(1).max(200);
const imageTag = z.string().refine(isImageTag, { error: 'must be an image tag' });
const sequence = z.number().int().min(1);
const token = z.number().int().min(1);
const pipeline = name.describe('The pipeline of bags, by its name in the estate file.');
const environment = name.describe('The environment, by its name in the estate file.');
const bag = sequence.describe('The bag’s sequence number.');
const reason = z.string().max(500).describe('Why, as the person typed it; may be empty.');
const by = z.string().min(1).max(200);
const email = z.string().max(200).describe('Their address: with the name it tells whose lock it is.');
const operation = z.string().min(1);
const made = {
  by: by.describe('Who did it: the name that signs the commit.'),
  at: z.iso.datetime().describe('When.'),
  operation: operation.describe(
    'The operation that wrote it: a UUIDv7, the same as in the commit’s trailers.',
  ),
};

/** What a bag holds: an image tag per service, and the image's digest where the cluster told it. */
export const contentsSchema = z
  .record(
    name,
    z.object({
      version: imageTag.describe('The image tag of the service.'),
      digest: z
        .string()
        .optional()
        .describe('The digest of the image that ran when the bag was packed; missing: it was not known.'),
    }),
  )
  .describe('What the bag holds, by the service’s name.');
export type Contents = z.infer<typeof contentsSchema>;

/** What a bag is packed from: what runs in the first environment, or the newest versions published. */
export const packSources = ['running', 'published'] as const;

/** A point-in-time snapshot of the versions of all services; never changed once it is there. */
export const bagSchema = z.object({
  pipeline,
  bag: sequence.describe('The sequence number: the only order there is between bags.'),
  ...made,
  commit: z.string().describe('The commit of the release repo that it was packed from.'),
  source: openEnum(packSources).describe(
    'Whether it was packed from what ran in the first environment, or from the newest versions published.',
  ),
  reason,
  services: contentsSchema,
});
export type Bag = z.infer<typeof bagSchema>;

/** A bag passed an environment; written in the commit that releases the lock. */
export const passSchema = z.object({
  pipeline,
  environment,
  bag,
  ...made,
  tag: z.string().describe('The Git tag that is put beside the commit, for people and other tools.'),
});
export type Pass = z.infer<typeof passSchema>;

/** Why a bag is deployed. */
export const causes = ['manual', 'automatic', 'rollback'] as const;
export type Cause = (typeof causes)[number];
/** How a suite of tests ended. */
export const suiteEnds = ['passed', 'failed', 'aborted', 'unknown'] as const;
/** `manual`: a person keeps others out; `bag`: a deployment of a bag. */
export const lockKinds = ['bag', 'manual'] as const;

/** One deployment of a bag to an environment, from its start on: written before anything is done outside. */
export const bagDeploymentSchema = z.object({
  pipeline,
  environment,
  bag,
  ...made,
  cause: openEnum(causes).describe('Who wanted it: a person, an autopilot, or a person who rolled back.'),
  reason,
  token: token.describe('The lock’s token under which it was started: later deployments have higher ones.'),
  state: openEnum(bagStates).describe(
    'How far it has come. An unknown word keeps the lock, is never a success, and ends by a forced unlock alone.',
  ),
  since: z.iso.datetime().describe('When it came into that state.'),
  replaced: sequence
    .nullable()
    .describe('The bag whose deployment was started before this one; null: it was the first.'),
  leftRunning: z
    .array(name)
    .describe('Services that the bag lacks and that a person chose to leave running as they are.'),
  tagged: z.boolean().describe('Whether the bag’s image tags are in the release repo.'),
  tests: z.record(z.string(), openEnum(suiteEnds)).describe('How each test suite ended last, by its name.'),
  failure: z.string().max(500).nullable().describe('Why it failed, in a sentence; null: it has not.'),
});
export type BagDeployment = z.infer<typeof bagDeploymentSchema>;

/** A later environment takes this bag and no other; `freeze`: so that nothing changes there. */
export const pinSchema = z.object({
  pipeline,
  environment,
  bag,
  freeze: z.boolean().describe('Whether it was pinned so that nothing changes there.'),
  ...made,
  reason,
});
export type Pin = z.infer<typeof pinSchema>;

/** A bag is not to be deployed to an environment any more. */
export const badBagSchema = z.object({ pipeline, environment, bag, ...made, reason });
export type BadBag = z.infer<typeof badBagSchema>;

const ofService = {
  service: name.describe('The service, by its name in the estate file.'),
  imageTag: imageTag.describe(
    'Its version. The first consoles called this key `version`; that form is still read.',
  ),
};

/** At packing, this version of the service is taken whatever runs. */
export const servicePinSchema = z.object({ pipeline, ...ofService, ...made, reason });
export type ServicePin = z.infer<typeof servicePinSchema>;

/** At packing, this version of the service is not taken. */
export const badVersionSchema = z.object({ pipeline, ...ofService, ...made, reason });
export type BadVersion = z.infer<typeof badVersionSchema>;

/**
 * The lock of an environment. Its file stays when it is released, since `token` only ever rises: it is the fencing
 * token that every side effect of the holder checks.
 */
export const lockSchema = z.object({
  pipeline,
  environment,
  token: token.describe(
    'Rises by one each time the lock is taken, and never falls. Whoever holds an older one is refused.',
  ),
  held: z
    .object({
      by: by.describe('Who holds it: the name that signs their commits.'),
      email,
      operation: operation.describe('The operation that holds it.'),
      kind: openEnum(lockKinds).describe(
        'Whether a deployment of a bag holds it, or a person by hand. An unknown word is neither: only a forced unlock ends it.',
      ),
      bag: sequence.nullable().describe('The bag that is deployed; null: none, or not chosen yet.'),
      reason,
      since: z.iso.datetime().describe('Since when.'),
      until: z.iso
        .datetime()
        .nullable()
        .describe('When the holder expects to be done. It does not end the lock; null: they did not say.'),
      byHand: z
        .object({
          by: by.describe('Who had it by hand.'),
          email,
          operation: operation.describe('The operation that took it by hand.'),
          reason,
          since: z.iso.datetime().describe('Since when.'),
          until: z.iso.datetime().nullable().describe('When they expect to be done; null: they did not say.'),
        })
        .optional()
        .describe(
          'The lock by hand under which its own holder deploys: they have it back when the deployment is over. Missing: nobody had it by hand.',
        ),
    })
    .nullable()
    .describe('Who holds the lock; null: nobody.'),
});
export type Lock = z.infer<typeof lockSchema>;
export type Holder = NonNullable<Lock['held']>;

/**
 * Autopilots, or automatic packing, are on or off: for one environment, or with `environment: null` for the whole
 * pipeline.
 */
export const switchSchema = z.object({
  pipeline,
  environment: name.nullable().describe('The environment; null: the whole pipeline.'),
  on: z.boolean().describe('Whether it is on.'),
  ...made,
  reason,
});
export type AutomaticSwitch = z.infer<typeof switchSchema>;

/**
 * Written with every pin, freeze and bad mark, set or taken away: the newest bag that could come to the environment at
 * that moment. Up to it only a person decides, since a changed policy deploys nothing by itself.
 */
export const cutoffSchema = z.object({
  pipeline,
  environment,
  bag: sequence.describe('The newest bag that could come to the environment when the policy was changed.'),
  ...made,
});
export type Cutoff = z.infer<typeof cutoffSchema>;
