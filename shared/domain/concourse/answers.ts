import { type Fields, fieldsOf, idOf, listOf, textOf, textsOf, timeOf } from './fields';

/**
 * What Signalbox takes from the answers of Concourse's API (8.2, `atc/*.go`): only what is named here. A resource's
 * `source` and a job's config hold credentials and are never among it.
 */

export const buildStatuses = ['pending', 'started', 'succeeded', 'failed', 'errored', 'aborted'] as const;
export type BuildStatus = (typeof buildStatuses)[number];

/** A version of a resource: texts by name. Environments join by this value; ids differ per team (rule 3). */
export type VersionValue = Readonly<Record<string, string>>;

/** Where something lies: teams have pipelines of the same name. */
export interface PipelinePlace {
  team: string;
  pipeline: string;
}

export interface Build extends PipelinePlace {
  id: number;
  /** `4`, or `4.1` for its first rerun. */
  name: string;
  job: string;
  status: BuildStatus;
  startedAt: string | null;
  endedAt: string | null;
  /** The build whose inputs it took over; `null`: it is no rerun. */
  rerunOf: { id: number; name: string } | null;
  /** Who triggered it; `null`: nobody, it began by itself. */
  createdBy: string | null;
  comment: string | null;
  /** When its log was deleted; `null`: it is there. */
  reapedAt: string | null;
}

export interface JobInput {
  name: string;
  resource: string;
  passed: readonly string[];
  /** Whether a version that this job has never used starts it (rule 1). */
  trigger: boolean;
}

export interface Job extends PipelinePlace {
  id: number;
  name: string;
  paused: { by: string | null; at: string | null } | null;
  /** `disable_manual_trigger`: only Concourse starts it. */
  noManualTrigger: boolean;
  hasNewInputs: boolean;
  inputs: readonly JobInput[];
  outputs: readonly string[];
  /** The oldest build that has not ended. */
  next: Build | null;
  /** The newest original build that ended; a rerun of an older one does not show (rule 8). */
  finished: Build | null;
}

export interface Pipeline extends PipelinePlace {
  id: number;
  paused: { by: string | null; at: string | null } | null;
  archived: boolean;
}

export interface Resource extends PipelinePlace {
  name: string;
  type: string;
  /** `null`: not pinned. */
  pinned: { version: VersionValue; comment: string | null; inConfig: boolean } | null;
  lastChecked: string | null;
  /** How the last check ended; `null`: it was never checked. */
  check: BuildStatus | null;
}

export interface ResourceVersion {
  id: number;
  version: VersionValue;
  metadata: readonly { name: string; value: string }[];
  enabled: boolean;
}

const statusOf = (value: unknown): BuildStatus | null =>
  buildStatuses.find((status) => status === value) ?? null;

const placeOf = (fields: Fields): PipelinePlace | null => {
  const team = textOf(fields.team_name);
  const pipeline = textOf(fields.pipeline_name);
  return team && pipeline ? { team, pipeline } : null;
};

const pauseOf = ({ paused, paused_by, paused_at }: Fields): Job['paused'] =>
  paused === true ? { by: textOf(paused_by), at: timeOf(paused_at) } : null;

/** A build of a job; `null` for checks of resources, which `/builds` lists too (rule 8), and for what is no build. */
export function readBuild(value: unknown): Build | null {
  const fields = fieldsOf(value);
  const place = fields && placeOf(fields);
  if (!fields || !place) return null;
  const [id, name, job] = [idOf(fields.id), textOf(fields.name), textOf(fields.job_name)];
  const status = statusOf(fields.status);
  if (id === null || !name || !job || !status) return null;
  const rerun = fieldsOf(fields.rerun_of);
  const rerunId = rerun && idOf(rerun.id);
  return {
    ...place,
    id,
    name,
    job,
    status,
    startedAt: timeOf(fields.start_time),
    endedAt: timeOf(fields.end_time),
    rerunOf: rerun && rerunId !== null ? { id: rerunId, name: textOf(rerun.name) ?? '' } : null,
    createdBy: textOf(fields.created_by),
    comment: textOf(fields.comment),
    reapedAt: timeOf(fields.reap_time),
  };
}

function readInput(value: unknown): JobInput | null {
  const fields = fieldsOf(value);
  const name = textOf(fields?.name);
  if (!fields || !name) return null;
  return {
    name,
    resource: textOf(fields.resource) ?? name,
    passed: listOf(fields.passed, textOf),
    trigger: fields.trigger === true,
  };
}

