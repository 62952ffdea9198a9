import {
  type Build,
  type BuildResources,
  type Job,
  type Pipeline,
  type Resource,
  type ResourceVersion,
  versionKey,
} from '../../../shared/domain/concourse/answers';
import { newestBuild } from '../../../shared/domain/concourse/builds';
import { type LockState, lockState } from '../../../shared/domain/concourse/lock';
import type { WatchedPipeline } from '../../../shared/domain/concourse/pipeline-names';
import type { BagInput } from '../../../shared/domain/concourse/scheduling';

/** What is known of one environment's pipeline. Changed in place by whoever observes; others only read. */
export interface PipelineState {
  readonly watched: WatchedPipeline;
  pipeline: Pipeline | null;
  jobs: ReadonlyMap<string, Job>;
  bagResource: Resource | null;
  lockResource: Resource | null;
  /** Of the bag, newest first. */
  versions: readonly ResourceVersion[];
  /** By id: the newest {@link mostBuilds}. */
  builds: Map<number, Build>;
  /** Ids of the builds that took a version of the bag, by the version's key. */
  taken: Map<string, Set<number>>;
  /** Ids of the builds that put a version of the bag. */
  put: Map<string, Set<number>>;
  lockVersions: readonly ResourceVersion[];
  /** The builds that put the lock's newest version; `null`: not known yet. */
  lockPutBy: { version: number; builds: readonly number[] } | null;
  /** Builds that began, and whose inputs have not been read. */
  unread: Set<number>;
  /** Builds whose comment was read: lists do not tell it. */
  commentRead: Set<number>;
  /** Whether everything was read once in this run. */
  isFilled: boolean;
  /** What was kept of earlier: Concourse need not have it any more. For showing alone: its scheduler knows nothing of it. */
  past: PastOfPipeline | null;
}

/** What Signalbox keeps of a pipeline. */
export interface PastOfPipeline {
  builds: Map<number, Build>;
  taken: Map<string, Set<number>>;
  put: Map<string, Set<number>>;
  versions: Map<string, ResourceVersion>;
  /** When it was looked at last; `null`: never. ISO 8601. */
  last: string | null;
}

const mostBuilds = 1_000;

export const emptyState = (watched: WatchedPipeline): PipelineState => ({
  watched,
  pipeline: null,
  jobs: new Map(),
  bagResource: null,
  lockResource: null,
  versions: [],
  builds: new Map(),
  taken: new Map(),
  put: new Map(),
  lockVersions: [],
  lockPutBy: null,
  unread: new Set(),
  commentRead: new Set(),
  isFilled: false,
  past: null,
});

const bothSets = (
  a: ReadonlyMap<string, Set<number>>,
  b: ReadonlyMap<string, Set<number>>,
): Map<string, Set<number>> => {
  const all = new Map([...a].map(([key, ids]) => [key, new Set(ids)]));
  for (const [key, ids] of b) all.set(key, new Set([...(all.get(key) ?? []), ...ids]));
  return all;
};

/** What is known today together with what was kept of earlier: for the screens, never for what Concourse would do. */
export function withPast(state: PipelineState): PipelineState {
  const { past } = state;
  if (!past) return state;
  const today = new Set(state.versions.map(({ version }) => versionKey(version)));
  return {
    ...state,
    past: null,
    builds: new Map([...past.builds, ...state.builds]),
    taken: bothSets(past.taken, state.taken),
    put: bothSets(past.put, state.put),
    versions: [
      ...state.versions,
      ...[...past.versions].flatMap(([key, version]) => (today.has(key) ? [] : [version])),
    ],
  };
}

/** Takes in what was told of builds. @returns those that appeared or changed their status. */
export function takeBuilds(state: PipelineState, builds: readonly Build[]): Build[] {
  const changed: Build[] = [];
  for (const build of builds) {
    const known = state.builds.get(build.id);
    // What a list of jobs tells of a build lacks who triggered it, and whose inputs it took over; lists lack comments.
    state.builds.set(build.id, {
      ...build,
      createdBy: build.createdBy ?? known?.createdBy ?? null,
      rerunOf: build.rerunOf ?? known?.rerunOf ?? null,
      comment: build.comment ?? known?.comment ?? null,
    });
    if (known?.status === build.status) continue;
    changed.push(build);
    if (mayTellOfBags(state, build)) state.unread.add(build.id);
  }
  if (state.builds.size > mostBuilds)
    for (const id of [...state.builds.keys()].sort((a, b) => a - b).slice(0, state.builds.size - mostBuilds))
      state.builds.delete(id);
  return changed;
}

/** Whether what a build took or put may be a bag, and is there to be read. */
export function mayTellOfBags({ watched, jobs }: PipelineState, { job, status }: Build): boolean {
  if (job === watched.jobs.packBag) return status === 'succeeded';
  const known = jobs.get(job);
  return (
    status !== 'pending' && (!known || known.inputs.some(({ resource }) => resource === watched.bagResource))
  );
}

