import type { Freshness } from '../../../shared/domain/board/freshness';
import {
  type Build,
  type ConcourseUser,
  type PipelinePlace,
  versionKey,
} from '../../../shared/domain/concourse/answers';
import { hasEnded } from '../../../shared/domain/concourse/builds';
import type { WatchedPipeline } from '../../../shared/domain/concourse/pipeline-names';
import {
  dueLists,
  type LastLooks,
  mostTracked,
  type PolledList,
} from '../../../shared/domain/concourse/polling';
import type { Log } from '../../log/log';
import { backoff } from '../kubernetes/backoff';
import { lifeController } from '../life';
import type { ConcourseClient } from './concourse-client';
import { ConcourseTrouble, concourseFailure } from './concourse-trouble';
import {
  emptyState,
  isRead,
  mayTellOfBags,
  type PipelineState,
  takeBuilds,
  takeResources,
  takersOf,
  takeUsers,
} from './pipeline-state';

/** A Concourse as it is seen, by environment. */
export interface ConcourseView {
  readonly client: ConcourseClient;
  readonly freshness: () => Freshness;
  /** When it was seen last, or is looked at: for what it tells no time of. ISO 8601. */
  readonly freshnessAt: () => string;
  /** Who is signed in; `null`: not known. */
  readonly user: () => ConcourseUser | null;
  /** @returns `null` for an environment that this Concourse has none of. */
  state(environment: string): PipelineState | null;
  /** Looks at once: something was written, or somebody signed in. @returns when it was looked at; never rejects. */
  look(): Promise<void>;
  /** Called with the environments of which something changed; all of them where how it is reached did. Returns the unsubscribe. */
  onChange(listener: (environments: readonly string[]) => void): () => void;
  close(): void;
}

/** Versions of the bag of which it is asked at the start which builds took them. */
const knownAtStart = 30;
const never: LastLooks = { jobs: null, builds: null, resources: null };
const retryPace = { backoffBase: 2_000, backoffLimit: 60_000 };

/**
 * Follows a Concourse by the polling plan of `shared/domain/concourse/polling.ts`, from now until it is closed.
 * @param options.speed how much faster than by the plan: for tests
 */
