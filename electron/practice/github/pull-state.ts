import { z } from 'zod';
import type { BareRepo } from '../git/bare-repo';

export const mergeMethodSchema = z.enum(['merge', 'squash', 'rebase']);
export type MergeMethod = z.infer<typeof mergeMethodSchema>;

const reviewSchema = z.object({
  id: z.number(),
  by: z.string(),
  state: z.enum(['APPROVED', 'CHANGES_REQUESTED', 'COMMENTED', 'DISMISSED']),
  body: z.string(),
  commit: z.string(),
  at: z.string(),
});

/** A pull request: plain data, kept in the estate's state. Refs are branch names; times are ISO 8601 UTC. */
export const pullSchema = z.object({
  /** `<owner>/<repo>`. */
  repository: z.string(),
  number: z.number(),
  title: z.string(),
  body: z.string().nullable(),
  author: z.string(),
  head: z.object({ ref: z.string(), sha: z.string() }),
  base: z.object({ ref: z.string(), sha: z.string() }),
  state: z.enum(['open', 'closed']),
  draft: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
  closed: z.object({ by: z.string(), at: z.string() }).nullable(),
  merged: z.object({ by: z.string(), commit: z.string() }).nullable(),
  autoMerge: z
    .object({
      by: z.string(),
      method: mergeMethodSchema,
      title: z.string().nullable(),
      message: z.string().nullable(),
    })
    .nullable(),
  /** In the merge queue since, and by whom. */
  queued: z.object({ by: z.string(), at: z.string() }).nullable().default(null),
  /** Why the merge queue threw it out last. */
  removed: z.object({ reason: z.string(), at: z.string() }).nullable().default(null),
  reviewers: z.array(z.string()),
  teams: z.array(z.string()),
  reviews: z.array(reviewSchema),
});
export type Pull = z.infer<typeof pullSchema>;
export type Review = Pull['reviews'][number];

/** The pull requests of an estate, and how its release repo treats them ("Update a repository"). */
export const pullsStateSchema = z.object({
  pulls: z.array(pullSchema),
  allowAutoMerge: z.boolean(),
  mergeMethods: z.array(mergeMethodSchema).min(1),
  deleteBranchOnMerge: z.boolean(),
  /**
   * The merge queue of the release repo's main branch; `null`: it has none. Milliseconds that an entry waits for its checks,
   * and whether these fail.
   */
  mergeQueue: z.object({ waitMs: z.number(), fails: z.boolean() }).nullable().default(null),
});
export type PullsState = z.infer<typeof pullsStateSchema>;

export const noPulls = (): PullsState => ({
  pulls: [],
  allowAutoMerge: true,
  mergeMethods: ['merge', 'squash', 'rebase'],
  deleteBranchOnMerge: true,
  mergeQueue: null,
});

/** What a branch asks of a pull request before it may be merged. */
export interface PullRules {
  /** Approving reviews that a branch needs, one of them by a code owner of what changes; `null`: none. */
  needs(branch: { owner: string; repo: string; branch: string }): { reviews: number } | null;
  /** Why somebody may not merge into the branch although all is fulfilled, in GitHub's words; `null`: they may. */
  refusesMerge(branch: { owner: string; repo: string; branch: string }, login: string): string | null;
  isInTeam(team: string, login: string): boolean;
}

/** A repo whose pull requests are meant. */
export interface PullPlace {
  owner: string;
  repo: string;
  git: BareRepo;
  /** Told after a ref was changed. */
  refsChanged: () => Promise<void>;
}