/** Whether it is known which bag a build took, or put. */
export const isRead = ({ taken, put }: PipelineState, id: number): boolean =>
  [...taken.values(), ...put.values()].some((ids) => ids.has(id));

const note = (map: Map<string, Set<number>>, key: string, id: number): void => {
  const known = map.get(key);
  if (known) known.add(id);
  else map.set(key, new Set([id]));
};

/** Takes in what a build took and put of the bag. */
export function takeResources(state: PipelineState, build: Build, { inputs, outputs }: BuildResources): void {
  const { bagResource } = state.watched;
  const names = state.jobs.get(build.job)?.inputs.filter(({ resource }) => resource === bagResource);
  const isBag = (name: string): boolean => names?.some((one) => one.name === name) ?? name === bagResource;
  for (const { name, version } of inputs) if (isBag(name)) note(state.taken, versionKey(version), build.id);
  for (const { name, version } of outputs)
    if (name === bagResource) note(state.put, versionKey(version), build.id);
}

/** Takes in the builds that a version's own lists name. */
export function takeUsers(
  state: PipelineState,
  version: ResourceVersion,
  takers: readonly Build[],
  putters: readonly Build[],
): void {
  takeBuilds(state, [...takers, ...putters]);
  for (const { id } of takers) note(state.taken, versionKey(version.version), id);
  for (const { id } of putters) note(state.put, versionKey(version.version), id);
}

/** Builds of the environment that took a version of the bag, newest first; reruns of them that wait, too: they will. */
export function takersOf({ taken, builds }: PipelineState, key: string): Build[] {
  const ids = taken.get(key) ?? new Set();
  return [...builds.values()]
    .filter(({ id, rerunOf }) => ids.has(id) || (rerunOf !== null && ids.has(rerunOf.id)))
    .sort((a, b) => b.id - a.id);
}

/** The build that put a version of the bag; `null`: not known, or none did. */
export const packerOf = ({ put, builds }: PipelineState, key: string): Build | null =>
  newestBuild([...(put.get(key) ?? [])].flatMap((id) => builds.get(id) ?? []));

/** The version of the bag that a build took; `null`: not known. */
export function bagOf({ taken, versions }: PipelineState, build: number): ResourceVersion | null {
  for (const [key, ids] of taken)
    if (ids.has(build)) return versions.find(({ version }) => versionKey(version) === key) ?? null;
  return null;
}

/** The highest id of a build that is known: what comes later is newer. */
export const lastKnown = ({ builds }: PipelineState): number => Math.max(0, ...builds.keys());

/** @returns `null`: not known yet. */
export function lockOf({ lockVersions, lockPutBy, builds, watched }: PipelineState): LockState | null {
  const [newest] = lockVersions;
  if (newest && lockPutBy?.version !== newest.id) return null;
  const { startDeploy, completion, forceUnlock } = watched.jobs;
  const putBy = lockPutBy?.builds.flatMap((id) => builds.get(id) ?? []) ?? [];
  return lockState(newest ?? null, putBy, {
    startDeploy,
    release: [completion, ...(forceUnlock === null ? [] : [forceUnlock])],
  });
}

/** Builds of a job, newest first. */
export const buildsOf = ({ builds }: PipelineState, job: string): Build[] =>
  [...builds.values()].filter((build) => build.job === job).sort((a, b) => b.id - a.id);

/** Keys of the bags that builds of a job took, as far as those have lower ids than `before`. */
export function usedBefore(state: PipelineState, job: string, before: number): Set<string> {
  const used = new Set<string>();
  for (const [key, ids] of state.taken)
    if ([...ids].some((id) => id < before && state.builds.get(id)?.job === job)) used.add(key);
  return used;
}

/** What the scheduler looks at for start-deploy. @returns `null` where the pipeline has no such job, or its input no bag. */
export function startInput(state: PipelineState): BagInput | null {
  const { watched, jobs, versions, bagResource, pipeline } = state;
  const job = jobs.get(watched.jobs.startDeploy);
  const input = job?.inputs.find(({ resource }) => resource === watched.bagResource);
  if (!job || !input) return null;
  const [before] = input.passed;
  // What passed: the newest successful build's first, whatever the order of bags.
  const passed =
    before === undefined
      ? null
      : buildsOf(state, before)
          .filter(({ status }) => status === 'succeeded')
          .sort((a, b) => (b.rerunOf?.id ?? b.id) - (a.rerunOf?.id ?? a.id) || b.id - a.id)
          .flatMap(({ id }) =>
            [...state.put, ...state.taken].flatMap(([key, ids]) => (ids.has(id) ? [key] : [])),
          );
  return {
    versions,
    pin: bagResource?.pinned?.version ?? null,
    passed,
    used: usedBefore(state, job.name, Number.POSITIVE_INFINITY),
    trigger: input.trigger,
    paused: pipeline?.paused ? 'pipeline' : job.paused ? 'job' : null,
    isWaiting: buildsOf(state, job.name).some(
      ({ status, rerunOf }) => status === 'pending' && rerunOf === null,
    ),
  };
}
