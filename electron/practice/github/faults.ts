import { z } from 'zod';

/** What goes wrong on purpose with the GitHub API. */
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
});
export type GithubFaults = z.infer<typeof githubFaultsSchema>;

export const noGithubFaults = (): GithubFaults => ({
  down: false,
  failing: false,
  rateLimited: false,
  latencyMs: 0,
  cutNextMerge: false,
});
