import { z } from 'zod';
import { freshnessSchema } from '../board/freshness';
import { failureSchema } from '../failure/failure';
import { jobSchema } from '../operation/operation';
import { unknownWord } from '../records/open-enum';
import { bagStateSchema } from './machine';
import { blockingRules, choiceWarnings } from './next';
import { causes, contentsSchema, lockKinds, packSources, suiteEnds } from './records';

/** What the screens show of a pipeline of bags. Times are ISO 8601 UTC. */
const text = z.string();
const sequence = z.number().int();
/** Who said so, when and why. */
const saidSchema = z.object({ by: text, at: text, reason: text });
/** The same of a pin or a bad mark; `at: null`: nobody wrote down when, as in Concourse. */
const markSchema = saidSchema.extend({ at: text.nullable() });

/** Which bag is next, or which rule keeps it from that, by name. */
export const nextViewSchema = z.object({
  state: z.enum(['deploy', 'nothing', 'needs-person', 'blocked']),
  bag: sequence.nullable(),
  rule: z.enum(blockingRules).nullable(),
  why: text,
  warnings: z.array(z.enum(choiceWarnings)),
});
export type NextView = z.infer<typeof nextViewSchema>;

export const lockViewSchema = saidSchema.extend({
  operation: text,
  token: z.number().int(),
  kind: z.enum([...lockKinds, unknownWord]),
  bag: sequence.nullable(),
  /** When the holder expects to be done. */
  until: text.nullable(),
  /** Taken by an operation of this console, or by hand by this console's person. */
  mine: z.boolean(),
});
export type LockView = z.infer<typeof lockViewSchema>;

export const deploymentViewSchema = saidSchema.extend({
  operation: text,
  bag: sequence,
  cause: z.enum([...causes, unknownWord]),
  state: bagStateSchema,
  /** When it came into that state. */
  since: text,
  replaced: sequence.nullable(),
  failure: text.nullable(),
  leftRunning: z.array(text),
  tests: z.record(z.string(), z.enum(suiteEnds)),
});
export type DeploymentView = z.infer<typeof deploymentViewSchema>;

const runSchema = z.object({
  environment: text,
  namespace: text,
  name: text,
  state: z.enum(['running', 'succeeded', 'failed', 'stopped']),
  startedAt: text.nullable(),
  finishedAt: text.nullable(),
  message: text.nullable(),
  /** Its page elsewhere; absent: it is a workflow of the cluster. */
  url: text.optional(),
});

/** A suite that runs every so often in an environment, with the runs that are known, newest first. */
export const periodicViewSchema = z.object({
  environment: text,
  name: text,
  template: text,
  /** `null`: somebody else runs it, at times that are not known. */
  everyMinutes: z.number().int().nullable(),
  /** When the next period begins. */
  nextAt: text.nullable(),
  /** Whether a console with its autopilot on runs it, as far as this console knows. */
  kept: z.object({ on: z.boolean(), why: text }),
  runs: z.array(runSchema),
});
export type PeriodicView = z.infer<typeof periodicViewSchema>;

const automaticViewSchema = z.object({
  on: z.boolean(),
  why: text,
  by: text.nullable(),
  at: text.nullable(),
});

/** One environment of a pipeline of bags. */
export const stageViewSchema = z.object({
  environment: text,
  tier: z.enum(['production', 'standard']),
  before: text.nullable(),
  cluster: freshnessSchema,
  /** The deployment that was started last there: what runs, failed and unknown ones included. `null`: none yet. */
  running: deploymentViewSchema.nullable(),
  /** Services whose version in the ledger is another than that of the running bag. */
  drift: z.array(z.object({ service: text, bag: text, ledger: text.nullable() })),
  /** What an autopilot would do next, and what a person who asks for the next bag would get. */
  next: z.object({ automatic: nextViewSchema, manual: nextViewSchema }),
  lock: lockViewSchema.nullable(),
  /** Why the lock cannot be read: then nothing can be deployed there. */
  lockProblem: failureSchema.nullable(),
  /** Operations of this console that wait for the lock. */
  waiting: z.array(z.object({ operation: text, by: text, bag: sequence, since: text })),
  pin: markSchema.extend({ bag: sequence, freeze: z.boolean() }).nullable(),
  bad: z.array(markSchema.extend({ bag: sequence })),
  autopilot: automaticViewSchema,
  /** Jobs of the deployment that is under way or waits for a person, in the order of the estate file. */
  jobs: z.array(jobSchema),
  periodic: z.array(periodicViewSchema),
});
export type StageView = z.infer<typeof stageViewSchema>;

