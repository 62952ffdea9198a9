import { z } from 'zod';
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
import { bagIntentSchema } from '../domain/operation/intent';
import { findingSchema } from '../domain/preflight/finding';
import { action, name, nothing, query } from './procedure';

const pipeline = z.object({ pipeline: name });
const changes = { changedBy: ['bags'], narrowedBy: ['pipeline'] } as const;

/** The preview of anything that is asked of a pipeline of bags or of a lock, before anyone commits. */
const bagPreviewSchema = z.object({
  intent: bagIntentSchema,
  /** What it does, where that is another than the kind says of itself; `null`: as that says. */
  meaning: z.string().nullable(),
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
 * Pipelines of bags. Operations on them are begun by `operation.start` with an intent of `domain/operation/intent.ts`; the
 * topic `bags` of the events stream (key: the pipeline) says when to ask again.
 */
export const bagProcedures = {
  /** Names of the estate's pipelines of bags. */
  'bags.pipelines': query(nothing, z.array(name), { changedBy: [] }),
  'bags.pipeline': query(pipeline, bagPipelineSchema, changes),
  /** Every bag, newest first. */
  'bags.list': query(
    pipeline,
    z.object({ environments: z.array(name), bags: z.array(bagRowSchema) }),
    changes,
  ),
  'bags.get': query(pipeline.extend({ bag: z.number().int().min(1) }), bagDetailsSchema, changes),
  /** What differs from one side to the other, with the migrations between; asks the services' repos, with a limit. */
  'bags.compare': query(pipeline.extend({ from: sideSchema, to: sideSchema }), comparisonSchema, changes),
  'bags.pack-preview': query(
    pipeline.extend({ source: z.enum(['running', 'published']) }),
    packPreviewSchema,
    changes,
  ),
  'bags.preview': query(bagIntentSchema, bagPreviewSchema, changes),
  'bags.periodic': query(pipeline, z.array(periodicViewSchema), changes),
  /** This console's own autopilot: off, it leaves everything to other consoles and people. */
  'bags.this-console': action(pipeline.extend({ on: z.boolean() }), z.object({ on: z.boolean() })),
} as const;
