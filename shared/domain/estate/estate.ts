import { z } from 'zod';
import { parseLabelSelector } from '../go/label-selector';
import { checkPolicySchema } from '../preflight/check-policy';
import { nearest } from '../text/nearest';
import { announceProblems, announceSchema } from './announce';
import { argoServersSchema } from './argo-servers';
import { bagsPipelineSchema, bagsProblems, chainOfNames, pipelineName } from './bags-pipeline';
import { clusterExecSchema } from './cluster-exec';
import { concoursePipelineSchema, concourseProblems } from './concourse-pipeline';
import { deployHoursSchema, isTimeZone } from './deploy-hours';
import { name } from './estate-name';
import { migrationPatterns, pathPatternSchema } from './path-pattern';
import { registrySchema } from './registry-place';
import { routesSchema, teamSchema } from './routes';
import { routeProblems } from './routes-of';
import { namesAccount } from './url-account';

/** Layout of GOV.UK's release repo, and the default. */
export const defaultImageTagPath = 'charts/app-config/image-tags/{environment}/{app}';

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });

/** A path template with `{environment}` and `{app}`, each once, each a whole segment or part of one. */
const imageTagPath = z
  .string()
  .refine((path) => path.split('{environment}').length === 2 && path.split('{app}').length === 2, {
    error: 'must contain {environment} and {app}, once each',
  })
  .refine(
    (path) =>
      path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part !== '.git'),
    {
      error: 'must be a relative path inside the repo, without "." or ".." parts',
    },
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  .refine((path) => !/[\u0000-\u001f\u007f\\]/.test(path), {
    error: 'must not contain control characters or backslashes',
  });

const github = z.strictObject({
  apiUrl: httpUrl.describe('Base of the REST API: `https://api.github.com`, or `https://<host>/api/v3`.'),
  owner: name.describe('The owner of the release repo.'),
  repo: name.describe('The release repo’s name.'),
  clientId: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be a client ID')
    .optional()
    .describe(
      'The client ID of an OAuth app or GitHub App that lets people sign in by a code (device flow); it is no secret. Missing: they enter a token.',
    ),
});

/** A label selector as `kubectl get -l` takes it. */
const labelSelector = z
  .string()
  .refine((text) => parseLabelSelector(text) !== null, {
    error: 'must be a label selector as kubectl takes it, such as "team=publishing,tier in (web,worker)"',
  })
  .optional();

/**
 * Which objects of the namespaces are this environment's, by kind, chosen by the API server. A kind without a selector is
 * seen whole. Sync windows' projects, the parent Application, the pods of hooks' Jobs and those of workflows are seen
 * whatever their labels: Argo and Kubernetes make them without the app's. ReplicaSets and pods have the labels of the pod
 * template, not those of their Deployment. What a selector of workflows demands by `=` is put on the workflows that
 * Signalbox submits.
 */
const labels = z.strictObject({
  applications: labelSelector.describe(
    'Of Argo CD’s Applications. Missing: all are seen; so for every kind.',
  ),
  deployments: labelSelector.describe('Of Deployments.'),
  statefulsets: labelSelector.describe('Of StatefulSets.'),
  daemonsets: labelSelector.describe('Of DaemonSets.'),
  replicasets: labelSelector.describe('Of ReplicaSets, which have the labels of the pod template.'),
  pods: labelSelector.describe('Of pods, which have the labels of the pod template.'),
  jobs: labelSelector.describe('Of Jobs. Hooks’ Jobs that lack the labels are not seen either.'),
  workflows: labelSelector.describe(
    'Of workflows. What it demands by `=` is put on the workflows that Signalbox submits.',
  ),
});
export type ClusterLabels = z.infer<typeof labels>;

/** How an environment's cluster is reached, and where in it what lies. */
export const clusterSchema = z.strictObject({
  context: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The name of the kubeconfig’s context. Missing: the Kubernetes API is not asked; what `argo` names shows the environment alone.',
    ),
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe('Path of the kubeconfig. Missing: the usual one of kubectl.'),
  exec: clusterExecSchema
    .optional()
    .describe('How the kubeconfig’s login command is run. Missing: as the kubeconfig says.'),
  argoNamespace: z
    .string()
    .min(1)
    .default('cluster-services')
    .describe('The namespace of Argo CD and its Applications.'),
  workflowsNamespace: z.string().min(1).default('apps').describe('The namespace of Argo’s workflows.'),
  appsNamespace: z.string().min(1).default('apps').describe('The namespace that the apps run in.'),
  labels: labels
    .default({})
    .describe(
      'Which objects are this environment’s, where several share a namespace: label selectors by kind.',
    ),
  parentApplication: z
    .string()
    .min(1)
    .default('app-config')
    .describe('The Argo CD Application that renders all the others.'),
});

