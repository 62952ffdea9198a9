import { z } from 'zod';
import { argoSystemSchema } from '../../../shared/domain/estate/argo-servers';
import { argoSessionsSchema } from './argo-sessions';
import { allEnvironments, bagEnvironments } from './environments';
import { appFaultsSchema, gitFaultsSchema, githubFaultsSchema } from './faults';
import { receivedSchema, receiverModeSchema, releaseAppSchema } from './receivers';
import { practiceRightsSchema, practiceTeamSchema, rightsStateSchema } from './rights';

/** Which apps there are, the estate knows: it refuses the name of any other as `invalid-input`. */
const appName = z.string().regex(/^[a-z0-9-]{1,100}$/, 'must be the name of an app');
const environmentName = z.enum(allEnvironments);
const version = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/, 'must be an image tag');
const pullNumber = z.number().int().min(1);
const login = z.string().regex(/^[a-z0-9-]{1,39}$/, 'must be a login');
const commit = z.string().regex(/^[0-9a-f]{40}$/);
/** An input without fields, which may be left out. */
interface Nothing {
  readonly nothing?: never;
}
const nothing: z.ZodType<Nothing, Nothing> = z.strictObject({});
const done = z.object({});

/** How a version misbehaves: see the commands that do the same to a version that is there already. */
const breaks = z.enum([
  'crash-loop',
  'image-missing',
  'migration-fails',
  'tests-fail',
  'tests-flaky',
  'slow',
]);

const values = z.object({
  imageTag: z.string(),
  automaticDeploysEnabled: z.boolean(),
  promoteDeployment: z.boolean(),
});

/** What the estate says about itself. */
const practiceStatusSchema = z.object({
  speed: z.number(),
  urls: z.object({ git: z.string(), github: z.string(), clusters: z.record(z.string(), z.string()) }),
  /** Commit of the release repo's main. */
  head: commit,
  /** Values by environment and app, at `head`. */
  tags: z.record(z.string(), z.record(z.string(), values)),
  faults: z.object({
    git: gitFaultsSchema,
    github: githubFaultsSchema,
    apps: appFaultsSchema,
    clusters: z.record(z.string(), z.enum(['up', 'refused', 'hanging'])),
  }),
  rights: rightsStateSchema,
});

/**
 * Every scenario: `POST <controlUrl>/<name>` with the input as JSON. A call returns when it has taken effect, not
 * when its consequences are over: those are to be observed where the console observes them.
 */
