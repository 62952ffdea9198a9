import { z } from 'zod';
import { applicationSchema, boardSchema, cellSchema } from '../domain/board/board';
import { freshnessSchema } from '../domain/board/freshness';
import { deploymentSchema } from '../domain/history/deployment';
import { candidateSchema, changeSchema } from '../domain/ledger/change';
import { appIntentSchema, intentSchema, operationSchema } from '../domain/operation/operation';
import { findingSchema } from '../domain/preflight/finding';
import { pendingCheckSchema } from '../domain/preflight/pending-check';
import { rolloutSchema } from '../domain/rollout/rollout';
import { workflowSchema } from '../domain/workflows/workflow';
import { argoProcedures } from './argo';
import { bagProcedures } from './bags';
import { clusterProcedures } from './cluster';
import { consentProcedures } from './consent';
import { historyProcedures, historyStreams } from './history';
import { logProcedures, logStream } from './logs';
import { timelineProcedures } from './timeline';
import { workflowProcedures } from './workflows';

/** One call from the renderer to main: what goes in, what comes out. Both sides check both. */
export interface Procedure<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  input: I;
  output: O;
}
const procedure = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Procedure<I, O> => ({
  input,
  output,
});

const nothing = z.object({});
const name = z.string().min(1).max(200);
const where = z.object({ app: name, environment: name });

/** What the window is showing: a real estate, the practice estate, or a release repo opened read-only. */
const sessionSchema = z.object({
  estate: z.string(),
  mode: z.enum(['practice', 'real', 'read-only']),
  /** Why acting is refused as a whole, `null` when it is not. */
  readOnlyBecause: z.string().nullable(),
  actor: z.string(),
  /** What was lost of Signalbox's own files, each in a sentence; empty: nothing. */
  notices: z.array(z.string()),
  app: z.object({
    version: z.string(),
    runtime: z.string(),
    chromium: z.string(),
    node: z.string(),
    platform: z.string(),
    fallbackRuntime: z.boolean(),
  }),
  ledger: z.object({
    url: z.string(),
    branch: z.string(),
    landing: z.enum(['push', 'merge-branch']),
    freshness: freshnessSchema,
  }),
});

