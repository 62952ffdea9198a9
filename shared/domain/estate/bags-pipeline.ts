import { z } from 'zod';
import { name } from './estate-name';

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
const filled =
  'By name. `{bag}`, `{pipeline}`, `{environment}`, `{operation}` and `{version:<service>}` are filled in.';

/** A run of an Argo WorkflowTemplate in the environment's `workflowsNamespace`: `Succeeded` is done, anything else has failed. */
const workflowJob = z.strictObject({
  kind: z.literal('workflow').describe('A run of an Argo WorkflowTemplate in the environment.'),
  name: label
    .optional()
    .describe('What people call it; unique within the environment’s jobs. Missing: the template’s name.'),
  template: label.describe('The name of the WorkflowTemplate.'),
  parameters: parameters.default({}).describe(`The workflow’s parameters. ${filled}`),
});

/** A run of a GitHub Actions workflow with a `workflow_dispatch` trigger: conclusion `success` is done. */
const githubWorkflowJob = z.strictObject({
  kind: z
    .literal('github-workflow')
    .describe('A run of a GitHub Actions workflow with a `workflow_dispatch` trigger.'),
  name: label
    .optional()
    .describe('What people call it. Missing: the workflow’s file name without its ending.'),
  owner: name.optional().describe('Missing: the owner of `sources.github`, else of `ledger.github`.'),
  repo: name.describe('The repo of the workflow.'),
  workflow: z
    .string()
    .regex(/^[A-Za-z0-9._-]+\.ya?ml$/, 'must be the file name of a workflow')
    .describe('The file name of the workflow, such as `deploy.yml`.'),
  ref: z.string().min(1).default('main').describe('The branch or tag whose workflow is run.'),
  inputs: parameters.default({}).describe(`The workflow’s inputs. ${filled}`),
});

/** All image tags of the bag set in one commit, then waited for until every app of it is synced and healthy. */
const imageTagsJob = z.strictObject({
  kind: z
    .literal('image-tags')
    .describe('All image tags of the bag are set in one commit; then Signalbox waits for each of its apps.'),
  name: label.default('services').describe('What people call it.'),
});

const deployJobSchema = z.discriminatedUnion('kind', [imageTagsJob, workflowJob, githubWorkflowJob]);
const testJobSchema = z.discriminatedUnion('kind', [workflowJob, githubWorkflowJob]);
export type DeployJob = z.infer<typeof deployJobSchema>;

/**
 * A test suite that runs every so often, whatever is deployed. Always an Argo workflow: its object's name holds the
 * period, so that the API server itself keeps several consoles from running it twice.
 */
const periodicSchema = workflowJob.omit({ kind: true }).extend({
  everyMinutes: z.number().int().min(1).max(10_080).describe('Minutes from one run to the next.'),
});

/** What deploying a bag to one environment means, and what testing it there. */
const stageSchema = z.strictObject({
  deploy: z
    .array(deployJobSchema)
    .min(1)
    .describe('What deploying means: one job after the other; the first that fails ends it.'),
  tests: z
    .array(testJobSchema)
    .default([])
    .describe('Test suites, all at the same time; the bag passes when all have passed.'),
  periodic: z
    .array(periodicSchema)
    .default([])
    .describe('Test suites that run every so often, whatever is deployed.'),
  autopilot: z
    .boolean()
    .optional()
    .describe('Whether new bags go on into this environment automatically. Missing: as the pipeline.'),
});

/** What people call a job: its own name, or that of what it runs. */
export const jobName = (job: DeployJob | z.infer<typeof periodicSchema>): string =>
  job.name ??
  ('template' in job ? job.template : 'workflow' in job ? job.workflow.replace(/\.ya?ml$/, '') : '');

export const pipelineName = name.describe('What people call it; records name it so.');
export const chainOfNames = z
  .array(name)
  .min(1)
  .describe('The environments, in the order in which versions travel.');

/**
 * A chain in which a bag, a snapshot of the versions of all services, is packed in the first environment and then
 * deployed and tested as one unit, environment by environment (docs/bags.md).
 */
export const bagsPipelineSchema = z.strictObject({
  kind: z.literal('bags').describe('All services move together, as one bag.'),
  name: pipelineName,
  environments: chainOfNames,
  services: z
    .array(name)
    .min(1)
    .describe('The apps that a bag holds; each has an image-tag file in every environment of the chain.'),
  stages: z
    .record(name, stageSchema)
    .describe('What deploying and testing means, by environment; every environment of the chain has one.'),
  autopilot: z
    .boolean()
    .default(true)
    .describe('Whether bags go on automatically while a console has its autopilot on.'),
  packAutomatically: z
    .boolean()
    .default(false)
    .describe(
      'Whether autopilots pack a bag when a new image was published. A switch in the release repo overrides it.',
    ),
});
export type BagsPipeline = z.infer<typeof bagsPipelineSchema>;

/** What is wrong with a pipeline of bags beyond its shape: place, value and reason of each. */
export function bagsProblems(
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
