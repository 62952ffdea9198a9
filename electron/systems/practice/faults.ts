import { z } from 'zod';

/** What goes wrong on purpose with the practice estate's Git server; change it at any time. */
export const gitFaultsSchema = z.object({
  /** Taken away: connections are destroyed, new ones at once. */
  down: z.boolean(),
  /** Every token is answered by 401, as after a revocation. */
  authRefused: z.boolean(),
  /** Milliseconds that every request waits before it is served. */
  latencyMs: z.number().min(0).max(60_000),
  /** Bytes per second in either direction, 0 for no bound. */
  bytesPerSecond: z.number().min(0),
  /**
   * What becomes of the next push, once: `during` cuts the connection within the pack, so nothing lands;
   * `answer` lets it land and cuts the connection within the answer; `unheard` lets it land and cuts the connection
   * before a single byte of the answer: git's HTTP client then sends the push again by itself
   * (curl, lib/transfer.c, Curl_retry_request) and hears only what the second one gets.
   */
  cutNextPush: z.enum(['during', 'answer', 'unheard']).nullable(),
  /** Of so many pushes one is cut as `unheard`, again and again; 0: none. */
  unheardEvery: z.number().int().min(0),
  /** Pushes to main are refused as GitHub refuses them on a protected branch; its merges API still works. */
  protectedMain: z.boolean(),
  /** The bot that workflows have commit waits before its commit, until this is taken back. */
  botWaits: z.boolean().default(false),
});
export type GitFaults = z.infer<typeof gitFaultsSchema>;

/** What goes wrong on purpose with its GitHub API. */
export const githubFaultsSchema = z.object({
  /** Taken away: connections are destroyed. */
  down: z.boolean(),
  /** Every request is answered by 502, as GitHub does on a bad day. */
  failing: z.boolean(),
  /** Every request is answered by 403 with no requests left. */
  rateLimited: z.boolean(),
  /** Milliseconds that every request waits before it is served. */
  latencyMs: z.number().min(0).max(60_000),
  /** The next merge happens, and the connection is cut before a single byte of the answer; once. */
  cutNextMerge: z.boolean(),
  /** The next pull request is opened, and the connection is cut before a single byte of the answer; once. */
  cutNextPull: z.boolean().default(false),
  /** The same of the next dispatch of a workflow. */
  cutNextDispatch: z.boolean().default(false),
});
export type GithubFaults = z.infer<typeof githubFaultsSchema>;

/** `environment: null` stands for every environment. */
const where = { app: z.string(), environment: z.string().nullable() };

/** How its apps misbehave on purpose: plain data, kept in the estate's state. */
export const appFaultsSchema = z.object({
  crashLoops: z.array(z.object({ ...where, version: z.string() })),
  /**
   * `flaky` fails the first attempt and passes the next ones. In environments that bags come to, the first run of a
   * suite fails: `failedIn` are those where it did.
   */
  tests: z.array(
    z.object({
      ...where,
      version: z.string(),
      outcome: z.enum(['flaky', 'fail']),
      failedIn: z.array(z.string()).optional(),
    }),
  ),
  /** Migrations that fail: PreSync Jobs of apps, db-setup of bags. */
  migrations: z.array(z.object({ ...where, version: z.string() })).default([]),
  /** Versions whose image the registry does not have. */
  images: z.array(z.object({ ...where, version: z.string() })).default([]),
  /** Suites that fail whatever runs; `flaky`: at their next run. */
  suites: z
    .array(z.object({ suite: z.string(), environment: z.string(), outcome: z.enum(['flaky', 'fail']) }))
    .default([]),
  slow: z.array(z.object({ ...where, readySeconds: z.number().min(0).max(3600) })),
});
export type AppFaultsState = z.infer<typeof appFaultsSchema>;
