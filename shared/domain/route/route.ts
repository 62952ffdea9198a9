import { z } from 'zod';
import { routeKindSchema } from '../estate/routes';

/**
 * What an operation wants to land on the release repo's branch: a version of one app in one environment and nothing
 * else, or any files (flags of a hold, several image tags).
 */
export type RouteNeed = 'version' | 'files';

/** Whether the person may use a route here. `unknown` is only found out by trying. */
export const routeAccessSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('open') }),
  z.object({
    state: z.literal('closed'),
    /** Why, in a sentence. */
    because: z.string(),
    /** Who can open it, in a sentence; `null`: nobody can be named. */
    remedy: z.string().nullable(),
  }),
  z.object({ state: z.literal('unknown'), because: z.string() }),
]);
export type RouteAccess = z.infer<typeof routeAccessSchema>;

/** A route of the estate as it stands for this person, app and environment. */
export const routeViewSchema = z.object({
  kind: routeKindSchema,
  access: routeAccessSchema,
  /** "Through Argo Workflows as priya. The commit will be by govuk-ci; usually 20 s." */
  text: z.string(),
});
export type RouteView = z.infer<typeof routeViewSchema>;

/** How an operation would land. */
export const routePlanSchema = z.object({
  /** The route that is taken; `null`: none can carry it. */
  taken: routeKindSchema.nullable(),
  /** How what the taken route can't carry lands (the flags of a rollback's hold); `null`: it carries all of it. */
  rest: z
    .object({
      /** `null`: nothing can carry it. */
      taken: routeKindSchema.nullable(),
      text: z.string(),
    })
    .nullable(),
  /** Every route of the estate for it, in order of preference, also those that cannot carry it or are closed. */
  routes: z.array(routeViewSchema.extend({ carries: z.boolean() })),
});
export type RoutePlan = z.infer<typeof routePlanSchema>;
export type RouteKind = z.infer<typeof routeKindSchema>;

/** The routes on which a change lands as a commit by the person, at once. */
export const isDirect = (kind: RouteKind): kind is 'push' | 'merge-branch' =>
  kind === 'push' || kind === 'merge-branch';

/** The routes on which a bot commits: they carry one version of one app to one environment. */
export const isByBot = (kind: RouteKind): kind is 'workflow' | 'actions' =>
  kind === 'workflow' || kind === 'actions';

/** As the window calls them. */
export const routeNames: Readonly<Record<RouteKind, string>> = {
  push: 'a push',
  'merge-branch': 'a merged branch',
  workflow: 'Argo Workflows',
  actions: 'GitHub Actions',
  'pull-request': 'a pull request',
};