export const controlCommands = {
  /**
   * A new release of an app: a pull request is merged and tagged in the app's repo, and GitHub Actions' deploy-image
   * starts in integration. `migration` adds one; `breaks` makes the new version misbehave, in all environments or
   * in the given ones (`slow` is the app's, whatever its version, until it is healed). `deploy: false` publishes
   * without deploying; services that are packed into bags are never deployed by this.
   */
  publishRelease: {
    input: z.strictObject({
      app: appName,
      migration: z.boolean().default(false),
      breaks: breaks.optional(),
      environments: z.array(environmentName).min(1).optional(),
      deploy: z.boolean().default(true),
    }),
    output: z.object({
      version: z.string(),
      commit,
      pullRequest: z.number(),
      /** Name of the deploy-image Workflow in integration; null without one. */
      workflow: z.string().nullable(),
    }),
  },
  /**
   * Something happens at the practice Concourse: an image appears and a bag is packed by itself, the next tests or deploys
   * of a team fail, the next tests print many lines, everybody's session ends, or it goes away and comes back.
   */
  concourse: {
    input: z.discriminatedUnion('happens', [
      z.strictObject({ happens: z.literal('image'), service: z.enum(['api', 'admin', 'template-preview']) }),
      z.strictObject({
        happens: z.enum(['tests-fail', 'deploys-fail', 'tests-print']),
        team: z.enum(['preview', 'staging', 'production']),
        count: z.number().int().min(1).max(200_000),
      }),
      /** Of practice time, for deploys that run, too. */
      z.strictObject({ happens: z.literal('deploys-take'), seconds: z.number().int().min(1).max(100_000) }),
      z.strictObject({ happens: z.enum(['sessions-end', 'away', 'back']) }),
    ]),
    output: done,
  },
  /** Containers of a version crash after their start, everywhere or in one environment. */
  makeVersionCrashLoop: {
    input: z.strictObject({ app: appName, version, environment: environmentName.optional() }),
    output: done,
  },
  /** Smoke tests of a version fail: every attempt (`fail`), or the first alone (`flaky`). */
  breakTests: {
    input: z.strictObject({
      app: appName,
      version,
      outcome: z.enum(['fail', 'flaky']),
      environment: environmentName.optional(),
    }),
    output: done,
  },
  /** A suite of an environment that bags come to fails: always (`fail`), or at its next run (`flaky`), or no more. */
  breakSuite: {
    input: z.strictObject({
      environment: z.enum(bagEnvironments),
      suite: z.string(),
      outcome: z.enum(['fail', 'flaky', 'pass']),
    }),
    output: done,
  },
  /** Pods of an app need this many seconds of practice time until they are ready. */
  slowRollout: {
    input: z.strictObject({
      app: appName,
      readySeconds: z.number().min(1).max(3600).default(45),
      environment: environmentName.optional(),
    }),
    output: done,
  },
  /** Takes an app's faults away, in one environment or in all (a fault for all stays when one is named). */
  heal: {
    input: z.strictObject({ app: appName, environment: environmentName.optional() }),
    output: done,
  },
  /** Takes an environment's API away: connections are refused, or open and never answered. */
  clusterDown: {
    input: z.strictObject({
      environment: environmentName,
      how: z.enum(['refused', 'hanging']).default('refused'),
    }),
    output: done,
  },
  clusterUp: { input: z.strictObject({ environment: environmentName }), output: done },
  /**
   * Somebody sets the image of an app's Deployments by hand, past Git (`kubectl set image`). Argo CD puts it back as
   * soon as it looks, unless it is stopped.
   */
  setImage: {
    input: z.strictObject({ app: appName, environment: environmentName, version }),
    output: done,
  },
  /**
   * Sets the sync windows of an environment's AppProject `govuk`: those given replace all others. Schedules go by
   * practice time.
   */
  setSyncWindows: {
    input: z.strictObject({
      environment: environmentName,
      windows: z
        .array(
          z.strictObject({
            kind: z.enum(['allow', 'deny']),
            schedule: z.string(),
            duration: z.string(),
            applications: z.array(z.string()).default(['*']),
            manualSync: z.boolean().default(false),
            timeZone: z.string().optional(),
            description: z.string().optional(),
          }),
        )
        .max(20),
    }),
    output: done,
  },
  /**
   * Has Argo Workflows store the steps of an environment's workflows compressed, as it does by itself with those that
   * grow beyond a megabyte; `on: false`: plainly again. Each workflow changes when it is next worked on.
   */
  compressWorkflows: {
    input: z.strictObject({ environment: environmentName, on: z.boolean() }),
    output: done,
  },
  /** Stops an environment's Argo CD controller, or starts it again (`on: false`): what it is asked for stands meanwhile. */
  stopArgoCd: {
    input: z.strictObject({ environment: environmentName, on: z.boolean() }),
    output: done,
  },
  /** Breaks open watches, of one environment or all; `expire` ends them with 410 Gone. */
  cutWatches: {
    input: z.strictObject({ environment: environmentName.optional(), expire: z.boolean().default(false) }),
    output: done,
  },
  /** Takes the Git server and the GitHub API away. */
  gitDown: { input: nothing, output: done },
  gitUp: { input: nothing, output: done },
  /** Sets single faults of the Git server (latency, bandwidth, refused tokens). */
  setGitFaults: { input: gitFaultsSchema.partial().strict(), output: gitFaultsSchema },
  /** Sets single faults of the GitHub API (latency, failing, rate-limited). */
  setGithubFaults: { input: githubFaultsSchema.partial().strict(), output: githubFaultsSchema },
  /** Cuts the next push within its pack (nothing lands), within its answer or before it (it lands). */
  cutNextPush: {
    input: z.strictObject({ how: z.enum(['during', 'answer', 'unheard']).default('during') }),
    output: done,
  },
  /** Another release manager sets a version in an environment, by a commit on main. */
  deployAsSomeoneElse: {
    input: z.strictObject({ app: appName, environment: environmentName, version }),
    output: z.object({ commit }),
  },
  /** Another release manager holds or releases automatic deploys of an app in an environment's file. */
  holdAsSomeoneElse: {
    input: z.strictObject({
      app: appName,
      environment: environmentName,
      automaticDeploysEnabled: z.boolean(),
    }),
    output: z.object({ commit }),
  },
  /**
   * Another release manager locks an environment that bags come to, by a plain commit: by hand with a reason, or as
   * what their console left behind when it was killed (`killed`).
   */
  lockAsSomeoneElse: {
    input: z.strictObject({
      environment: z.enum(bagEnvironments),
      how: z.enum(['by-hand', 'killed']).default('by-hand'),
      reason: z.string().min(1).max(200).default('Looking into slow letters'),
    }),
    output: z.object({ commit }),
  },
  /** The other release manager gives their lock back. */
  unlockAsSomeoneElse: {
    input: z.strictObject({ environment: z.enum(bagEnvironments) }),
    output: z.object({ commit }),
  },
  /**
   * Changes what the people of the estate may do: the profile, by what main is protected, the scopes of the console's
   * token. What is left out stays. Watches that the console's person has no right to any more are cut.
   */
  setRights: {
    input: z.strictObject({
      profile: practiceRightsSchema.optional(),
      protectedBy: rightsStateSchema.shape.protectedBy.optional(),
      scopes: rightsStateSchema.shape.scopes.optional(),
      approvals: z.array(z.string().max(100)).max(10).optional(),
    }),
    output: rightsStateSchema,
  },
  /** Takes somebody into a team of the organisation, or out of it: the console's person, unless another is named. */
  setTeamMember: {
    input: z.strictObject({
      team: practiceTeamSchema.default('gov-uk-production-deploy'),
      login: login.optional(),
      member: z.boolean(),
    }),
    output: rightsStateSchema,
  },
  /**
   * Changes how sessions at Argo's servers live: `lastSeconds` holds for those that start afterwards. `end` ends those
   * that live now, with the streams that they opened: everywhere, or at one server, of one environment or of one system.
   */
  setArgoSessions: {
    input: z.strictObject({
      lastSeconds: argoSessionsSchema.shape.lastSeconds.optional(),
      proxy: argoSessionsSchema.shape.proxy.optional(),
      end: z
        .strictObject({ environment: environmentName.optional(), system: argoSystemSchema.optional() })
        .optional(),
    }),
    output: argoSessionsSchema,
  },
  /** Signs the console's person in at one of Argo's servers, as its login page would. */
  signInToArgo: {
    input: z.strictObject({ environment: environmentName, system: argoSystemSchema }),
    /** What the header `Authorization` holds, and when the session expires, in milliseconds since 1970. */
    output: z.object({ authorization: z.string(), expiresMs: z.number() }),
  },
  /** Another user reviews a pull request of the release repo: the code owner, unless another is named. */
  reviewPullRequest: {
    input: z.strictObject({
      number: pullNumber,
      by: login.default('odalys-brandt'),
      verdict: z.enum(['approve', 'request-changes', 'comment']).default('approve'),
    }),
    output: done,
  },
  /** Another user merges it, as GitHub lets them. */
  mergePullRequest: {
    input: z.strictObject({
      number: pullNumber,
      by: login.default('odalys-brandt'),
      method: z.enum(['merge', 'squash', 'rebase']).default('merge'),
    }),
    output: z.object({ commit }),
  },
  /** Another user closes it without merging. */
  closePullRequest: {
    input: z.strictObject({ number: pullNumber, by: login.default('odalys-brandt') }),
    output: done,
  },
  /** How the release repo treats pull requests ("Update a repository"); what is left out stays. */
  setPullRequests: {
    input: z.strictObject({
      allowAutoMerge: z.boolean().optional(),
      mergeMethods: z
        .array(z.enum(['merge', 'squash', 'rebase']))
        .min(1)
        .optional(),
      deleteBranchOnMerge: z.boolean().optional(),
      mergeQueue: z
        .strictObject({ waitMs: z.number().nonnegative(), fails: z.boolean().default(false) })
        .nullable()
        .optional(),
    }),
    output: done,
  },
  /** Milliseconds of practice time per millisecond. Waits that already run change with it. */
  /** What Slack, the Release app and the webhook were told since the estate started. */
  received: { input: nothing, output: receivedSchema },
  /** How they behave from now on. */
  setReceivers: {
    input: z.strictObject({
      slack: receiverModeSchema.optional(),
      release: receiverModeSchema.optional(),
      webhook: receiverModeSchema.optional(),
    }),
    output: done,
  },
  /** What the Release app has of an app from now on. */
  setReleaseApp: { input: releaseAppSchema.extend({ app: z.string() }), output: done },

  setSpeed: { input: z.strictObject({ speed: z.number().min(1).max(10_000) }), output: done },
  /** Writes all that the estate holds to its state folder, so that a kill of the estate loses nothing of it. */
  save: { input: nothing, output: done },
  status: { input: nothing, output: practiceStatusSchema },
  /** The first day again: repos, clusters and faults are made again; addresses and tokens stay. */
  reset: { input: nothing, output: done },
} as const;

export type ControlCommands = typeof controlCommands;
export type ControlCommand = keyof ControlCommands;
export type ControlInput<C extends ControlCommand> = z.input<ControlCommands[C]['input']>;
export type ControlOutput<C extends ControlCommand> = z.output<ControlCommands[C]['output']>;

/** The body of a refused call. */
export const controlErrorSchema = z.object({
  error: z.object({
    code: z.enum(['unauthorised', 'not-found', 'invalid-input', 'conflict', 'internal']),
    message: z.string(),
  }),
});
export type ControlErrorCode = z.infer<typeof controlErrorSchema>['error']['code'];
