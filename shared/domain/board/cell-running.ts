import { versionedRepositories, versionOfImages } from '../ledger/image';
import { shortVersion, versionShape } from '../ledger/version';
import type { Application } from './board';
import type { Running } from './cell-view';

/** One pod that is there to stay: none of a Job's or a workflow's, and none that is being deleted. */
export interface LivePod {
  name: string;
  /** Of its own spec, the main container first. */
  images: readonly string[];
  phase: string;
  ready: boolean;
  /** Why it is in trouble; `null`: it is not. */
  reason: string | null;
  /** How many there are of it, where only their controller tells of them. Left out: 1. */
  count?: number;
  /** The Deployment, StatefulSet or DaemonSet that made it; `null`: another kind, or one that can't be seen. */
  workload: string | null;
  /** Its controller may keep an old revision on purpose (StatefulSet partition, `OnDelete`). */
  ofSet: boolean;
}

/** What is seen of an app's workloads in a cluster. */
export interface WorkloadFacts {
  pods: readonly LivePod[];
  /** What Deployments, StatefulSets and DaemonSets make pods of, as their specs say now. */
  templates: readonly { name: string; desired: number; images: readonly string[] }[];
  /** Of revisions that are kept for a rollback: they tell which image bears the version. */
  pastImages: readonly string[];
}

/** The workloads' images, read. */
export interface VersionsSeen {
  /** By version, of pods that bear one: those of other components are left out. */
  rows: readonly (Running['versions'][number] & { started: number })[];
  /** Whether an image of this app bears the version at all. */
  told: boolean;
  /** What each template that bears a version would make. */
  templates: readonly { name: string; desired: number; version: string | null }[];
}

/** @param known versions that the app is known by: of its history, of Git now, of its Applications. */
export function versionsSeen(
  app: string,
  wanted: string | null,
  facts: WorkloadFacts,
  known: (tag: string) => boolean,
): VersionsSeen {
  const images = new Set([
    ...facts.pods.flatMap((pod) => pod.images),
    ...facts.templates.flatMap((template) => template.images),
    ...facts.pastImages,
  ]);
  const shape = wanted === null ? 'other' : versionShape(wanted);
  const repositories = versionedRepositories(
    app,
    images,
    (tag) => tag === wanted || known(tag),
    (tag) => shape !== 'other' && versionShape(tag) === shape,
  );
  const rows = new Map<string | null, { ready: number; pods: number; started: number }>();
  for (const pod of facts.pods) {
    const version = versionOfImages(pod.images, repositories);
    if (version === undefined) continue;
    const row = rows.get(version) ?? { ready: 0, pods: 0, started: 0 };
    const { count = 1 } = pod;
    row.pods += count;
    row.ready += pod.ready ? count : 0;
    row.started += pod.phase === 'Pending' ? 0 : count;
    rows.set(version, row);
  }
  return {
    rows: [...rows]
      .sort(([, a], [, b]) => b.ready - a.ready || b.started - a.started || b.pods - a.pods)
      .map(([version, row]) => ({ version, ...row })),
    told: repositories.size > 0,
    templates: facts.templates.flatMap(({ name, desired, images: of }) => {
      const version = versionOfImages(of, repositories);
      return version === undefined ? [] : [{ name, desired, version }];
    }),
  };
}

const nothing: Running = { version: null, by: null, versions: [], none: null, because: null };

/**
 * What runs, by live pods where their images tell it, else by what Argo CD has synced. `summary.images` of an
 * Application is no help: it mixes old pods with new ones and with those of finished hooks, whose Job may run a version
 * that never came up (argo-cd `pkg/apis/application/v1alpha1/types.go`, `GetSummary`).
 * @param facts `null`: the cluster shows no workloads to this person.
 * @param synced the version that Argo CD has applied and found in place; `null`: none is.
 */
export function whatRuns(
  wanted: string | null,
  facts: WorkloadFacts | null,
  seen: VersionsSeen | null,
  synced: string | null,
): Running {
  const byArgo: Running | null = synced === null ? null : { ...nothing, version: synced, by: 'argo-cd' };
  if (facts === null || seen === null)
    return byArgo ?? { ...nothing, because: 'Can’t see its pods, and Argo CD has not synced it.' };
  if (facts.templates.length > 0 && facts.templates.every(({ desired }) => desired === 0) && !hasPods(facts))
    return { ...nothing, none: 'scaled-to-zero' };
  if (facts.templates.length === 0 && !hasPods(facts))
    return byArgo ?? { ...nothing, because: 'No Deployment or pods found.' };
  const { rows } = seen;
  const serving = rows.filter(({ ready }) => ready > 0);
  // Where nothing is ready, what has started counts: a version that crashes in all its pods is what runs.
  const candidates = serving.length > 0 ? serving : rows.filter(({ started }) => started > 0);
  if (candidates.length === 0) {
    const isUp = facts.pods.some(({ phase }) => phase !== 'Pending');
    if (seen.told || !isUp) return { ...nothing, none: 'no-pods' };
    return byArgo ?? { ...nothing, because: 'Its image tags don’t show a version.' };
  }
  const leaving = candidates.find(({ version }) => version !== null && version !== wanted);
  const [first] = candidates;
  const version = leaving?.version ?? first?.version ?? null;
  const versions =
    rows.length > 1 ? rows.map(({ started: _started, ...row }): Running['versions'][number] => row) : [];
  if (version !== null) return { ...nothing, version, by: 'pods', versions };
  // An image that has had tags and has none now is not what Argo CD applied, whatever it said before.
  return { ...nothing, versions, because: 'Its image is set by digest only, with no version.' };
}

const hasPods = ({ pods }: WorkloadFacts): boolean => pods.length > 0;

/** The version that all Applications of an app have synced and found in place; `null`: not all, or not the same. */
export function syncedVersion(applications: readonly Application[]): string | null {
  const version = applications[0]?.version ?? null;
  const settled = applications.every(
    (one) =>
      one.version === version &&
      one.sync === 'Synced' &&
      one.operation?.phase !== 'Running' &&
      one.operation?.ofSpec !== false,
  );
  return settled ? version : null;
}

/** Versions and how many pods of each are ready: `v105: 2 of 2 pods, v106: 0 of 1 pods`. */
export const versionsText = (versions: readonly Running['versions'][number][]): string =>
  versions
    .map(
      ({ version, ready, pods }) =>
        `${version === null ? 'unknown version' : shortVersion(version)}: ${ready} of ${pods} ready`,
    )
    .join(', ');