/** The preview of a deploy, promotion or rollback, before anyone commits. */
const previewSchema = z.object({
  intent: appIntentSchema,
  current: z.string().nullable(),
  incoming: z.string(),
  change: changeSchema,
  findings: z.array(findingSchema),
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

const settingsSchema = z.object({
  colourScheme: z.enum(['auto', 'light', 'dark']),
  notifications: z.boolean(),
  /** Who the commits are by. */
  identity: z.object({ name: z.string().trim().min(1).max(100), email: z.email() }),
});
export type Settings = z.infer<typeof settingsSchema>;

const credentialNameSchema = z.enum(['ledger', 'github']);
/** What is told of the credentials: never a secret. */
const credentialsSchema = z.object({
  /** Why this system cannot keep secrets safely, `null` when it can. */
  unavailableBecause: z.string().nullable(),
  credentials: z.array(
    z.object({
      name: credentialNameSchema,
      /** `not-needed`: the estate brings its own, or has nothing that needs one. */
      state: z.enum(['kept', 'missing', 'not-needed']),
      account: z.string().nullable(),
    }),
  ),
});
export type Credential = z.infer<typeof credentialsSchema>['credentials'][number];

/**
 * The map of every procedure, shared by both sides. Names are `<noun>.<verb>`. Expected failures come back as
 * `Result` failures; a refusal is never an `undefined`.
 */
export const procedures = {
  ...timelineProcedures,
  ...workflowProcedures,
  'session.get': procedure(nothing, sessionSchema),
  'board.get': procedure(nothing, boardSchema),
  /** The cells of these apps alone, as `board.get` has them: what a window asks when only they changed. */
  'board.cells': procedure(z.object({ apps: z.array(name).max(200) }), z.array(cellSchema)),
  'app.get': procedure(
    z.object({ app: name }),
    z.object({
      app: z.string(),
      /** The link to its source repo, when there is one. */
      sourceUrl: z.string().nullable(),
      cells: z.array(cellSchema),
      /** Version before the present one, by environment. */
      previous: z.record(z.string(), z.string().nullable()),
    }),
  ),
  'app.deployments': procedure(
    z.object({
      app: name,
      environment: name.optional(),
      limit: z.number().int().min(1).max(200),
    }),
    z.object({ deployments: z.array(deploymentSchema), more: z.boolean(), complete: z.boolean() }),
  ),
  'change.get': procedure(z.object({ app: name, from: name, to: name }), changeSchema),
  'candidates.list': procedure(
    z.object({ app: name, query: z.string().max(200), limit: z.number().int().min(1).max(100) }),
    z.object({
      candidates: z.array(candidateSchema),
      /** In a sentence, what was not read of the repo; `null`: nothing is missing. */
      partial: z.string().nullable(),
      freshness: freshnessSchema,
    }),
  ),
  'preview.get': procedure(appIntentSchema, previewSchema),
  /** Answers at once, from memory alone; asked again whenever something becomes known. */
  'preview.early': procedure(appIntentSchema, earlyPreviewSchema),
  'operation.start': procedure(
    z.object({
      intent: intentSchema,
      /** The findings that the person saw: the operation stops when they are worse by the time it lands. */
      seen: z.array(findingSchema),
      /** Time of the click, ms since the epoch by the renderer's clock: only measured, never trusted. */
      clickedAt: z.number().optional(),
    }),
    z.object({ operationId: z.string() }),
  ),
  'operation.get': procedure(z.object({ operationId: name }), operationSchema),
  'operation.list': procedure(
    z.object({
      app: name.optional(),
      environment: name.optional(),
      open: z.boolean().optional(),
      limit: z.number().int().min(1).max(200),
    }),
    z.array(operationSchema),
  ),
  'operation.cancel': procedure(z.object({ operationId: name }), operationSchema),
  'rollout.get': procedure(
    where,
    z.object({
      freshness: freshnessSchema,
      applications: z.array(applicationSchema),
      rollouts: z.array(rolloutSchema),
    }),
  ),
  'workflow.list': procedure(
    z.object({ app: name, environment: name, version: name.optional() }),
    z.object({ freshness: freshnessSchema, workflows: z.array(workflowSchema) }),
  ),
  'workflow.get': procedure(z.object({ environment: name, namespace: name, name }), workflowSchema),
  ...argoProcedures,
  ...bagProcedures,
  ...clusterProcedures,
  ...consentProcedures,
  ...historyProcedures,
  ...logProcedures,
  'settings.get': procedure(nothing, settingsSchema),
  'settings.set': procedure(settingsSchema.partial(), settingsSchema),
  'credentials.get': procedure(nothing, credentialsSchema),
  /** Keeps a secret in the system's keychain, or with `null` forgets it. It never comes back over this border. */
  'credentials.set': procedure(
    z.object({
      name: credentialNameSchema,
      account: z.string().trim().max(200).nullable(),
      secret: z.string().trim().min(1).max(10_000).nullable(),
    }),
    credentialsSchema,
  ),
  /** Uses the credential once and says what came of it: account, scopes and expiry where the other side tells. */
  'credentials.test': procedure(
    z.object({ name: credentialNameSchema }),
    z.object({ ok: z.boolean(), text: z.string() }),
  ),
  /** Only `https:` links; main opens them in the system's browser. */
  'shell.open-external': procedure(z.object({ url: z.url({ protocol: /^https$/ }) }), nothing),
  /** Rehearsals: refused unless the estate is the practice estate. */
  'practice.act': procedure(
    z.discriminatedUnion('act', [
      z.object({
        act: z.literal('release'),
        app: name,
        breaks: z.enum([
          'nothing',
          'crash-loop',
          'image-missing',
          'migration-fails',
          'tests-fail',
          'tests-flaky',
          'slow',
        ]),
        onlyIn: name.optional(),
        migration: z.boolean(),
      }),
      z.object({ act: z.literal('cluster'), environment: name, up: z.boolean() }),
      z.object({ act: z.literal('argo-cd'), environment: name, stopped: z.boolean() }),
      /** Somebody sets an image by hand, past Git. */
      z.object({ act: z.literal('set-image'), app: name, environment: name, version: name }),
      z.object({ act: z.literal('git'), up: z.boolean() }),
      /** A sync window that keeps automatic syncs (`manual: false`: all syncs) of an environment waiting, or none. */
      z.object({ act: z.literal('sync-window'), environment: name, on: z.boolean(), manual: z.boolean() }),
      z.object({ act: z.literal('someone-else-deploys'), app: name, environment: name, version: name }),
      z.object({
        act: z.literal('someone-else-locks'),
        environment: name,
        how: z.enum(['by-hand', 'killed']),
        locked: z.boolean(),
      }),
      z.object({
        act: z.literal('suite'),
        environment: name,
        suite: name,
        outcome: z.enum(['fail', 'flaky', 'pass']),
      }),
      z.object({ act: z.literal('speed'), speed: z.number().min(1).max(200) }),
      z.object({ act: z.literal('reset') }),
    ]),
    z.object({ text: z.string() }),
  ),
} as const satisfies Record<string, Procedure>;

export type ProcedureName = keyof typeof procedures;
export type InputOf<N extends ProcedureName> = z.input<(typeof procedures)[N]['input']>;
/** What a handler gets: the input after parsing. */
export type ParsedInputOf<N extends ProcedureName> = z.output<(typeof procedures)[N]['input']>;
export type OutputOf<N extends ProcedureName> = z.output<(typeof procedures)[N]['output']>;

/** Streams over a MessagePort: opened with an input, closed by closing the port; each message is a batch of one frame. */
export const streams = {
  /** What changed, so that queries are asked again. `key` narrows it: an app, an operation's id, an environment. */
  events: {
    input: nothing,
    message: z.array(
      z.object({
        topic: z.enum([
          'session',
          'board',
          'app',
          'operation',
          'rollout',
          'workflow',
          'cluster',
          'consent',
          'history',
          'settings',
          'timeline',
          'bags',
        ]),
        key: z.string().nullable(),
      }),
    ),
  },
  ...historyStreams,
  logs: logStream,
} as const;

export type StreamName = keyof typeof streams;
export type StreamInputOf<N extends StreamName> = z.input<(typeof streams)[N]['input']>;
export type StreamMessageOf<N extends StreamName> = z.output<(typeof streams)[N]['message']>;
