import type { Bag } from '../../../shared/domain/bags/records';
import type { World } from '../world';

/** The digest of the image that runs, where the cluster tells it: pods do, and Applications whose manifests name it. */
function digestOf(world: World, environment: string, service: string, version: string): string | null {
  const view = world.clusters.get(environment)?.view;
  const images = view
    ? [...view.pulledImages(service), ...view.applications(service).flatMap((one) => one.images)]
    : [];
  const digestsOf = (ending: string): string[] =>
    images.flatMap((image) => {
      const [tag, digest] = image.split('@');
      return digest && tag?.endsWith(ending) ? [digest] : [];
    });
  const own = digestsOf(`/${service}:${version}`);
  const digests = own.length > 0 ? own : digestsOf(`:${version}`);
  // Nodes that pulled a moved tag at different times run different images: then none of them is the bag's.
  return new Set(digests).size === 1 ? (digests[0] ?? null) : null;
}

/** What of a service can be packed, and with which image. */
interface PackedService {
  version: string | null;
  digest: string | null;
  why: string;
  blocked: boolean;
}

/** How many versions are asked for at the registry before it is said that none of them has an image. */
const mostTried = 20;

/**
 * The newest of the proposed versions whose image is there, as the registry says; all of them where the estate names none.
 * Ends with the first that is there, or could not be asked: what is newer than that is known to be missing.
 */
export async function withImages(
  world: World,
  service: string,
  proposed: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!world.images.canAsk) return proposed;
  const left = proposed.slice(0, mostTried);
  while (left[0] !== undefined) {
    const found = await world.images.load(service, left[0], signal);
    if (found.state !== 'missing') break;
    left.shift();
  }
  return left;
}

/** What is said where none of the proposed versions has an image. */
export const noImages = (service: string, named: readonly string[]): string =>
  named.length > mostTried
    ? `None of the newest ${mostTried} versions of ${service} has an image in the registry.`
    : `No version of ${service} has an image in the registry.`;

/** The image of a version that goes into a bag. What runs must be what the registry has, where both are known. */
export async function imageOf(
  world: World,
  packed: PackedService & { version: string },
  service: string,
  environment: string,
  source: Bag['source'],
  signal: AbortSignal,
): Promise<PackedService> {
  const { version } = packed;
  const running = digestOf(world, environment, service, version);
  if (!world.images.canAsk) return { ...packed, digest: running };
  // A tag may have been moved since it was last asked for.
  const found = await world.images.load(service, version, signal, 0);
  if (found.state === 'there') {
    if (source !== 'running' || running === null || running === found.digest)
      return { ...packed, digest: found.digest };
    const why = `The tag ${version} was moved: ${running.slice(0, 19)} runs in ${environment}, the registry has ${found.digest.slice(0, 19)}.`;
    return { ...packed, digest: null, why, blocked: true };
  }
  if (found.state === 'missing') return { ...packed, digest: running, why: found.because, blocked: true };
  // What runs was pulled once; whether a version that runs nowhere was ever built is not known.
  if (source === 'running') return { ...packed, digest: running };
  return { ...packed, digest: null, why: found.because, blocked: true };
}
