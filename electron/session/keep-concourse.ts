import type { Build, ResourceVersion } from '../../shared/domain/concourse/answers';
import { versionKey } from '../../shared/domain/concourse/answers';
import { type BagNames, bagNumber, bagServices } from '../../shared/domain/concourse/bag-version';
import { hasEnded, newestBuild } from '../../shared/domain/concourse/builds';
import {
  gapsOf,
  inOrder,
  type PastChange,
  type PastStage,
  pastChanges,
} from '../../shared/domain/concourse/past';
import { chainOfJobs, type WatchedPipeline } from '../../shared/domain/concourse/pipeline-names';
import type { ConcoursePipeline } from '../../shared/domain/estate/concourse-pipeline';
import { watchedOf } from '../../shared/domain/estate/concourse-pipeline';
import type { Estate } from '../../shared/domain/estate/estate';
import type { Failure } from '../../shared/domain/failure/failure';
import { fillTemplate } from '../../shared/domain/text/fill-template';
import type { ConcourseArchive, KeptNews, KeptStage, KeptVersion } from '../archive/concourse-archive';
import { policySights } from '../engine/concourse/policy-sights';
import { concourseGapPath, concourseTagPath } from '../history/index/path-matcher';
import type { ConcourseView } from '../systems/concourse/observe-concourse';
import { type PipelineState, withPast } from '../systems/concourse/pipeline-state';

/** Milliseconds after which it is written down again that everything was looked at, where nothing is new. */
const lookEvery = 60_000;

/** Of a version what names the bag and its services: whatever else a resource tells is not kept. */
function keptVersion({ version, metadata }: ResourceVersion, { services }: BagNames): KeptVersion {
  const members = new Set(Object.values(services ?? {}));
  return { version: { ...version }, metadata: metadata.filter(({ name }) => members.has(name)) };
}

const jobsOf = ({ jobs, ...watched }: WatchedPipeline): Set<string> =>
  new Set([
    ...[jobs.packBag, jobs.startDeploy, jobs.forceUnlock].filter((job) => job !== null),
    ...chainOfJobs({ ...watched, jobs }),
    ...jobs.periodic,
  ]);

const sameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** One environment's pipeline, as it is kept. */
interface Kept {
  pipeline: ConcoursePipeline;
  names: BagNames;
  watched: WatchedPipeline;
  stage: KeptStage;
  builds: Map<number, Build>;
  lookedAt: number;
}

/** What is new since it was kept last. */
function newsOf(kept: Kept, state: PipelineState, at: string): KeptNews {
  const { names, stage, watched } = kept;
  const jobs = jobsOf(watched);
  const used = (how: 'taken' | 'put'): [string, number][] =>
    [...state[how]].flatMap(([key, ids]) =>
      [...ids].flatMap((id): [string, number][] => (stage[how].get(key)?.has(id) ? [] : [[key, id]])),
    );
  return {
    at,
    builds: [...state.builds.values()].filter(
      (build) =>
        jobs.has(build.job) && build.status !== 'pending' && !sameText(kept.builds.get(build.id), build),
    ),
    taken: used('taken'),
    put: used('put'),
    versions: state.versions.flatMap((version): [string, KeptVersion][] => {
      const [key, value] = [versionKey(version.version), keptVersion(version, names)];
      return bagNumber(version.version, names) === null || sameText(stage.versions.get(key), value)
        ? []
        : [[key, value]];
    }),
    sights: policySights(state, names, stage.sights, { at, after: stage.last }),
  };
}

function take(map: Map<string, Set<number>>, pairs: KeptNews['taken']): void {
  for (const [key, id] of pairs) map.set(key, (map.get(key) ?? new Set()).add(id));
}

/** What is known of one environment's pipeline, for the history. */
function pastStage({ names, pipeline, stage, watched }: Kept, all: PipelineState): PastStage {
  const of = (ids: ReadonlySet<number> | undefined): Build[] =>
    [...(ids ?? [])].flatMap((id) => all.builds.get(id) ?? []);
  const builds = [...all.builds.values()];
  return {
    pipeline: pipeline.name,
    watched,
    bags: all.versions.flatMap((version) => {
      const bag = bagNumber(version.version, names);
      const key = versionKey(version.version);
      return bag === null
        ? []
        : [
            {
              bag,
              services: bagServices(version, names),
              takers: of(all.taken.get(key)),
              packedBy: newestBuild(of(all.put.get(key)).filter(({ job }) => job === watched.jobs.packBag)),
            },
          ];
    }),
    unlocks: builds.filter(({ job }) => job === watched.jobs.forceUnlock),
    sights: stage.sights,
    gaps: gapsOf(builds.filter(({ job }) => job === watched.jobs.startDeploy)).filter(
      // What was before anything was kept is no gap: it begins there.
      ({ next }) => stage.begin !== null && next > stage.begin,
    ),
  };
}

