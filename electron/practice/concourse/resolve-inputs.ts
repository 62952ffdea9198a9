import {
  type Build,
  type InputConfig,
  type Job,
  jobOf,
  resourceOf,
  type Version,
  type VersionValue,
} from './model';

/** What an input resolved to: a version, or Concourse's own words for why there is none (`atc/db/resolution.go`). */
export type Resolved = Map<string, Version | string>;

const latestNotFound = 'latest version of resource not found';
const noBuilds = 'no satisfiable builds from passed jobs found for set of inputs';

const includes = (version: VersionValue, part: VersionValue): boolean =>
  Object.entries(part).every(([name, text]) => version[name] === text);

/** Builds that vouch for what they took and put: succeeded ones, the newest original first, its reruns by id. */
const successfulBuilds = ({ builds }: Job): Build[] =>
  builds
    .filter(({ status }) => status === 'succeeded')
    .sort((a, b) => (b.rerunOf?.id ?? b.id) - (a.rerunOf?.id ?? a.id) || b.id - a.id);

interface Candidate {
  version: Version;
  vouchedForBy: ReadonlySet<Job>;
}

interface GroupInput {
  config: InputConfig;
  passed: readonly Job[];
}

/**
 * Inputs that have `passed`, as Concourse's group resolver chooses them (`atc/scheduler/algorithm/group_resolver.go`): for
 * each job the newest successful build whose versions agree with what the other inputs have. A disabled version, or another
 * than the pinned one, is passed over.
 */
function resolveGroup(group: readonly GroupInput[]): Candidate[] | null {
  const candidates: (Candidate | null)[] = group.map(() => null);
  const solve = (): boolean => {
    for (const [index, { passed }] of group.entries())
      for (const job of passed) {
        if (candidates[index]?.vouchedForBy.has(job)) continue;
        return successfulBuilds(job).some((build) => tryBuild(index, job, build));
      }
    return true;
  };
  const tryBuild = (index: number, job: Job, build: Build): boolean => {
    const before = [...candidates];
    const touched = new Set<number>();
    const isFitting = [...build.inputs, ...build.outputs].every(({ version }) =>
      group.every(({ config, passed }, at) => {
        if (touched.has(at) || config.resource !== version.resource.config.name || !passed.includes(job))
          return true;
        const candidate = candidates[at] ?? null;
        if (candidate && candidate.version !== version) return false;
        const { disabled, pin } = version.resource;
        if (disabled.has(version.id)) return true;
        if (pin && !(pin.version && includes(version.value, pin.version))) return true;
        candidates[at] = { version, vouchedForBy: new Set([...(candidate?.vouchedForBy ?? []), job]) };
        touched.add(at);
        return true;
      }),
    );
    if (isFitting && candidates[index]?.vouchedForBy.has(job) && solve()) return true;
    for (const [at, one] of before.entries()) candidates[at] = one;
    return false;
  };
  return solve() ? candidates.filter((one) => one !== null) : null;
}

/** An input without `passed`: the pinned version, disabled or not; else the newest that is enabled. */
function resolveAlone(job: Job, { resource: name }: InputConfig): Version | string {
  const resource = resourceOf(job.pipeline, name);
  if (!resource) return latestNotFound;
  const { pin, versions, disabled } = resource;
  if (pin) {
    const { version: pinned } = pin;
    const found = pinned && versions.find(({ value }) => includes(value, pinned));
    return found ?? `pinned version ${JSON.stringify(pinned ?? {})} not found`;
  }
  return versions.find(({ id }) => !disabled.has(id)) ?? latestNotFound;
}

/** What a build of the job would take now, by input's name. */
export function resolveInputs(job: Job): Resolved {
  const found: Resolved = new Map();
  const group: GroupInput[] = [];
  for (const config of job.config.inputs)
    if (config.passed.length === 0) found.set(config.resource, resolveAlone(job, config));
    else group.push({ config, passed: config.passed.flatMap((name) => jobOf(job.pipeline, name) ?? []) });
  const candidates = resolveGroup(group);
  for (const [index, { config }] of group.entries())
    found.set(config.resource, candidates?.[index]?.version ?? noBuilds);
  return found;
}
