import { z } from 'zod';
import { name } from './estate-name';

/** Where a template's parameter or a workflow's input gets its value: `{app}`, `{environment}`, `{version}`, `{ref}`, `{repo}`. */
const filledIn = z.string().max(500);

const push = z.strictObject({
  kind: z.literal('push').describe('A fast-forward push of the commit: for who may push to the branch.'),
});

const mergeBranch = z.strictObject({
  kind: z
    .literal('merge-branch')
    .describe('A short-lived branch, merged by GitHub’s merges API: for who may merge without a review.'),
});

const workflow = z.strictObject({
  kind: z
    .literal('workflow')
    .describe('Submits a WorkflowTemplate in the environment’s cluster, which commits the version as a bot.'),
  template: name.default('deploy-image').describe('The WorkflowTemplate.'),
  parameters: z
    .record(z.string().min(1).max(100), filledIn)
    .default({
      environment: '{environment}',
      repoName: '{app}',
      imageTag: '{version}',
      promoteDeployment: 'false',
    })
    .describe(
      'Its parameters: `{app}`, `{environment}`, `{version}` and `{repo}` (the app’s source repo) are filled in.',
    ),
  committer: z
    .string()
    .min(1)
    .max(200)
    .default('govuk-ci')
    .describe('Whose commits they are, as the window names it.'),
});

const actions = z.strictObject({
  kind: z
    .literal('actions')
    .describe('Runs the app’s own workflow in GitHub Actions, which deploys the version as a bot.'),
  workflow: name.default('deploy.yml').describe('File name of the workflow in the app’s repo.'),
  ref: z
    .string()
    .min(1)
    .max(250)
    .default('main')
    .describe('The branch whose workflow file is run; `{version}` is filled in.'),
  inputs: z
    .record(z.string().min(1).max(100), filledIn)
    .default({ gitRef: '{ref}', environment: '{environment}' })
    .describe(
      'Its inputs: `{app}`, `{environment}`, `{version}`, `{ref}` (the tag or commit that the version was built from), `{repo}` and `{operation}` are filled in.',
    ),
  committer: z
    .string()
    .min(1)
    .max(200)
    .default('govuk-ci')
    .describe('Whose commits they are, as the window names it.'),
});

const pullRequest = z.strictObject({
  kind: z
    .literal('pull-request')
    .describe('A pull request on the release repo that waits for its review: hours or days.'),
  reviewers: z
    .array(name)
    .max(15)
    .default([])
    .describe('GitHub users who are asked for a review. Code owners are asked by GitHub itself.'),
  teamReviewers: z.array(name).max(15).default([]).describe('GitHub teams that are asked, by their slug.'),
  autoMerge: z
    .boolean()
    .default(true)
    .describe('Switches auto-merge on where the repo allows it: GitHub merges after the review.'),
});

export const routeSchema = z.discriminatedUnion('kind', [push, mergeBranch, workflow, actions, pullRequest]);
/** A way in which a change lands on the release repo's branch, with its settings. */
export type RouteConfig = z.infer<typeof routeSchema>;
export type RouteKind = RouteConfig['kind'];
export type RouteOf<K extends RouteKind> = Extract<RouteConfig, { kind: K }>;

export const routeKindSchema = z.enum(['push', 'merge-branch', 'workflow', 'actions', 'pull-request']);

/** Routes in order of preference. */
export const routesSchema = z
  .array(routeSchema)
  .min(1)
  .max(5)
  .refine((routes) => new Set(routes.map(({ kind }) => kind)).size === routes.length, {
    error: 'must name each kind once',
  })
  .refine(
    (routes) =>
      !(routes.some(({ kind }) => kind === 'push') && routes.some(({ kind }) => kind === 'merge-branch')),
    { error: 'must name push or merge-branch, not both' },
  );

/** The GitHub team whose members may deploy to an environment. */
export const teamSchema = z
  .strictObject({
    org: name.describe('The GitHub organisation.'),
    team: name.describe('The team’s slug, such as `gov-uk-production-deploy`.'),
  })
  .describe(
    'The GitHub team whose active members may deploy here by Actions, and by Argo Workflows’ own server. Missing: nobody is asked.',
  );
