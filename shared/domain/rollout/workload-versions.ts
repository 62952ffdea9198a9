import { versionsSeen, type WorkloadFacts } from '../board/cell-running';
import { imageParts } from '../ledger/image';

/** Which version an app's workloads are given, by what can be seen of them. */
export interface WorkloadVersions {
  /** Deployments (StatefulSets, DaemonSets) whose pod template has the version; where none is seen, its pods do. */
  has: readonly string[];
  /** Those that have another version that the app is known by. */
  behind: readonly string[];
  /** Whether any workload or pod of the app is there. */
  any: boolean;
  /** Whether an image of the app shows a version at all: one that is set by a digest of which nothing is known does not. */
  told: boolean;
  /** Live pods: those of the version, those of them that are ready, and those of other known versions. */
  pods: { of: number; ready: number; others: number };
}

/**
 * The words that stand for pods in the place of their Deployment's name, where Deployments can't be seen.
 */
const itsPods = 'its pods';

/**
 * Reads the version that is wanted out of an app's workloads. Proof is asked for: what shows no version has not got it.
 * @param asked `digest`: of the version's image, as the registry told it (`sha256:…`), for images that are set by digest
 * alone; `known`: whether a tag is a version that the app is known by; others are components of their own.
 */
export function workloadVersions(
  facts: WorkloadFacts,
  asked: { app: string; version: string; digest: string | null; known: (tag: string) => boolean },
): WorkloadVersions {
  const { app, version, digest, known } = asked;
  const tagged = (image: string): string => {
    const { repository, tag } = imageParts(image);
    return digest !== null && tag === null && image.endsWith(`@${digest}`)
      ? `${repository}:${version}`
      : image;
  };
  const seen = versionsSeen(
    app,
    version,
    {
      pods: facts.pods.map((pod) => ({ ...pod, images: pod.images.map(tagged) })),
      templates: facts.templates.map((one) => ({ ...one, images: one.images.map(tagged) })),
      pastImages: facts.pastImages,
    },
    (tag) => tag === version || known(tag),
  );
  const isOther = (one: string | null): boolean => one !== null && one !== version && known(one);
  const rows = seen.rows.filter((row) => row.version === version);
  const others = seen.rows.filter((row) => isOther(row.version));
  const sum = (some: typeof rows, of: 'pods' | 'ready'): number =>
    some.reduce((total, row) => total + row[of], 0);
  const pods = { of: sum(rows, 'pods'), ready: sum(rows, 'ready'), others: sum(others, 'pods') };
  const isByPods = facts.templates.length === 0;
  const named = (counts: (one: string | null) => boolean): string[] =>
    seen.templates.filter((one) => counts(one.version)).map(({ name }) => name);
  return {
    has: isByPods ? (pods.of > 0 ? [itsPods] : []) : named((one) => one === version),
    behind: isByPods ? (pods.others > 0 ? [itsPods] : []) : named(isOther),
    any: facts.templates.length > 0 || facts.pods.length > 0,
    told: [...seen.templates, ...seen.rows].some((one) => one.version !== null || digest !== null),
    pods,
  };
}
