import { z } from 'zod';
import type { WatchedPipeline } from '../concourse/pipeline-names';
import { chainOfNames, pipelineName } from './bags-pipeline';
import { name } from './estate-name';

/** A name in a Concourse: of a team, a pipeline, a job or a resource (`atc/identifiers.go`: letters, digits, `-`, `_`, `.`). */
const identifier = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}\-_.]*$/u, 'must be a name as Concourse takes it');
const jobs = z.array(identifier);

const stageSchema = z.strictObject({
  team: identifier.describe('The team that the environment’s pipeline belongs to.'),
  pipeline: identifier.default('deploy-notify').describe('The pipeline.'),
  tests: jobs
    .min(1)
    .optional()
    .describe('The jobs that test a bag in this environment. Missing: as in `jobs.tests`.'),
  periodic: jobs
    .optional()
    .describe('The jobs that test every so often in this environment. Missing: as in `jobs.periodic`.'),
});

const jobsSchema = z.strictObject({
  packBag: identifier.default('pack-bag').describe('Packs a bag, in the first environment.'),
  startDeploy: identifier.default('start-deploy').describe('Takes the environment’s lock for a bag.'),
  deploy: jobs.min(1).default(['deploy']).describe('The jobs that deploy it, in their order.'),
  tests: jobs.min(1).default(['test']).describe('The jobs that test it.'),
  completion: identifier
    .default('signal-deploy-completion')
    .describe('Records that it passed, and releases the lock.'),
  forceUnlock: identifier
    .nullable()
    .default('force-unlock-pipeline')
    .describe('Releases the lock whoever holds it. `null`: there is no such job.'),
  periodic: jobs.default([]).describe('The jobs that test every so often, whatever is deployed.'),
});

/**
 * A chain of bags that a Concourse deploys: a team and pipeline per environment (docs/concourse.md). What is left out is
 * as GOV.UK Notify calls it.
 */
export const concoursePipelineSchema = z.strictObject({
  kind: z.literal('concourse').describe('All services move together, as one bag that a Concourse deploys.'),
  name: pipelineName,
  environments: chainOfNames,
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
    .refine((url) => new URL(url).username === '' && new URL(url).password === '', {
      error: 'must not contain a user or password: enter them in Settings → Credentials',
    })
    .describe('The address of Concourse’s web page, such as `https://ci.example.org`.'),
  stages: z
    .record(name, stageSchema)
    .describe('Where each environment’s pipeline is; every environment of the chain has one.'),
  jobs: jobsSchema.prefault({}).describe('The jobs by what they do. Missing: as GOV.UK Notify calls them.'),
  bag: z
    .strictObject({
      resource: identifier.default('deployment-bag').describe('The resource whose versions are the bags.'),
      number: z
        .string()
        .min(1)
        .default('number')
        .describe(
          'The member of a version that holds the bag’s number; of a text such as `bag-0041`, the digits at its end.',
        ),
      services: z
        .record(z.string().min(1), name)
        .optional()
        .describe(
          'What names the services’ versions: members of the bag’s version or metadata, by service. Missing: every member that ends in `-image`.',
        ),
    })
    .prefault({})
    .describe('The bag. Missing: as GOV.UK Notify has it.'),
  lock: z
    .strictObject({
      resource: identifier.default('environment-lock').describe('The pool resource that is the lock.'),
    })
    .prefault({})
    .describe('The environment’s lock. Missing: as GOV.UK Notify has it.'),
});
export type ConcoursePipeline = z.infer<typeof concoursePipelineSchema>;

/** What is wrong with such a pipeline beyond its shape: place, value and reason of each. */
export function concourseProblems({
  environments,
  stages,
}: ConcoursePipeline): [string[], unknown, string][] {
  return [
    ...environments.flatMap((environment): [string[], unknown, string][] =>
      stages[environment] ? [] : [[['stages'], stages, `lacks the environment "${environment}"`]],
    ),
    ...Object.keys(stages).flatMap((environment): [string[], unknown, string][] =>
      environments.includes(environment)
        ? []
        : [[['stages', environment], environment, `"${environment}" is not in this pipeline`]],
    ),
  ];
}

/** What is watched of it, by environment. */
export const watchedOf = ({ environments, stages, jobs, bag, lock }: ConcoursePipeline): WatchedPipeline[] =>
  environments.flatMap((environment, index) => {
    const stage = stages[environment];
    if (!stage) return [];
    return [
      {
        environment,
        place: { team: stage.team, pipeline: stage.pipeline },
        jobs: {
          ...jobs,
          packBag: index === 0 ? jobs.packBag : null,
          tests: stage.tests ?? jobs.tests,
          periodic: stage.periodic ?? jobs.periodic,
        },
        bagResource: bag.resource,
        lockResource: lock.resource,
      },
    ];
  });