/**
 * Keeps what Concourses tell and forget, and hands it to the history. What was kept of earlier is put into what is observed,
 * so that the screens show it with no network.
 * @param options.onPast called when the past became more: all of it, in order. One call at a time.
 * @param options.onEnded called with builds that have ended, each once in this run
 */
export function keepConcourse(options: {
  estate: Estate;
  views: ReadonlyMap<string, ConcourseView>;
  archive: ConcourseArchive;
  now: () => Date;
  onPast: (changes: readonly PastChange[]) => Promise<void>;
  onEnded: (pipeline: string, watched: WatchedPipeline, builds: readonly Build[]) => void;
  report: (failure: Failure | null) => void;
}): () => void {
  const { archive, estate, now, onEnded, onPast, report, views } = options;
  const all: Kept[] = [];
  const told = new Set<string>();
  let isTelling = false;
  let isAgain = false;
  let isOver = false;

  const stateOf = ({ pipeline, watched }: Kept): PipelineState | null =>
    views.get(pipeline.name)?.state(watched.environment) ?? null;

  /** Puts what is kept beside what is seen. */
  function remember({ builds, stage }: Kept, state: PipelineState): void {
    state.past = {
      builds,
      taken: stage.taken,
      put: stage.put,
      versions: new Map(
        [...stage.versions].map(([key, version]) => [key, { id: -1, enabled: true, ...version }]),
      ),
      last: stage.last,
    };
  }

  async function tellPast(): Promise<void> {
    if (isTelling) {
      isAgain = true;
      return;
    }
    isTelling = true;
    do {
      isAgain = false;
      const tagPath = (place: { environment: string; app: string }) => fillTemplate(concourseTagPath, place);
      const changes = all.flatMap((kept) => {
        const state = stateOf(kept);
        return state ? pastChanges(pastStage(kept, withPast(state)), tagPath, concourseGapPath) : [];
      });
      // It never rejects: what goes wrong there is told there.
      if (changes.length > 0 && !isOver) await onPast(inOrder(changes));
    } while (isAgain && !isOver);
    isTelling = false;
  }

  function look(kept: Kept): boolean {
    const state = stateOf(kept);
    const view = views.get(kept.pipeline.name);
    if (!state || view?.freshness().state !== 'live' || !state.isFilled) return false;
    const at = now();
    const news = newsOf(kept, state, at.toISOString());
    const { builds, put, sights, taken, versions } = news;
    const isNew = [builds, put, sights, taken, versions].some((list) => list.length > 0);
    const isDue = at.getTime() - kept.lookedAt >= lookEvery;
    kept.stage.last = news.at;
    kept.stage.begin ??= Math.max(0, ...builds.map(({ id }) => id));
    if (!isNew && !isDue) return false;
    kept.lookedAt = at.getTime();
    report(archive.keep(kept.pipeline.name, kept.watched.environment, news));
    for (const build of builds) kept.builds.set(build.id, build);
    take(kept.stage.taken, taken);
    take(kept.stage.put, put);
    for (const [key, version] of versions) kept.stage.versions.set(key, version);
    kept.stage.sights.push(...sights);
    remember(kept, state);
    const ended = builds.filter((build) => hasEnded(build) && !told.has(`${kept.pipeline.name} ${build.id}`));
    for (const { id } of ended) told.add(`${kept.pipeline.name} ${id}`);
    if (ended.length > 0) onEnded(kept.pipeline.name, kept.watched, ended);
    return isNew;
  }

  for (const pipeline of estate.pipelines)
    if (pipeline.kind === 'concourse')
      for (const watched of watchedOf(pipeline)) {
        const stage = archive.stage(pipeline.name, watched.environment);
        const kept: Kept = {
          pipeline,
          names: { number: pipeline.bag.number, services: pipeline.bag.services ?? null },
          watched,
          stage,
          builds: new Map(stage.builds.map((build) => [build.id, build])),
          lookedAt: 0,
        };
        all.push(kept);
        const state = stateOf(kept);
        if (state && stage.begin !== null) remember(kept, state);
      }
  const stops = [...views].map(([name, view]) =>
    view.onChange((environments) => {
      const isNew = all
        .filter(
          ({ pipeline, watched }) => pipeline.name === name && environments.includes(watched.environment),
        )
        .map(look);
      // It never rejects.
      if (isNew.includes(true)) void tellPast();
    }),
  );
  // An index that was lost is made again, with no network.
  void tellPast();
  return () => {
    isOver = true;
    for (const stop of stops) stop();
  };
}
