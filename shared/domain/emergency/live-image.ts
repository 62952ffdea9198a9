import { imageParts } from '../ledger/image';

/** What makes pods of an app for good. */
export interface WorkloadRef {
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  namespace: string;
  name: string;
}

/** A container of a workload's pod template, as the cluster has it now. */
export interface LiveContainer {
  name: string;
  /** Of `initContainers`. */
  init: boolean;
  image: string;
}

export interface LiveWorkload extends WorkloadRef {
  containers: readonly LiveContainer[];
}

/** One container's image, from what was seen to what is wanted. */
export interface ImageChange {
  container: string;
  from: string;
  to: string;
}

/**
 * The image with another tag. A digest goes with the old tag: it would decide alone what is pulled
 * (distribution/reference: of a name with both, the digest is what is resolved).
 */
function withTag(image: string, tag: string): string {
  return `${imageParts(image).repository}:${tag}`;
}

/**
 * What has to change so that a workload runs a version: the containers, init containers too, whose image comes from one
 * of the app's repositories. Sidecars of other repositories stay.
 * @param repositories those whose tag is the app's version, see `versionedRepositories`.
 */
export const imageChanges = (
  workload: LiveWorkload,
  repositories: ReadonlySet<string>,
  version: string,
): ImageChange[] =>
  workload.containers.flatMap(({ name, image }) => {
    const to = withTag(image, version);
    return repositories.has(imageParts(image).repository) && to !== image
      ? [{ container: name, from: image, to }]
      : [];
  });
