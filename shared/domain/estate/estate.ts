import { z } from 'zod';
import { parseLabelSelector } from '../go/label-selector';
import { registrySchema } from './registry-place';

/** Layout of GOV.UK's release repo, and the default. */
export const defaultImageTagPath = 'charts/app-config/image-tags/{environment}/{app}';

const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'must be 1–63 of letters, digits, ".", "_", "-", beginning with a letter or digit',
  );

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
  /** Base of the REST API: `https://api.github.com`, or `https://<host>/api/v3`. */
  apiUrl: httpUrl,
  owner: name,
  repo: name,
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
  applications: labelSelector,
  deployments: labelSelector,
  statefulsets: labelSelector,
  daemonsets: labelSelector,
  replicasets: labelSelector,
  pods: labelSelector,
  /** Hooks' Jobs that lack the labels are not seen either. */
  jobs: labelSelector,
  workflows: labelSelector,
});
export type ClusterLabels = z.infer<typeof labels>;

const cluster = z.strictObject({
  /** Name of the kubeconfig's context. */
  context: z.string().min(1),
  /** Path of the kubeconfig; absent: the usual one of kubectl. */
  kubeconfig: z.string().min(1).optional(),
  argoNamespace: z.string().min(1).default('cluster-services'),
  workflowsNamespace: z.string().min(1).default('apps'),
  appsNamespace: z.string().min(1).default('apps'),
  labels: labels.default({}),
  /** The Application that renders all the others. */
  parentApplication: z.string().min(1).default('app-config'),
});

/** An environment: a place to deploy to. `production` is treated with more care. */
const environmentSchema = z.strictObject({
  name,
  tier: z.enum(['production', 'standard']).default('standard'),
  cluster: cluster.optional(),
});

/** A name that becomes part of a Kubernetes object's name (RFC 1123 label). */
const label = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/,
    'must be 1–40 of lower-case letters, digits and "-", beginning and ending with a letter or digit',
  );

/**
 * Texts by name. In them `{bag}` (sequence number), `{pipeline}`, `{environment}`, `{operation}` and
 * `{version:<service>}` (image tag of a service in the bag) are filled in.
 */
const parameters = z.record(z.string().min(1), z.string());

/** A run of an Argo WorkflowTemplate in the environment's `workflowsNamespace`: `Succeeded` is done, anything else has failed. */
const workflowJob = z.strictObject({
  kind: z.literal('workflow'),
  /** What people call it; unique within the environment's jobs. Absent: the template's name. */
  name: label.optional(),
  /** Name of the WorkflowTemplate. */
  template: label,
  parameters: parameters.default({}),
});

/** A run of a GitHub Actions workflow with a `workflow_dispatch` trigger: conclusion `success` is done. */
const githubWorkflowJob = z.strictObject({
  kind: z.literal('github-workflow'),
  /** Absent: the workflow's file name without its ending. */
  name: label.optional(),
  /** Absent: the owner of `sources.github`, else of `ledger.github`. */
  owner: name.optional(),
  repo: name,
  /** File name of the workflow (`deploy.yml`). */
  workflow: z.string().regex(/^[A-Za-z0-9._-]+\.ya?ml$/, 'must be the file name of a workflow'),
  /** Branch or tag whose workflow is run. */
  ref: z.string().min(1).default('main'),
  inputs: parameters.default({}),
});

/** All image tags of the bag set in one commit, then waited for until every app of it is synced and healthy. */
const imageTagsJob = z.strictObject({ kind: z.literal('image-tags'), name: label.default('services') });

const deployJobSchema = z.discriminatedUnion('kind', [imageTagsJob, workflowJob, githubWorkflowJob]);
const testJobSchema = z.discriminatedUnion('kind', [workflowJob, githubWorkflowJob]);
export type DeployJob = z.infer<typeof deployJobSchema>;

/**
 * A test suite that runs every so often, whatever is deployed. Always an Argo workflow: its object's name holds the
 * period, so that the API server itself keeps several consoles from running it twice.
 */
const periodicSchema = workflowJob.omit({ kind: true }).extend({
  everyMinutes: z.number().int().min(1).max(10_080),
});

/** What deploying a bag to one environment means, and what testing it there. */
const stageSchema = z.strictObject({
  /** One after the other, in this order; the first that fails ends it. */
  deploy: z.array(deployJobSchema).min(1),
  /** All at the same time; the bag passes when all have passed. */
  tests: z.array(testJobSchema).default([]),
  periodic: z.array(periodicSchema).default([]),
  /** Whether new bags go on into this environment by themselves, until somebody switches it off. Absent: as the pipeline. */
  autopilot: z.boolean().optional(),
});

/** What people call a job: its own name, or that of what it runs. */
export const jobName = (job: DeployJob | z.infer<typeof periodicSchema>): string =>
  job.name ??
  ('template' in job ? job.template : 'workflow' in job ? job.workflow.replace(/\.ya?ml$/, '') : '');

/**
 * A chain in which a bag, a snapshot of the versions of all services, is packed in the first environment and then
 * deployed and tested as one unit, environment by environment (docs/bags.md).
 */
const bagsPipelineSchema = z.strictObject({
  kind: z.literal('bags'),
  name,
  environments: z.array(name).min(1),
  /** The apps that a bag holds; each has an image-tag file in every environment of the chain. */
  services: z.array(name).min(1),
  /** By environment; every environment of the chain has one. */
  stages: z.record(name, stageSchema),
  /** Continuous deployment while a console has its autopilot on. */
  autopilot: z.boolean().default(true),
  /** Whether autopilots pack a bag by themselves when a new image was published; a switch in the ledger says otherwise. */
  packAutomatically: z.boolean().default(false),
});
export type BagsPipeline = z.infer<typeof bagsPipelineSchema>;

