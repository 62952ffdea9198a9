import { z } from 'zod';
import { isImageTag } from '../ledger/version';
import { openEnum } from '../records/open-enum';
import { bagStates } from './machine';

/**
 * What the ledger holds of a pipeline of bags: one small YAML file per thing, so that two people who touch different
 * things never conflict. Times are ISO 8601 UTC; `operation` is the UUIDv7 of the operation that wrote it.
 */
const name = z.string().min(1).max(200);
const text = z.string().max(500);
const imageTag = z.string().refine(isImageTag, { error: 'must be an image tag' });
const sequence = z.number().int().min(1);
const made = { by: z.string().min(1).max(200), at: z.iso.datetime(), operation: z.string().min(1) };

/** What a bag holds: an image tag per service, and the image's digest where the cluster told it. */
export const contentsSchema = z.record(name, z.object({ version: imageTag, digest: z.string().optional() }));
export type Contents = z.infer<typeof contentsSchema>;

/** What a bag is packed from: what runs in the first environment, or the newest versions published. */
export const packSources = ['running', 'published'] as const;

/** A point-in-time snapshot of the versions of all services; never changed once it is there. */
export const bagSchema = z.object({
  pipeline: name,
  /** Sequence number: the only order there is between bags. */
  bag: sequence,
  ...made,
  /** The ledger's commit that it was packed from. */
  commit: z.string(),
  /** Whether it was packed from what ran in the first environment, or from the newest versions published. */
  source: openEnum(packSources),
  reason: text,
  services: contentsSchema,
});
export type Bag = z.infer<typeof bagSchema>;

/** A bag passed an environment; written in the commit that releases the lock. */
export const passSchema = z.object({
  pipeline: name,
  environment: name,
  bag: sequence,
  ...made,
  /** The tag beside it, for people and other tools. */
  tag: z.string(),
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
  pipeline: name,
  environment: name,
  bag: sequence,
  ...made,
  cause: openEnum(causes),
  reason: text,
  /** The lock's token under which it was started: later deployments have higher ones. */
  token: z.number().int().min(1),
  state: openEnum(bagStates),
  /** When it came into that state. */
  since: z.iso.datetime(),
  /** The bag whose deployment was started before this one; `null`: the first. */
  replaced: sequence.nullable(),
  /** Services that the bag lacks and that were left running by an explicit choice. */
  leftRunning: z.array(name),
  /** Whether the bag's image tags are in the ledger. */
  tagged: z.boolean(),
  /** How each test suite ended last. */
  tests: z.record(z.string(), openEnum(suiteEnds)),
  /** Why it failed, in a sentence. */
  failure: text.nullable(),
});
export type BagDeployment = z.infer<typeof bagDeploymentSchema>;

/** A later environment takes this bag and no other; `freeze`: so that nothing changes there. */
export const pinSchema = z.object({
  pipeline: name,
  environment: name,
  bag: sequence,
  freeze: z.boolean(),
  ...made,
  reason: text,
});
export type Pin = z.infer<typeof pinSchema>;

/** A bag is not to be deployed to an environment any more. */
export const badBagSchema = z.object({
  pipeline: name,
  environment: name,
  bag: sequence,
  ...made,
  reason: text,
});
export type BadBag = z.infer<typeof badBagSchema>;

/** At packing, this version of the service is taken whatever runs. */
export const servicePinSchema = z.object({ pipeline: name, service: name, imageTag, ...made, reason: text });
export type ServicePin = z.infer<typeof servicePinSchema>;

/** At packing, this version of the service is not taken. */
export const badVersionSchema = z.object({ pipeline: name, service: name, imageTag, ...made, reason: text });
export type BadVersion = z.infer<typeof badVersionSchema>;

/**
 * The lock of an environment. Its file stays when it is released, since `token` only ever rises: it is the fencing
 * token that every side effect of the holder checks.
 */
export const lockSchema = z.object({
  pipeline: name,
  environment: name,
  token: z.number().int().min(1),
  held: z
    .object({
      by: z.string().min(1).max(200),
      email: z.string().max(200),
      operation: z.string().min(1),
      /** `manual`: a person keeps others out; `bag`: a deployment of a bag. */
      kind: openEnum(lockKinds),
      /** The bag that is deployed, once it is fixed. */
      bag: sequence.nullable(),
      reason: text,
      since: z.iso.datetime(),
      /** When the holder expects to be done; it does not end the lock. */
      until: z.iso.datetime().nullable(),
      /** The lock by hand under which its own holder deploys: it comes back when the deployment is over. */
      byHand: z
        .object({
          by: z.string().min(1).max(200),
          email: z.string().max(200),
          operation: z.string().min(1),
          reason: text,
          since: z.iso.datetime(),
          until: z.iso.datetime().nullable(),
        })
        .optional(),
    })
    .nullable(),
});
export type Lock = z.infer<typeof lockSchema>;
export type Holder = NonNullable<Lock['held']>;

/**
 * Autopilots, or automatic packing, are on or off: for one environment, or with `environment: null` for the whole
 * pipeline.
 */
export const switchSchema = z.object({
  pipeline: name,
  environment: name.nullable(),
  on: z.boolean(),
  ...made,
  reason: text,
});
export type AutomaticSwitch = z.infer<typeof switchSchema>;

/**
 * Written with every pin, freeze and bad mark, set or taken away: the newest bag that could come to the environment at
 * that moment. Up to it only a person decides, since a changed policy deploys nothing by itself.
 */
export const cutoffSchema = z.object({ pipeline: name, environment: name, bag: sequence, ...made });
export type Cutoff = z.infer<typeof cutoffSchema>;
