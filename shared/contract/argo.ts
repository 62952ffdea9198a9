import { z } from 'zod';
import { freshnessSchema } from '../domain/board/freshness';
import { manualActSchema } from '../domain/operation/manual-act';
import { applicationDetailSchema } from '../domain/rollout/application-detail';
import { hookJobSchema } from '../domain/rollout/hook-job';
import { failingPodSchema } from '../domain/rollout/pod-trouble';
import { keptWorkflowSchema } from '../domain/workflows/workflow';

const name = z.string().min(1).max(200);
/** Made by the window for each click (a UUID): the same one twice is done once. */
const requestId = z.uuid();
const application = z.object({ environment: name, application: name });
const workflow = z.object({ environment: name, namespace: name, name, requestId });
/** `text` says what was done; `act` is its entry in the list of acts. */
const done = z.object({ text: z.string(), act: manualActSchema });
const parameters = z
  .array(z.object({ name: z.string().min(1).max(200), value: z.string().max(10_000) }))
  .max(100);

/**
 * Argo CD and Argo Workflows of one environment. Every act first asks whether the account may do it, is refused with
 * `busy` while another operation runs on the same object, and is written down (`act.list`).
 */
export const argoProcedures = {
  /** Applications of an app, the one of its own name first, and the parent that renders them. */
  'application.get': {
    input: z.object({ app: name, environment: name }),
    output: z.object({
      freshness: freshnessSchema,
      applications: z.array(applicationDetailSchema),
      parent: applicationDetailSchema.nullable(),
      /** Jobs of hooks (migrations…), newest first, with their pods. */
      hookJobs: z.array(hookJobSchema),
    }),
  },
  /** Refreshes the parent, waits for the Applications to carry the ledger's version, syncs them and watches the rollout. */
  'application.nudge': {
    input: z.object({ app: name, environment: name, requestId }),
    output: z.object({ operationId: z.string() }),
  },
  'application.refresh': {
    input: application.extend({ mode: z.enum(['normal', 'hard']), requestId }),
    output: done,
  },
  'application.sync': {
    input: application.extend({
      requestId,
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
    output: done,
  },
  'application.terminate': {
    input: application.extend({
      requestId,
      /** `startedAt` of the sync that the person saw: another one that began since is left alone. */
      startedAt: z.string().nullable(),
    }),
    output: done,
  },
  /** Why a hook or rollout does not come up: the first failing pod, its events and the end of its log. */
  'rollout.failing-pod': {
    input: z.object({ app: name, environment: name }),
    output: z.object({ pod: failingPodSchema.nullable() }),
  },
  /** A workflow as it was last seen, although the cluster forgot it. */
  'workflow.kept': {
    input: z.object({
      app: name,
      environment: name,
      version: name.optional(),
      limit: z.number().int().min(1).max(100),
    }),
    output: z.object({ workflows: z.array(keptWorkflowSchema) }),
  },
  /** A new run with the same spec; `parameters` replace those of the same name. */
  'workflow.resubmit': { input: workflow.extend({ parameters: parameters.default([]) }), output: done },
  /** Goes on from the failure. */
  'workflow.retry': { input: workflow.extend({ parameters: parameters.default([]) }), output: done },
  /** Exit handlers still run. */
  'workflow.stop': { input: workflow, output: done },
  'workflow.terminate': { input: workflow, output: done },
  'workflow.suspend': { input: workflow, output: done },
  'workflow.resume': { input: workflow, output: done },
  /** What was asked of clusters by hand from this console, newest first. */
  'act.list': {
    input: z.object({
      app: name.optional(),
      environment: name.optional(),
      limit: z.number().int().min(1).max(200),
    }),
    output: z.object({ acts: z.array(manualActSchema) }),
  },
} as const;
