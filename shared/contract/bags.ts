import { z } from 'zod';
import { bagIntentSchema } from '../domain/bags/intents';
import {
  bagDetailsSchema,
  bagPipelineSchema,
  bagRowSchema,
  comparisonSchema,
  nextViewSchema,
  packPreviewSchema,
  periodicViewSchema,
  sideSchema,
} from '../domain/bags/view';
import { findingSchema } from '../domain/preflight/finding';

const name = z.string().min(1).max(200);
const pipeline = z.object({ pipeline: name });

/** The preview of anything that is asked of a pipeline of bags or of a lock, before anyone commits. */
const bagPreviewSchema = z.object({
  intent: bagIntentSchema,
  findings: z.array(findingSchema),
  /** For a deployment: what differs to what runs. */
  comparison: comparisonSchema.nullable(),
  /** For a change of policy: what would be next afterwards in its environment. Nothing is deployed by it. */
  nextAfter: nextViewSchema.nullable(),
  /** Services that the bag lacks and that exist today. */
  lacking: z.array(z.string()),
  commit: z.string().nullable(),
});
export type BagPreview = z.infer<typeof bagPreviewSchema>;

/**
 * Pipelines of bags. Operations on them are begun by `operation.start` with an intent of `domain/bags/intents.ts`; the
 * topic `bags` of the events stream (key: the pipeline) says when to ask again.
 */
export const bagProcedures = {
  /** Names of the estate's pipelines of bags. */
  'bags.pipelines': { input: z.object({}), output: z.array(name) },
  'bags.pipeline': { input: pipeline, output: bagPipelineSchema },
  /** Every bag, newest first. */
  'bags.list': {
    input: pipeline,
    output: z.object({ environments: z.array(name), bags: z.array(bagRowSchema) }),
  },
  'bags.get': { input: pipeline.extend({ bag: z.number().int().min(1) }), output: bagDetailsSchema },
  /** What differs from one side to the other, with the migrations between; asks the services' repos, with a limit. */
  'bags.compare': { input: pipeline.extend({ from: sideSchema, to: sideSchema }), output: comparisonSchema },
  'bags.pack-preview': {
    input: pipeline.extend({ source: z.enum(['running', 'published']) }),
    output: packPreviewSchema,
  },
  'bags.preview': { input: bagIntentSchema, output: bagPreviewSchema },
  'bags.periodic': { input: pipeline, output: z.array(periodicViewSchema) },
  /** This console's own autopilot: off, it leaves everything to other consoles and people. */
  'bags.this-console': { input: pipeline.extend({ on: z.boolean() }), output: z.object({ on: z.boolean() }) },
} as const;