export function readJob(value: unknown): Job | null {
  const fields = fieldsOf(value);
  const place = fields && placeOf(fields);
  if (!fields || !place) return null;
  const [id, name] = [idOf(fields.id), textOf(fields.name)];
  if (id === null || !name) return null;
  return {
    ...place,
    id,
    name,
    paused: pauseOf(fields),
    noManualTrigger: fields.disable_manual_trigger === true,
    hasNewInputs: fields.has_new_inputs === true,
    inputs: listOf(fields.inputs, readInput),
    outputs: listOf(fields.outputs, (output) => textOf(fieldsOf(output)?.resource)),
    next: readBuild(fields.next_build),
    finished: readBuild(fields.finished_build),
  };
}

export function readPipeline(value: unknown): Pipeline | null {
  const fields = fieldsOf(value);
  if (!fields) return null;
  const [id, pipeline, team] = [idOf(fields.id), textOf(fields.name), textOf(fields.team_name)];
  if (id === null || !pipeline || !team) return null;
  return { id, team, pipeline, paused: pauseOf(fields), archived: fields.archived === true };
}

export function readResource(value: unknown): Resource | null {
  const fields = fieldsOf(value);
  const place = fields && placeOf(fields);
  const name = textOf(fields?.name);
  if (!fields || !place || !name) return null;
  const pinned = textsOf(fields.pinned_version);
  return {
    ...place,
    name,
    type: textOf(fields.type) ?? '',
    pinned: pinned && {
      version: pinned,
      comment: textOf(fields.pin_comment),
      inConfig: fields.pinned_in_config === true,
    },
    lastChecked: timeOf(fields.last_checked),
    check: statusOf(fieldsOf(fields.build)?.status),
  };
}

/** A version as a resource's list has it, or as a build's own. */
export function readVersion(value: unknown): ResourceVersion | null {
  const fields = fieldsOf(value);
  const id = fields && idOf(fields.id);
  const version = textsOf(fields?.version);
  if (!fields || id === null || !version) return null;
  return {
    id,
    version,
    metadata: listOf(fields.metadata, (item) => {
      const [name, text] = [textOf(fieldsOf(item)?.name), textOf(fieldsOf(item)?.value)];
      return name && text !== null ? { name, value: text } : null;
    }),
    enabled: fields.enabled !== false,
  };
}

/** What a build took in and put out, by input's or output's name. */
export interface BuildResources {
  inputs: readonly { name: string; version: VersionValue; isFirst: boolean }[];
  outputs: readonly { name: string; version: VersionValue }[];
}

export function readBuildResources(value: unknown): BuildResources {
  const fields = fieldsOf(value);
  const named = (item: unknown): { name: string; version: VersionValue; isFirst: boolean } | null => {
    const inner = fieldsOf(item);
    const name = textOf(inner?.name);
    const version = textsOf(inner?.version);
    return inner && name && version ? { name, version, isFirst: inner.first_occurrence === true } : null;
  };
  return {
    inputs: listOf(fields?.inputs, named),
    outputs: listOf(fields?.outputs, named).map(({ name, version }) => ({ name, version })),
  };
}

/** Who is signed in, and with which roles in which team. */
export interface ConcourseUser {
  name: string;
  isAdmin: boolean;
  teams: Readonly<Record<string, readonly string[]>>;
}

export function readUser(value: unknown): ConcourseUser | null {
  const fields = fieldsOf(value);
  if (!fields) return null;
  const name = textOf(fields.display_user_id) ?? textOf(fields.user_name) ?? textOf(fields.name);
  if (!name) return null;
  return {
    name,
    isAdmin: fields.is_admin === true,
    teams: Object.fromEntries(
      Object.entries(fieldsOf(fields.teams) ?? {}).map(([team, roles]) => [team, listOf(roles, textOf)]),
    ),
  };
}

/** Why a build that is pending has not started; what does not block is left out. */
export interface Preparation {
  blocking: readonly ('paused-pipeline' | 'paused-job' | 'max-running-builds' | 'inputs')[];
  /** Why an input has no version, by its name. */
  missing: Readonly<Record<string, string>>;
}

export function readPreparation(value: unknown): Preparation {
  const fields = fieldsOf(value) ?? {};
  const rules = [
    ['paused_pipeline', 'paused-pipeline'],
    ['paused_job', 'paused-job'],
    ['max_running_builds', 'max-running-builds'],
    ['inputs_satisfied', 'inputs'],
  ] as const;
  return {
    blocking: rules.flatMap(([field, rule]) => (fields[field] === 'blocking' ? [rule] : [])),
    missing: textsOf(fields.missing_input_reasons) ?? {},
  };
}

/** One text for a version, whatever the order of its members: versions are compared by value (rule 3). */
export const versionKey = (version: VersionValue): string =>
  JSON.stringify(Object.entries(version).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
