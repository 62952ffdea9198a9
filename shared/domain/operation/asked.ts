import { z } from 'zod';
import { routeKindSchema } from '../estate/routes';
import { syncAnswerSchema } from '../preflight/sync-answer';
import { saysSomething } from '../text/says-something';

/**
 * What intents are made of. What was seen when deciding (`expected`, `running`, `last`, `token`, contents) goes along:
 * the operation stops where the ledger says something else by then.
 */
export const name = z.string().min(1).max(200);
export const reason = z
  .string()
  .trim()
  // What nobody can read is no reason.
  .overwrite((text) => (saysSomething(text) ? text : ''))
  .max(500);
export const reasonNeeded = reason.min(1);
/** An app in an environment. */
export const cell = { app: z.string().min(1), environment: z.string().min(1) };
/** How it is to land, where the person chose; left out: the estate's first route that is open to them. */
export const route = routeKindSchema.optional();
/** Codes of findings that the person overrode; needs a reason. */
const override = z.array(z.string());

/** A version that is to run in an environment. */
export const version = {
  ...cell,
  version: z.string().min(1),
  /** The version that the person saw there when deciding; `null`: none. */
  expected: z.string().nullable(),
  reason: reason.optional(),
  override: override.optional(),
  route,
  /** What the person decided of syncs of Argo CD that were in the way. */
  syncs: z.array(syncAnswerSchema).max(50).optional(),
};

/** An environment of a pipeline. */
export const stage = { pipeline: name, environment: name };
export const bag = z.number().int().min(1);
/** Of the lock that the person saw. */
export const token = z.number().int().min(1);
export const overridden = override.default([]);
/** The same, where mostly nothing is overridden. */
export const overriddenIfAny = override.optional();

/** A bag that is to run in an environment. */
export const bagDeployment = {
  ...stage,
  bag,
  /** The bag that ran there when the person decided; `null`: none. */
  running: bag.nullable(),
  /** Services that the bag lacks and that are to be left running as they are. Absent never means delete. */
  leaveRunning: z.array(name).default([]),
  override: overridden,
};

/** What a freeze is about, as its record says it. All `null`: the whole estate. */
export const freezeScope = {
  scope: z.object({ app: name.nullable(), environment: name.nullable(), pipeline: name.nullable() }),
};
/** A freeze by its operation's id. */
export const freezeId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