/** What this console's autopilot decided last about one thing that it looks after, and why. */
export const autopilotDecisionSchema = z.object({
  at: text,
  /** A deployment, a bag to pack, a suite that runs every so often, or the pipeline as a whole. */
  about: z.enum(['deploy', 'pack', 'test', 'pipeline']),
  /** `null`: packing, or the whole pipeline. */
  environment: text.nullable(),
  /** Name of the suite; `null` where it is about none. */
  suite: text.nullable(),
  /** `refused`: it was begun, and refused; `failed`: it could not be decided. */
  outcome: z.enum(['started', 'idle', 'waiting', 'refused', 'failed']),
  bag: sequence.nullable(),
  why: text,
});
export type AutopilotDecision = z.infer<typeof autopilotDecisionSchema>;

/** A pipeline of bags at one commit of the ledger. */
export const bagPipelineSchema = z.object({
  pipeline: text,
  /** Who deploys: Signalbox by the release repo, or a Concourse. */
  kind: z.enum(['bags', 'concourse']),
  services: z.array(text),
  commit: text.nullable(),
  ledger: freshnessSchema,
  stages: z.array(stageViewSchema),
  lastBag: sequence.nullable(),
  servicePins: z.array(saidSchema.extend({ service: text, version: text })),
  badVersions: z.array(saidSchema.extend({ service: text, version: text })),
  /** The switch for the whole pipeline, and that of this console. */
  autopilot: automaticViewSchema,
  thisConsole: z.boolean(),
  /** What this console's autopilot decided since Signalbox was started, newest first. */
  decisions: z.array(autopilotDecisionSchema),
  /** Whether a bag is packed by itself when a new image appears. */
  packing: automaticViewSchema,
  /** Files that cannot be read: each blocks what depends on it, and nothing else. */
  problems: z.array(failureSchema),
});
export type BagPipelineView = z.infer<typeof bagPipelineSchema>;

/** A bag's way through one environment. */
export const laneSchema = z.object({
  environment: text,
  /** Oldest first. */
  deployments: z.array(deploymentViewSchema),
  passes: z.array(z.object({ at: text, by: text, tag: text })),
  bad: markSchema.nullable(),
  pin: markSchema.extend({ freeze: z.boolean() }).nullable(),
  runs: z.boolean(),
});
export type Lane = z.infer<typeof laneSchema>;

export const bagRowSchema = z.object({
  bag: sequence,
  /** `null` where the bag's file cannot be read. */
  packed: saidSchema.extend({ source: z.enum([...packSources, unknownWord]), operation: text }).nullable(),
  problem: failureSchema.nullable(),
  /** Services that differ from the bag before; `null`: not known. */
  changed: sequence.nullable(),
  /** Environments in which anything is known of it, in the order of the chain. */
  lanes: z.array(laneSchema),
});
export type BagRow = z.infer<typeof bagRowSchema>;

export const bagDetailsSchema = bagRowSchema.extend({
  commit: text.nullable(),
  services: contentsSchema,
  /** Services of the pipeline that it lacks. */
  lacking: z.array(text),
});
export type BagDetails = z.infer<typeof bagDetailsSchema>;

/** What of a comparison stands for: a bag, or what the ledger says of an environment. */
export const sideSchema = z.union([
  z.object({ bag: sequence.min(1) }),
  z.object({ environment: text.min(1) }),
]);
export type Side = z.infer<typeof sideSchema>;

const changedServiceSchema = z.object({
  service: text,
  from: text,
  to: text,
  /** Database migrations between the two; they are never rolled back. `null`: not known. */
  migrations: z.array(text).nullable(),
  because: text.nullable(),
  commits: z.number().int().nullable(),
  url: text.nullable(),
  /** When commits and migrations were read, ISO 8601 UTC, where that was kept and GitHub could not be asked again. */
  asOf: text.optional(),
});

/** What differs between two sides, with the migrations that lie between. */
export const comparisonSchema = z.object({
  changed: z.array(changedServiceSchema),
  added: z.array(z.object({ service: text, to: text })),
  removed: z.array(z.object({ service: text, from: text })),
  unchanged: z.array(z.object({ service: text, version: text })),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** What packing would put into the next bag. */
export const packPreviewSchema = z.object({
  bag: sequence,
  last: sequence,
  source: z.enum(['running', 'published']),
  services: z.array(
    z.object({
      service: text,
      version: text.nullable(),
      digest: text.nullable(),
      why: text,
      blocked: z.boolean(),
    }),
  ),
  /** To the last bag. */
  difference: comparisonSchema,
  /** Whether anything differs from the last bag. */
  differs: z.boolean(),
  contents: contentsSchema,
});
export type PackPreview = z.infer<typeof packPreviewSchema>;