/** An environment: a place to deploy to. `production` is treated with more care. */
const environmentSchema = z.strictObject({
  name: name.describe('What people call it; image-tag files and records name it so.'),
  tier: z
    .enum(['production', 'standard'])
    .default('standard')
    .describe('`production` is treated with more care.'),
  cluster: clusterSchema
    .optional()
    .describe(
      'How its cluster is reached. Missing: of what runs there, only what the servers in `argo` show is seen.',
    ),
  argo: argoServersSchema
    .optional()
    .describe('Argo’s own servers. Missing: Argo is seen through the Kubernetes API alone.'),
  routes: routesSchema
    .optional()
    .describe('How changes for this environment land, in order of preference. Missing: as in its pipeline.'),
  team: teamSchema.optional(),
  checks: checkPolicySchema.optional(),
  deployHours: deployHoursSchema
    .optional()
    .describe(
      'When people deploy there: outside of these hours a deployment by hand warns, and a rollback does not; what deploys by itself is not held back. `{}`: GOV.UK’s hours. Missing: at any time.',
    ),
});

/** What an environment's cluster lacks: without a context only Argo's servers show anything of it. */
function clusterProblems({ cluster, argo }: z.infer<typeof environmentSchema>): [string, string][] {
  if (!cluster || cluster.context !== undefined) return [];
  if (cluster.kubeconfig !== undefined) return [['kubeconfig', 'needs `context` beside it']];
  return argo?.cd || argo?.workflows
    ? []
    : [['context', 'is required where `argo` names no server of the environment']];
}

/** A pipeline: a chain of environments in the order in which versions travel. */
const pipelineSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('apps').describe('Every app moves alone.'),
    name: pipelineName,
    environments: chainOfNames,
    routes: routesSchema
      .optional()
      .describe('How changes for its environments land, in order of preference. Missing: as in `ledger`.'),
  }),
  bagsPipelineSchema,
  concoursePipelineSchema,
]);

/** The address of a Git repo, as the estate file may name one. */
const repoUrl = z
  .string()
  .min(1)
  .max(2000, { abort: true })
  .refine((url) => !/^[a-z]+:\/\/[^/@]*:[^/@]*@/i.test(url), {
    error: 'must not contain a password: enter it in Settings → Credentials',
  })
  // GitHub takes a token in the place of the user's name: it would stand in arguments, on screen and in the mirror.
  .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url) && !namesAccount(url), {
    error: 'must not contain a user or token: enter them in Settings → Credentials',
  })
  .refine((url) => !url.startsWith('-'), { error: 'must not begin with "-"' })
  .refine((url) => !/^[a-z0-9+.-]+::/i.test(url), { error: 'must not name a remote helper' });

const branchName = z
  .string()
  .max(250, { abort: true })
  .regex(
    /^(?![-/.])(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)))[^\s~^:?*[\\\u007f]+(?<![/.])$/,
    'must be a branch name',
  );

/** Where the release repo is and how commits land on its branch. */
const ledgerSchema = z.strictObject({
  url: repoUrl.describe(
    'The release repo: https, http, ssh, file URL, scp-like address (`git@host:path`) or a local path; never with a password inside, http(s) without any user.',
  ),
  branch: branchName.default('main').describe('The branch that Argo CD follows.'),
  records: z
    .strictObject({
      url: repoUrl
        .optional()
        .describe(
          'A repo of their own. The credentials of the release repo go there only where both are on one host. Missing: the release repo.',
        ),
      branch: branchName.describe(
        'Their branch: one of its own, not the branch that Argo CD follows. Signalbox creates it after asking.',
      ),
    })
    .optional()
    .describe(
      'Where records lie (`.signalbox/`: locks, bags, holds and so on), so that a protected branch does not close them; they always land by `push`. Missing: on the branch of the image tags.',
    ),
  landing: z
    .enum(['push', 'merge-branch'])
    .default('push')
    .describe(
      'How commits land: `push` is a fast-forward push; `merge-branch` a short-lived branch, merged by GitHub’s merges API, which a protected branch needs.',
    ),
  routes: routesSchema
    .optional()
    .describe(
      'How changes land on the branch, in order of preference; the first that the person may use is taken. Missing: as `landing` says.',
    ),
  github: github
    .optional()
    .describe(
      'The release repo at GitHub; needed for `merge-branch` and `pull-request`. Missing: GitHub is not asked about it.',
    ),
  imageTagPath: imageTagPath
    .default(defaultImageTagPath)
    .describe('Where image-tag files lie: a relative path with `{environment}` and `{app}`, once each.'),
});

/** What is wrong with the name of an environment that the file does not have, and what was meant. */
function noSuchEnvironment(typed: string, known: Iterable<string>): string {
  const meant = nearest(typed, [...known]);
  return `there is no environment "${typed}"${meant ? `: did you mean "${meant}"?` : ''}`;
}

