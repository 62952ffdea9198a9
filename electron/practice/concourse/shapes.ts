import type { Build, CheckBuild, Job, Pipeline, Resource, Version } from './model';

/** Answers of the API in the shapes of `atc/api/present` and of the recorded ones: what is not set is left out. */

/** Go's zero time in unix seconds, which summaries write for "no time". */
const noTime = -62_135_596_800;

const placeOf = ({ config, id }: Pipeline) => ({
  team_name: config.team,
  pipeline_id: id,
  pipeline_name: config.name,
});

const commentOf = ({ comment }: Build) => (comment ? { comment } : {});

/** A build by itself, and in lists of builds. @param isOwn whether whoever asks is of the team: comments are for them */
export const buildShape = (build: Build, isOwn = false): object => ({
  id: build.id,
  name: build.name,
  status: build.status,
  api_url: `/api/v1/builds/${build.id}`,
  job_name: build.job.config.name,
  ...placeOf(build.job.pipeline),
  ...(build.startedAt === null ? {} : { start_time: build.startedAt }),
  ...(build.endedAt === null ? {} : { end_time: build.endedAt }),
  ...(build.reapedAt === null ? {} : { reap_time: build.reapedAt }),
  ...(build.rerunOf
    ? { rerun_number: build.rerunNumber, rerun_of: { id: build.rerunOf.id, name: build.rerunOf.name } }
    : {}),
  ...(build.createdBy === null ? {} : { created_by: build.createdBy }),
  ...(isOwn ? commentOf(build) : {}),
});

/** A check, as `/builds` lists it among the rest. */
export const checkInList = (check: CheckBuild, resource: Resource): object => ({
  id: check.id,
  name: 'check',
  status: check.status,
  api_url: `/api/v1/builds/${check.id}`,
  resource_name: resource.config.name,
  ...placeOf(resource.pipeline),
  start_time: check.startedAt,
  end_time: check.endedAt,
});

/** A build within a list of jobs. */
const summary = (build: Build): object => ({
  id: build.id,
  name: build.name,
  status: build.status,
  start_time: build.startedAt ?? noTime,
  end_time: build.endedAt ?? noTime,
  ...placeOf(build.job.pipeline),
  job_name: build.job.config.name,
});

/** `next_build`: the oldest that has not ended; `finished_build`: the newest original that has (rule 8). */
function buildsOf({ builds }: Job): {
  next: Build | undefined;
  finished: Build | undefined;
  transition: Build | undefined;
} {
  const ended = builds.filter(({ endedAt }) => endedAt !== null);
  const finished = ended.filter(({ rerunOf }) => !rerunOf).at(-1);
  const latest = finished && [...ended].reverse().find((one) => one === finished || one.rerunOf === finished);
  let transition: Build | undefined;
  for (const one of ended) if (one.status !== transition?.status) transition = one;
  return { next: builds.find(({ endedAt }) => endedAt === null), finished: latest, transition };
}

const pausedShape = (paused: Job['paused']): object =>
  paused ? { paused: true, paused_by: paused.by, paused_at: paused.at } : {};

export function jobInList(job: Job): object {
  const { next, finished, transition } = buildsOf(job);
  const { config } = job;
  const puts = [...new Set(config.steps.flatMap((step) => (step.kind === 'task' ? [] : [step.resource])))];
  return {
    id: job.id,
    name: config.name,
    ...placeOf(job.pipeline),
    ...pausedShape(job.paused),
    ...(config.noManualTrigger ? { disable_manual_trigger: true } : {}),
    ...(job.hasNewInputs ? { has_new_inputs: true } : {}),
    groups: [config.group],
    ...(finished ? { finished_build: summary(finished) } : {}),
    ...(transition ? { transition_build: summary(transition) } : {}),
    ...(next ? { next_build: summary(next) } : {}),
    ...(config.inputs.length > 0
      ? {
          inputs: config.inputs.map(({ resource, passed, trigger }) => ({
            name: resource,
            resource,
            ...(passed.length > 0 ? { passed } : {}),
            ...(trigger ? { trigger } : {}),
          })),
        }
      : {}),
    ...(puts.length > 0 ? { outputs: puts.map((name) => ({ name, resource: name })) } : {}),
  };
}

