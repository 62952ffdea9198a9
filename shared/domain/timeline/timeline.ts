import { z } from 'zod';
import { freshnessSchema } from '../board/freshness';
import { deploymentKindSchema } from '../history/deployment';

/** The stages of one deployment, in the order in which they come. */
const stageNames = ['run', 'commit', 'refresh', 'sync', 'hooks', 'rollout', 'tests', 'promotion'] as const;
const stageNameSchema = z.enum(stageNames);
export type StageName = z.infer<typeof stageNameSchema>;

/** Whose clock a time was read from. */
const timeSourceSchema = z.enum([
  'GitHub',
  'Git',
  'Argo CD',
  'Kubernetes',
  'Argo Workflows',
  'this computer',
]);

/** A moment with whose clock it was read from: clocks of different systems differ. ISO 8601 UTC. */
export const momentOfSchema = z.object({ at: z.string(), source: timeSourceSchema });
export type MomentOf = z.infer<typeof momentOfSchema>;

/**
 * How a stage stands. `waiting`: something before it is not done. `skipped`: it does not happen here, or something
 * came in between. `unknown`: nobody saw.
 */
const stageStateSchema = z.enum(['waiting', 'running', 'succeeded', 'failed', 'skipped', 'unknown']);
export type StageState = z.infer<typeof stageStateSchema>;

export const stageSchema = z.object({
  name: stageNameSchema,
  state: stageStateSchema,
  startedAt: momentOfSchema.nullable(),
  finishedAt: momentOfSchema.nullable(),
  /** Milliseconds from start to finish; `null` while it runs, and where it cannot be told. Never negative. */
  tookMs: z.number().nonnegative().nullable(),
  /** Why there is no time between start and finish although both are known: two clocks that disagree. */
  clocks: z.string().nullable(),
  /** What it did, does or waits for, in a sentence. */
  text: z.string(),
  /** Parts of it: an Application, a hook, a Deployment, a workflow; each with how it stands. */
  parts: z.array(z.object({ name: z.string(), state: stageStateSchema, text: z.string() })),
  /** When this was last seen, where the cluster has forgotten it or is away; `null`: as it is now. */
  asOf: z.string().nullable(),
  /** Where a browser shows it. */
  url: z.string().nullable(),
  workflows: z.array(z.object({ environment: z.string(), namespace: z.string(), name: z.string() })),
});
export type Stage = z.infer<typeof stageSchema>;

/** One deployment from the run that built it to the promotion that it led to, whoever started it. */
export const timelineSchema = z.object({
  app: z.string(),
  environment: z.string(),
  version: z.string(),
  /** The version before; `null`: the first one, or not known. */
  from: z.string().nullable(),
  kind: deploymentKindSchema,
  author: z.string(),
  /** The commit on the ledger's branch. */
  commit: z.string(),
  /** The version that came after it here, and when; `null` while it is the present one. */
  replaced: z.object({ version: z.string(), at: z.string() }).nullable(),
  operationId: z.string().nullable(),
  cluster: freshnessSchema,
  stages: z.array(stageSchema),
  /** Where it is: the stage that runs, failed or cannot go on, and why. `null`: it is over. */
  at: z
    .object({ stage: stageNameSchema, state: z.enum(['running', 'failed', 'waiting']), why: z.string() })
    .nullable(),
  /** From the commit to the end of the rollout; `null` while that is not known. */
  totalMs: z.number().nonnegative().nullable(),
});
export type Timeline = z.infer<typeof timelineSchema>;

/** What is kept of a deployment's stages, so that they can be told after the cluster forgot. */
export const savedStagesSchema = z.object({
  /** ISO 8601 UTC: when they were seen so. */
  at: z.string(),
  stages: z.array(stageSchema),
});
export type SavedStages = z.infer<typeof savedStagesSchema>;

/**
 * The time between two moments. Two clocks that disagree must not make a negative time: where the end lies before the
 * start, there is no time, and the reason is told.
 */
export function spanOf(
  start: MomentOf | null,
  end: MomentOf | null,
): { tookMs: number | null; clocks: string | null } {
  if (!start || !end) return { tookMs: null, clocks: null };
  const took = Date.parse(end.at) - Date.parse(start.at);
  if (Number.isNaN(took)) return { tookMs: null, clocks: null };
  if (took >= 0) return { tookMs: took, clocks: null };
  // Kubernetes and Argo write whole seconds: less than one apart is the same moment.
  if (took > -1000) return { tookMs: 0, clocks: null };
  const by = Math.round(-took / 1000);
  return {
    tookMs: null,
    clocks:
      start.source === end.source
        ? `${start.source} reports an end ${by} s before the start.`
        : `The clocks of ${start.source} and ${end.source} differ by ${by} s or more, so the duration is not known.`,
  };
}

/** The earliest of some moments, `null` without any. */
export const earliest = (moments: readonly (MomentOf | null)[]): MomentOf | null =>
  pick(moments, (one, best) => one < best);
/** The latest of some moments, `null` without any. */
export const latest = (moments: readonly (MomentOf | null)[]): MomentOf | null =>
  pick(moments, (one, best) => one > best);

function pick(
  moments: readonly (MomentOf | null)[],
  better: (one: number, best: number) => boolean,
): MomentOf | null {
  let best: MomentOf | null = null;
  for (const one of moments) {
    if (!one || Number.isNaN(Date.parse(one.at))) continue;
    if (!best || better(Date.parse(one.at), Date.parse(best.at))) best = one;
  }
  return best;
}
