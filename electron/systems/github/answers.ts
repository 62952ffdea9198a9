import { z } from 'zod';
import { GitHubTrouble } from './github-trouble';

/*
 * GitHub's answers as far as they are used (REST API, version 2022-11-28). What a decision rests on must be there and of
 * its kind; of the rest, what is odd counts as not told.
 */

const text = z.string().nullish().catch(null);
const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const person = z.object({ name: text, email: text, date: text }).nullish().catch(null);

/** "Get the authenticated user". */
export const userSchema = z.object({ login: z.string().min(1) });

/** "Get a repository". */
export const repoSchema = z.object({ full_name: z.string().min(1) });

/** An item of "List repository tags" and of "List branches". */
export const namedCommitSchema = z.object({ name: z.string().min(1), commit: z.object({ sha }) });

/** "Get a reference" and "Get a tag": what a ref names, which for an annotated tag is a tag. */
const objectSchema = z.object({ type: z.string(), sha });
export const gitRefSchema = z.object({ ref: z.string(), object: objectSchema });
export const gitTagSchema = z.object({ object: objectSchema });

/** "Get a commit", an item of "List commits" and of a comparison. */
export const commitSchema = z.object({
  sha,
  commit: z.object({ message: z.string(), author: person, committer: person }),
  author: z.object({ login: text, type: text }).nullish().catch(null),
});
export type CommitAnswer = z.output<typeof commitSchema>;

/** "List check runs for a Git reference". */
export const checkRunsSchema = z.object({
  total_count: z.number().int().min(0),
  check_runs: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      conclusion: text,
      check_suite: z.object({ id: z.number().int() }).nullish(),
    }),
  ),
});
/** "Get the combined status for a specific reference". */
export const combinedStatusSchema = z.object({
  total_count: z.number().int().min(0),
  statuses: z.array(z.object({ context: z.string(), state: z.string() })),
});

/** "Compare two commits". */
export const comparisonSchema = z.object({
  status: z.enum(['ahead', 'behind', 'diverged', 'identical']),
  total_commits: z.number().int().min(0),
  commits: z.array(commitSchema.extend({ parents: z.array(z.object({ sha })) })),
  files: z.array(z.object({ filename: z.string() })).nullish(),
  html_url: text,
  merge_base_commit: z.object({ sha }),
});

/** "Get a tree". */
export const treeSchema = z.object({
  tree: z.array(z.object({ path: z.string(), type: z.string(), sha: z.string() })),
  truncated: z.boolean(),
});

/** "Merge a branch", status 201. */
export const mergeSchema = z.object({ sha, parents: z.array(z.object({ sha })) });

const login = z.object({ login: z.string() });
/** The repo by the name that it has by now. */
const named = z.object({ full_name: z.string() }).nullish().catch(null);
const simplePullSchema = z.object({
  number: z.number().int().min(1),
  node_id: z.string().min(1),
  html_url: z.string(),
  body: text,
  state: z.string(),
  draft: z.boolean().nullish().catch(null),
  user: login.nullish().catch(null),
  head: z.object({ ref: z.string(), sha }),
  base: z.object({ ref: z.string(), repo: named }),
  merged_at: z.string().nullable(),
  merge_commit_sha: sha.nullish().catch(null),
  auto_merge: z.object({}).nullish().catch(null),
  requested_reviewers: z.array(login).nullish().catch(null),
  requested_teams: z
    .array(z.object({ slug: z.string() }))
    .nullish()
    .catch(null),
});
/** An item of "List pull requests". */
export const simplePullsSchema = z.array(simplePullSchema);
/** "Get a pull request". */
export const pullSchema = simplePullSchema.extend({
  merged: z.boolean(),
  merged_by: login.nullish().catch(null),
  mergeable: z.boolean().nullable(),
  mergeable_state: z.string(),
});
/** "List reviews for a pull request". */
export const reviewsSchema = z.array(
  z.object({ user: login.nullish().catch(null), state: z.string(), author_association: text }),
);
/** "List pull requests files": of one that is removed the blob is what it was. */
export const pullFilesSchema = z.array(z.object({ filename: z.string(), sha: text, status: z.string() }));
/** Ways of merging of "Get a repository", told to who may write. */
const allowed = z.boolean().nullish().catch(null);
export const repoMergesSchema = z.object({
  allow_merge_commit: allowed,
  allow_squash_merge: allowed,
  allow_rebase_merge: allowed,
});

/** A run of GitHub Actions, in lists and on its own. */
export const runSchema = z.object({
  id: z.number().int(),
  name: text,
  display_title: text,
  path: text,
  check_suite_id: z.number().int().nullish(),
  status: text,
  conclusion: text,
  html_url: text,
  run_started_at: text,
  created_at: z.string(),
  updated_at: z.string(),
  repository: named,
});
export const runsSchema = z.object({ workflow_runs: z.array(runSchema) });

/** "List jobs for a workflow run". */
export const runJobsSchema = z.object({
  total_count: z.number().int().min(0),
  jobs: z
    .array(
      z.object({
        id: z.number().int(),
        name: z.string(),
        status: text,
        conclusion: text,
        started_at: text,
        completed_at: text,
        html_url: text,
        steps: z
          .array(
            z.object({
              number: z.number().int(),
              name: z.string(),
              status: text,
              conclusion: text,
              started_at: text,
              completed_at: text,
            }),
          )
          .nullish()
          .catch(null),
      }),
    )
    .max(100),
});

/** "Get pending deployments for a workflow run". */
export const pendingDeploymentsSchema = z
  .array(
    z.object({
      environment: z.object({ name: text }),
      wait_timer: z.number().nullish().catch(null),
      current_user_can_approve: z.boolean().nullish().catch(null),
      reviewers: z
        .array(
          z.object({
            type: text,
            reviewer: z.object({ login: text, slug: text, name: text }).nullish().catch(null),
          }),
        )
        .nullish()
        .catch(null),
    }),
  )
  .max(1000);

/** `workflow-dispatch-response`; older servers answer 204 without one. */
export const dispatchedSchema = z.object({ workflow_run_id: z.number().int(), html_url: z.string() });

/** Believes an answer only where it is what GitHub's API says. @throws GitHubTrouble `odd`, naming the field. */
export function believed<S extends z.ZodType>(schema: S, data: unknown): z.output<S> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.map(String).join('.') || 'the whole answer';
  throw new GitHubTrouble('odd', `${place.slice(0, 100)} is missing, or of another kind`);
}