export function jobShape(job: Job): object {
  const { next, finished } = buildsOf(job);
  const { config } = job;
  return {
    id: job.id,
    name: config.name,
    ...placeOf(job.pipeline),
    ...pausedShape(job.paused),
    ...(config.noManualTrigger ? { disable_manual_trigger: true } : {}),
    ...(job.hasNewInputs ? { has_new_inputs: true } : {}),
    groups: [config.group],
    next_build: next ? buildShape(next) : null,
    finished_build: finished ? buildShape(finished) : null,
    inputs: config.inputs.map(({ resource, passed, trigger }) => ({
      name: resource,
      resource,
      trigger,
      ...(passed.length > 0 ? { passed } : {}),
    })),
  };
}

export const pipelineShape = (pipeline: Pipeline): object => ({
  id: pipeline.id,
  name: pipeline.config.name,
  paused: pipeline.paused !== null,
  ...(pipeline.paused ? { paused_by: pipeline.paused.by, paused_at: pipeline.paused.at } : {}),
  public: false,
  archived: false,
  groups: [...new Set(pipeline.config.jobs.map(({ group }) => group))].map((name) => ({
    name,
    jobs: pipeline.config.jobs.flatMap((job) => (job.group === name ? [job.name] : [])),
  })),
  team_name: pipeline.config.team,
  last_updated: pipeline.updatedAt,
});

export const resourceShape = (resource: Resource): object => ({
  name: resource.config.name,
  ...placeOf(resource.pipeline),
  type: 'practice',
  ...(resource.lastChecked === null ? {} : { last_checked: resource.lastChecked }),
  icon: resource.config.icon,
  ...(resource.pin ? { pinned_version: resource.pin.version ?? {} } : {}),
  ...(resource.pin?.comment ? { pin_comment: resource.pin.comment } : {}),
  ...(resource.check
    ? {
        build: {
          id: resource.check.id,
          name: 'check',
          status: resource.check.status,
          start_time: resource.check.startedAt,
          end_time: resource.check.endedAt,
          ...placeOf(resource.pipeline),
          plan: { id: 'c0ffee', check: { name: resource.config.name, type: 'practice' } },
        },
      }
    : {}),
});

export const versionShape = ({ id, value, metadata, resource }: Version): object => ({
  id,
  ...(metadata.length > 0 ? { metadata } : {}),
  version: value,
  enabled: !resource.disabled.has(id),
});

export const buildResourcesShape = ({ inputs, outputs, job }: Build): object => ({
  inputs: inputs.map(({ name, version, isFirst }) => ({
    name,
    version: version.value,
    pipeline_id: job.pipeline.id,
    first_occurrence: isFirst,
  })),
  outputs: outputs.map(({ name, version }) => ({ name, version: version.value })),
});

/** Stale while a job is paused, as the real one: it tells what the scheduler saw last (rule 8). */
export function preparationShape(build: Build): object {
  const { job } = build;
  const said = (isBlocking: boolean) => (isBlocking ? 'blocking' : 'not_blocking');
  const isPending = build.status === 'pending';
  const inputs = isPending && !build.rerunOf ? [...job.nextInputs] : [];
  const missing = inputs.flatMap(([name, found]) =>
    typeof found === 'string' ? [[name, found] as const] : [],
  );
  return {
    build_id: build.id,
    paused_pipeline: said(isPending && job.pipeline.paused !== null),
    paused_job: said(isPending && job.paused !== null),
    max_running_builds: said(
      isPending && job.config.serial && job.builds.some(({ status }) => status === 'started'),
    ),
    inputs: Object.fromEntries(inputs.map(([name, found]) => [name, said(typeof found === 'string')])),
    inputs_satisfied: said(missing.length > 0),
    missing_input_reasons: Object.fromEntries(missing),
  };
}
