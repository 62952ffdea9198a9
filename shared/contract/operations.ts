import { z } from 'zod';
import { runViewSchema } from '../domain/actions/run-view';
import { changeSchema } from '../domain/ledger/change';
import { appIntentSchema, intentSchema } from '../domain/operation/intent';
import { operationSchema } from '../domain/operation/operation';
import { findingSchema } from '../domain/preflight/finding';
import { pendingCheckSchema } from '../domain/preflight/pending-check';
import { routePlanSchema } from '../domain/route/route';
import { action, actionOnce, name, query } from './procedure';

/** The preview of a deploy, promotion or rollback, before anyone commits. */
const previewSchema = z.object({
  intent: appIntentSchema,
  current: z.string().nullable(),
  incoming: z.string(),
  change: changeSchema,
  findings: z.array(findingSchema),
  /** How it would land, by this person's rights. */
  route: routePlanSchema,
  /** The ledger's commit that the findings were computed on. */
  commit: z.string().nullable(),
});
export type Preview = z.infer<typeof previewSchema>;

/** What is known of an intent at once, while the rest is asked: {@link previewSchema} follows within seconds. */
const earlyPreviewSchema = z.object({
  findings: z.array(findingSchema),
  pending: z.array(pendingCheckSchema),
});
export type EarlyPreview = z.infer<typeof earlyPreviewSchema>;

/** What a release manager asks for, from the preview to the end. */
export const operationProcedures = {
  // A preview refuses while another operation runs there.
  'preview.get': query(appIntentSchema, previewSchema, {
    changedBy: ['board', 'app', 'operation', 'history'],
    narrowedBy: ['app', 'environment'],
  }),
  /** Answers at once, from memory alone; asked again whenever something becomes known. */
  'preview.early': query(appIntentSchema, earlyPreviewSchema, {
    changedBy: ['board', 'app', 'operation', 'cluster', 'history'],
    narrowedBy: ['app', 'environment'],
  }),
  'operation.start': actionOnce(
    z.object({
      intent: intentSchema,
      /** The findings that the person saw: the operation stops when they are worse by the time it lands. */
      seen: z.array(findingSchema),
      /** Time of the click, ms since the epoch by the renderer's clock: only measured, never trusted. */
      clickedAt: z.number().optional(),
    }),
    z.object({ operationId: z.string() }),
  ),
  'operation.get': query(z.object({ operationId: name }), operationSchema, {
    changedBy: ['operation'],
    narrowedBy: ['operationId'],
  }),
  /** The run of GitHub Actions that the operation started, as it was seen last; `null`: none. */
  'operation.run': query(z.object({ operationId: name }), runViewSchema.nullable(), {
    changedBy: ['operation'],
    narrowedBy: ['operationId'],
  }),
  'operation.list': query(
    z.object({
      app: name.optional(),
      environment: name.optional(),
      open: z.boolean().optional(),
      limit: z.number().int().min(1).max(200),
    }),
    z.array(operationSchema),
    { changedBy: ['operation'] },
  ),
  'operation.cancel': action(z.object({ operationId: name }), operationSchema),
} as const;
