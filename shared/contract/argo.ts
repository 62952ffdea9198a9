import { z } from 'zod';
import { applicationSchema } from '../domain/board/board';
import { freshnessSchema } from '../domain/board/freshness';
import { manualActionSchema } from '../domain/operation/manual-action';
import { applicationDetailSchema } from '../domain/rollout/application-detail';
import { hookJobSchema } from '../domain/rollout/hook-job';
import { failingPodSchema } from '../domain/rollout/pod-trouble';
import { rolloutSchema } from '../domain/rollout/rollout';
import { actionOnce, doneSchema, name, query } from './procedure';

const application = z.object({ environment: name, application: name });
const cell = z.object({ app: name, environment: name });

/**
 * Argo CD and the rollouts of one environment. Every action first asks whether the account may do it, is refused with
 * `busy` while another operation runs on the same object, and is written down (`action.list`).
 */
export const argoProcedures = {
  'rollout.get': query(
    cell,
    z.object({
      freshness: freshnessSchema,
      applications: z.array(applicationSchema),
      rollouts: z.array(rolloutSchema),
    }),
    { changedBy: ['rollout', 'cluster'], narrowedBy: ['app', 'environment'] },
  ),
  /** Why a hook or rollout does not come up: the first failing pod, its events and the end of its log. */
  'rollout.failing-pod': query(cell, z.object({ pod: failingPodSchema.nullable() }), {
    changedBy: ['rollout'],
    narrowedBy: ['app', 'environment'],
    coloured: true,
  }),
  /** Applications of an app, the one of its own name first, and the parent that renders them. */
  'application.get': query(
    cell,
    z.object({
      freshness: freshnessSchema,
      applications: z.array(applicationDetailSchema),
      parent: applicationDetailSchema.nullable(),
      /** Jobs of hooks (migrations…), newest first, with their pods. */
      hookJobs: z.array(hookJobSchema),
    }),
    { changedBy: ['rollout', 'cluster'], narrowedBy: ['app', 'environment'] },
  ),
  /** Refreshes the parent, waits for the Applications to carry the ledger's version, syncs them and watches the rollout. */
  'application.nudge': actionOnce(cell, z.object({ operationId: z.string() })),
  'application.refresh': actionOnce(application.extend({ mode: z.enum(['normal', 'hard']) }), doneSchema),
  'application.sync': actionOnce(
    application.extend({
      /** Left out: as the automated policy says. */
      prune: z.boolean().optional(),
      dryRun: z.boolean().default(false),
      /** Only these: hooks are left out then. Empty: all. */
      resources: z
        .array(
          z.object({
            group: z.string().max(200),
            kind: name,
            namespace: z.string().max(200).nullable(),
            name,
          }),
        )
        .max(200)
        .default([]),
    }),
    doneSchema,
  ),
  'application.terminate': actionOnce(
    application.extend({
      /** `startedAt` of the sync that the person saw: another one that began since is left alone. */
      startedAt: z.string().nullable(),
    }),
    doneSchema,
  ),
  /** What was asked of clusters by hand from this console, newest first. */
  'action.list': query(
    z.object({
      app: name.optional(),
      environment: name.optional(),
      limit: z.number().int().min(1).max(200),
    }),
    z.object({ actions: z.array(manualActionSchema) }),
    { changedBy: [] },
  ),
} as const;