export function observeConcourse(options: {
  client: ConcourseClient;
  pipelines: readonly WatchedPipeline[];
  log: Log;
  now: () => Date;
  speed?: number;
}): ConcourseView {
  const { client, now, log, speed = 1 } = options;
  const { host } = new URL(client.url);
  const closing = lifeController();
  const { signal } = closing;
  const states = options.pipelines.map(emptyState);
  const listeners = new Set<(environments: readonly string[]) => void>();
  let freshness: Freshness = { state: 'connecting', asOf: null };
  let user: ConcourseUser | null = null;
  let looks: LastLooks = never;
  let lastBuild: number | null = null;
  let failures = 0;
  /** How often somebody asked for a look: one that came during a round is not answered by it. */
  let asked = 0;
  let wake: () => void = () => undefined;
  let waiting: (() => void)[] = [];

  const isOf = ({ watched: { place } }: PipelineState, one: PipelinePlace): boolean =>
    place.team === one.team && place.pipeline === one.pipeline;
  const tell = (changed: Iterable<PipelineState>): void => {
    const environments = [...changed].map(({ watched }) => watched.environment);
    if (environments.length > 0) for (const listener of [...listeners]) listener(environments);
  };
  const unfinished = (): Build[] =>
    states.flatMap(({ builds }) => [...builds.values()].filter((build) => !hasEnded(build)));

  /** What was told of builds, by pipeline. @returns where something changed. */
  function sortIn(builds: readonly Build[], changed: Map<PipelineState, Build[]>): void {
    for (const state of states) {
      const own = takeBuilds(
        state,
        builds.filter((build) => isOf(state, build)),
      );
      if (own.length > 0) changed.set(state, [...(changed.get(state) ?? []), ...own]);
    }
  }

  /** What changes with builds, and what others change without any: disabled marks, and the lock by hand. */
  async function refreshLists(state: PipelineState): Promise<void> {
    const { place, bagResource, lockResource } = state.watched;
    const [versions, locks] = await Promise.all([
      client.versions(place, bagResource, signal),
      client.versions(place, lockResource, signal),
    ]);
    state.versions = versions;
    state.lockVersions = locks;
    const [newest] = locks;
    if (newest && state.lockPutBy?.version !== newest.id) {
      const builds = await client.outputOf(place, lockResource, newest.id, signal);
      takeBuilds(state, builds);
      state.lockPutBy = { version: newest.id, builds: builds.map(({ id }) => id) };
    }
  }

  /** Which bags builds took that began: once each, as that never changes. */
  async function readBegun(state: PipelineState): Promise<void> {
    for (const id of [...state.unread]) {
      const build = state.builds.get(id);
      if (build && !isRead(state, id)) takeResources(state, build, await client.buildResources(id, signal));
      state.unread.delete(id);
    }
    await readComments(state);
  }

  /** Why a bag is disabled stands in the comment of the build that deployed it last, if anywhere. */
  async function readComments(state: PipelineState): Promise<void> {
    for (const { enabled, version } of state.versions) {
      const start = takersOf(state, versionKey(version)).find(
        ({ job }) => job === state.watched.jobs.startDeploy,
      );
      if (!start) continue;
      if (enabled) state.commentRead.delete(start.id);
      else if (!state.commentRead.has(start.id)) {
        takeBuilds(state, [await client.build(start.id, signal)]);
        state.commentRead.add(start.id);
      }
    }
  }

  /** Builds of jobs that no bag's own list names, and deployments since what was kept: an earlier run did not see them. */
  async function catchUp(state: PipelineState): Promise<void> {
    const { place, jobs } = state.watched;
    const { past } = state;
    const kept = past ? Math.max(0, ...past.builds.keys()) : null;
    const asked = [jobs.forceUnlock, ...jobs.periodic, kept === null ? null : jobs.startDeploy];
    for (const job of asked) {
      if (job === null || !state.jobs.has(job)) continue;
      const builds = await client.jobBuilds(place, job, signal);
      takeBuilds(
        state,
        builds.filter((build) => !mayTellOfBags(state, build) || (kept !== null && build.id > kept)),
      );
    }
  }

  async function fill(state: PipelineState): Promise<void> {
    await refreshLists(state);
    const { place, bagResource, jobs } = state.watched;
    for (const version of state.versions.slice(0, knownAtStart)) {
      const [takers, putters] = await Promise.all([
        client.inputTo(place, bagResource, version.id, signal),
        jobs.packBag === null ? [] : client.outputOf(place, bagResource, version.id, signal),
      ]);
      takeUsers(state, version, takers, putters);
    }
    await readBegun(state);
    await catchUp(state);
    state.isFilled = true;
  }

  async function round(): Promise<void> {
    // Without an account that is known, empty lists say nothing.
    user ??= await client.user(signal);
    const { due } = dueLists(looks, unfinished().length > 0, at());
    const changed = new Map<PipelineState, Build[]>();
    const touched = new Set<PipelineState>();
    const [began, askedBefore] = [at(), asked];
    const places = states.map(({ watched }) => watched.place);
    const [jobs, builds, resources, pipelines] = await Promise.all([
      due.includes('jobs') ? client.jobs(places, signal) : null,
      due.includes('builds') ? client.builds(lastBuild === null ? null : lastBuild + 1, signal) : null,
      due.includes('resources') ? client.resources(signal) : null,
      due.includes('resources') ? client.pipelines(signal) : null,
    ]);
    if (jobs?.length === 0) user = await client.user(signal);
    const before = new Map(unfinished().map((build) => [build.id, build]));
    for (const state of states) {
      const own = jobs?.filter((job) => isOf(state, job));
      if (own) {
        state.jobs = new Map(own.map((job) => [job.name, job]));
        sortIn(
          own.flatMap(({ next, finished }) => [next, finished].filter((build) => build !== null)),
          changed,
        );
        touched.add(state);
      }
      if (pipelines) state.pipeline = pipelines.find((one) => isOf(state, one)) ?? null;
      if (resources) {
        const find = (name: string) => resources.find((one) => isOf(state, one) && one.name === name) ?? null;
        state.bagResource = find(state.watched.bagResource);
        state.lockResource = find(state.watched.lockResource);
        touched.add(state);
      }
    }
    if (builds) {
      sortIn(builds.builds, changed);
      lastBuild = Math.max(builds.last, lastBuild ?? 0);
    }
    // Only a look at it tells that one ended which no list shows: a rerun of an older build (rule 8).
    const stale = unfinished().filter(({ id }) => before.has(id));
    const looked = due.includes('builds') ? stale.sort((a, b) => b.id - a.id).slice(0, mostTracked) : [];
    sortIn((await Promise.all(looked.map(({ id }) => lookAt(id)))).flat(), changed);
    for (const state of states) {
      const own = changed.get(state) ?? [];
      const isNew = !state.isFilled;
      if (isNew) await fill(state);
      if (!isNew && (own.length > 0 || resources)) await refreshLists(state);
      if (state.unread.size > 0 || resources) await readBegun(state);
      if (own.length > 0) touched.add(state);
    }
    if (asked === askedBefore)
      looks = { ...looks, ...Object.fromEntries(due.map((list): [PolledList, number] => [list, began])) };
    const wasLive = freshness.state === 'live';
    freshness = { state: 'live', asOf: now().toISOString() };
    failures = 0;
    tell(wasLive ? touched : states);
  }

  /** One that is gone (its pipeline was set anew) is not asked for again. */
  async function lookAt(id: number): Promise<Build[]> {
    try {
      return [await client.build(id, signal)];
    } catch (error) {
      if (!(error instanceof ConcourseTrouble) || error.kind !== 'missing') throw error;
      for (const { builds } of states) builds.delete(id);
      return [];
    }
  }

  const at = (): number => performance.now() * speed;

  function failed(error: unknown): void {
    const failure = concourseFailure(error, host);
    const since = freshness.state === 'unreachable' ? freshness.since : now().toISOString();
    const asOf = freshness.state === 'absent' ? null : freshness.asOf;
    // That nobody is signed in is no fault: it is shown, with the way to do so.
    const level = error instanceof ConcourseTrouble && error.kind === 'not-signed-in' ? 'info' : 'warn';
    if (failures === 0)
      log(level, 'concourse.not-seen', { host, failure: failure.message, detail: failure.detail });
    if (error instanceof ConcourseTrouble && error.kind === 'ended') user = null;
    freshness = { state: 'unreachable', asOf, since, failure };
    failures += 1;
    tell(states);
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const told = waiting;
      waiting = [];
      try {
        await round();
      } catch (error) {
        if (!signal.aborted) failed(error);
      }
      for (const done of told) done();
      if (signal.aborted) break;
      const pause =
        failures > 0
          ? backoff(failures - 1, retryPace)
          : dueLists(looks, unfinished().length > 0, at()).nextIn;
      if (waiting.length === 0) await rest(pause / speed);
    }
    for (const done of waiting) done();
  }

  const rest = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  // It never rejects: what goes wrong is its freshness.
  void run();
  return {
    client,
    freshness: () => freshness,
    freshnessAt: () => (freshness.state === 'absent' ? null : freshness.asOf) ?? now().toISOString(),
    user: () => user,
    state: (environment) => states.find(({ watched }) => watched.environment === environment) ?? null,
    look: () =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        looks = never;
        asked += 1;
        waiting.push(resolve);
        wake();
      }),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      closing.abort();
      wake();
    },
  };
}