/** A pipeline: a chain of environments in the order in which versions travel. */
const pipelineSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('apps'), name, environments: z.array(name).min(1) }),
  bagsPipelineSchema,
]);

/** Where the release repo is and how commits land on its branch. */
const ledgerSchema = z.strictObject({
  /** https, http, ssh, file URL, scp-like address (`git@host:path`) or a local path; never with a password inside, http(s) without any user. */
  url: z
    .string()
    .min(1)
    .max(2000, { abort: true })
    .refine((url) => !/^[a-z]+:\/\/[^/@]*:[^/@]*@/i.test(url), {
      error: 'must not contain a password: enter it in Settings → Credentials',
    })
    // GitHub takes a token in the place of the user's name: it would stand in arguments, on screen and in the mirror.
    .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), {
      error: 'must not contain a user or token: enter them in Settings → Credentials',
    })
    .refine((url) => !url.startsWith('-'), { error: 'must not begin with "-"' })
    .refine((url) => !/^[a-z0-9+.-]+::/i.test(url), { error: 'must not name a remote helper' }),
  branch: z
    .string()
    .max(250, { abort: true })
    .regex(
      /^(?![-/.])(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)))[^\s~^:?*[\\\u007f]+(?<![/.])$/,
      'must be a branch name',
    )
    .default('main'),
  /** `push`: fast-forward push. `merge-branch`: a short-lived branch, merged by GitHub's merges API. */
  landing: z.enum(['push', 'merge-branch']).default('push'),
  github: github.optional(),
  imageTagPath: imageTagPath.default(defaultImageTagPath),
});

/** What is wrong with a pipeline of bags beyond its shape: place, value and reason of each. */
function bagsProblems(
  pipeline: BagsPipeline,
  estate: { ledger: { github?: unknown }; sources?: { github?: unknown } | undefined },
): [path: string[], input: unknown, message: string][] {
  const found: [string[], unknown, string][] = [];
  const { environments, services, stages } = pipeline;
  if (new Set(services).size !== services.length)
    found.push([['services'], services, 'lists a service twice']);
  for (const environment of environments)
    if (!stages[environment]) found.push([['stages'], stages, `lacks the environment "${environment}"`]);
  for (const [environment, stage] of Object.entries(stages)) {
    const place = ['stages', environment];
    if (!environments.includes(environment))
      found.push([place, environment, `"${environment}" is not in this pipeline`]);
    const jobs = [...stage.deploy, ...stage.tests];
    const names = [...jobs, ...stage.periodic].map(jobName);
    const twice = names.find((one, index) => names.indexOf(one) !== index);
    if (twice !== undefined)
      found.push([place, twice, `has two jobs called "${twice}": give one of them a \`name\``]);
    if (
      jobs.some((job) => job.kind === 'github-workflow') &&
      !estate.sources?.github &&
      !estate.ledger.github
    )
      found.push([place, environment, 'needs `sources.github` or `ledger.github` for its GitHub workflow']);
  }
  return found;
}

/** All that one console watches: the content of `signalbox.yaml`. */
export const estateSchema = z
  .strictObject({
    name: z.string().min(1),
    ledger: ledgerSchema,
    environments: z.array(environmentSchema).min(1),
    pipelines: z.array(pipelineSchema).default([]),
    /**
     * The apps' own repos, for tags, branches, commits and migrations. With `github` its API is asked; without it the
     * repos are read over plain Git, with the ledger's credentials where they lie on the ledger's host. `urlTemplate` is
     * any address that git takes, `{app}` in it the app's name.
     */
    sources: z
      .strictObject({
        urlTemplate: z
          .string()
          .refine((url) => url.split('{app}').length === 2, { error: 'must contain {app} once' }),
        github: z.strictObject({ apiUrl: httpUrl, owner: name }).optional(),
        /** The names of repos that are not called like their app: `{app}` in the address, and the repo at GitHub. */
        repos: z.record(z.string().min(1), name).default({}),
      })
      .optional(),
    /** Where the apps' images are; absent: no registry is asked, and a tag or commit of the app's repo counts as published. */
    registry: registrySchema.optional(),
    /** Set on the practice estate only: where its scenarios are driven from. */
    practice: z.strictObject({ controlUrl: httpUrl }).optional(),
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
    });
    estate.pipelines.forEach((pipeline, index) => {
      const complain = (path: (string | number)[], input: unknown, message: string): void => {
        context.issues.push({ code: 'custom', input, path: ['pipelines', index, ...path], message });
      };
      if (estate.pipelines.findIndex((one) => one.name === pipeline.name) !== index)
        complain(['name'], pipeline.name, `"${pipeline.name}" is listed twice`);
      if (pipeline.kind === 'bags') for (const one of bagsProblems(pipeline, estate)) complain(...one);
      pipeline.environments.forEach((environment, place) => {
        if (!seen.has(environment) || pipeline.environments.indexOf(environment) !== place)
          context.issues.push({
            code: 'custom',
            input: environment,
            path: ['pipelines', index, 'environments', place],
            message: seen.has(environment)
              ? `"${environment}" is listed twice`
              : `there is no environment "${environment}"`,
          });
      });
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