/** All that one console watches: the content of `signalbox.yaml`. */
export const estateSchema = z
  .strictObject({
    name: z.string().min(1).describe('What people call the estate.'),
    timeZone: z
      .string()
      .refine(isTimeZone, { error: 'must be a time zone such as "Europe/London"' })
      .default('Europe/London')
      .describe('The team’s time zone, by its IANA name: times of freezes are typed and told in it.'),
    ledger: ledgerSchema.describe('The release repo, and how commits land on its branch.'),
    environments: z.array(environmentSchema).min(1).describe('The places to deploy to.'),
    pipelines: z.array(pipelineSchema).default([]).describe('Chains of environments.'),
    /**
     * The apps' own repos, for tags, branches, commits and migrations. With `github` its API is asked; without it the
     * repos are read over plain Git, with the ledger's credentials where they lie on the ledger's host. `urlTemplate` is
     * any address that git takes, `{app}` in it the app's name.
     */
    sources: z
      .strictObject({
        urlTemplate: z
          .string()
          .refine((url) => url.split('{app}').length === 2, { error: 'must contain {app} once' })
          .describe(
            'The address of an app’s repo, with `{app}` once where its name comes: any that git takes.',
          ),
        github: z
          .strictObject({
            apiUrl: httpUrl.describe('Base of the REST API.'),
            owner: name.describe('The owner of the apps’ repos.'),
          })
          .optional()
          .describe('Missing: the repos are read over plain Git.'),
        repos: z
          .record(z.string().min(1), name)
          .default({})
          .describe('The names of repos that are not called like their app, by the app’s name.'),
        migrations: z
          .array(pathPatternSchema)
          .max(50)
          .default([...migrationPatterns])
          .describe(
            'Files that are database migrations: `*` is anything but a slash, `**` anything; a pattern begins in any folder, with a slash in front at the root. Missing: Rails, Alembic, Django and plain SQL.',
          ),
      })
      .optional()
      .describe(
        'The apps’ own repos, for tags, branches, commits and migrations. Missing: nothing is known of an app but what the release repo and the registry say.',
      ),
    registry: registrySchema
      .optional()
      .describe(
        'Where the apps’ images are. Missing: no registry is asked, and a tag or commit of the app’s repo counts as published.',
      ),
    announce: announceSchema
      .optional()
      .describe('Whom Signalbox tells what happened, once a person switched it on. Missing: nobody.'),
    practice: z
      .strictObject({ controlUrl: httpUrl.describe('Where its scenarios are driven from.') })
      .optional()
      .describe('Set on the practice estate only.'),
  })
  .check((context) => {
    const estate = context.value;
    const seen = new Set<string>();
    estate.environments.forEach((environment, index) => {
      if (seen.has(environment.name))
        context.issues.push({
          code: 'custom',
          input: environment.name,
          path: ['environments', index, 'name'],
          message: `"${environment.name}" is listed twice`,
        });
      seen.add(environment.name);
      for (const [path, message] of clusterProblems(environment))
        context.issues.push({
          code: 'custom',
          input: environment,
          path: ['environments', index, 'cluster', path],
          message,
        });
    });
    estate.pipelines.forEach((pipeline, index) => {
      const complain = (path: (string | number)[], input: unknown, message: string): void => {
        context.issues.push({ code: 'custom', input, path: ['pipelines', index, ...path], message });
      };
      if (estate.pipelines.findIndex((one) => one.name === pipeline.name) !== index)
        complain(['name'], pipeline.name, `"${pipeline.name}" is listed twice`);
      if (pipeline.kind === 'bags') for (const one of bagsProblems(pipeline, estate)) complain(...one);
      if (pipeline.kind === 'concourse') for (const one of concourseProblems(pipeline)) complain(...one);
      pipeline.environments.forEach((environment, place) => {
        if (!seen.has(environment) || pipeline.environments.indexOf(environment) !== place)
          context.issues.push({
            code: 'custom',
            input: environment,
            path: ['pipelines', index, 'environments', place],
            message: seen.has(environment)
              ? `"${environment}" is listed twice`
              : noSuchEnvironment(environment, seen),
          });
      });
    });
    for (const [path, input, message] of [...routeProblems(estate), ...announceProblems(estate)])
      context.issues.push({ code: 'custom', input, path, message });
    const { records } = estate.ledger;
    if (records?.branch === estate.ledger.branch && (records.url ?? estate.ledger.url) === estate.ledger.url)
      context.issues.push({
        code: 'custom',
        input: records,
        path: ['ledger', 'records', 'branch'],
        message: 'must not be the branch of the image tags',
      });
    if (estate.ledger.landing === 'merge-branch' && !estate.ledger.github)
      context.issues.push({
        code: 'custom',
        input: estate.ledger,
        path: ['ledger', 'github'],
        message: 'is required for landing "merge-branch"',
      });
  });
export type Estate = z.infer<typeof estateSchema>;
