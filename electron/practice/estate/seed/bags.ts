import { commitMessage } from '../../../../shared/domain/trailers';
import { type BagEnvironment, bagEnvironments, imageTagPath, type SeedApp } from '../apps';
import { formatImageTagFile } from '../image-tag-file';
import { type Person, releaseManagers } from '../people';
import { after, day, hour, minute, workingMoments } from './calendar';
import type { Random } from './random';
import type { PlainCommit } from './release-repo';
import type { Release } from './releases';

/** A service with its releases, oldest first. */
interface ReleasedService {
  service: SeedApp;
  releases: readonly Release[];
}

/** Hours before now at which the newest bags were packed, oldest first. */
const recentBags = [25, 5.5];

/**
 * Invents what happened to the bags, oldest first: each is packed from the newest versions of all services, and goes
 * through the environments until its tests fail somewhere. The newest two went all the way.
 */
export function inventBags(random: Random, services: readonly ReleasedService[], now: Date): PlainCommit[] {
  const moments = [
    ...workingMoments(random, now, 100, 3, 22),
    ...recentBags.map((hours) => after(now, -hours * hour)),
  ];
  const commits: PlainCommit[] = [];
  let number = 0;
  let last = '';
  for (const packedAt of moments) {
    const versions = new Map(
      services.map(({ service, releases }) => {
        const newest = releases.findLast((release) => release.mergedAt < packedAt);
        return [service.repo, `v${newest?.version ?? service.base}`] as const;
      }),
    );
    const content = [...versions.values()].join(' ');
    if (content === last) continue;
    last = content;
    number += 1;
    const by = random.pick(releaseManagers);
    let at = after(packedAt, random.int(20, 90) * 1000);
    for (const environment of bagEnvironments) {
      commits.push(deployment(random, { number, versions, environment, at, by }));
      at = after(at, random.int(7, 14) * minute);
      if (packedAt < after(now, -2 * day) && random.chance(0.1)) break;
      at = after(at, random.int(1, 5) * minute);
    }
  }
  return commits;
}

/** All image tags of a bag in one commit. */
function deployment(
  random: Random,
  bag: {
    number: number;
    versions: ReadonlyMap<string, string>;
    environment: BagEnvironment;
    at: Date;
    by: Person;
  },
): PlainCommit {
  const { number, versions, environment, at, by } = bag;
  return {
    at,
    author: by,
    message: commitMessage(`Deploy bag ${number} to ${environment}`, {
      operation: operationId(random, at),
      kind: 'bag',
    }).trimEnd(),
    pipeline: false,
    files: Object.fromEntries(
      [...versions].map(([service, imageTag]) => [
        imageTagPath(environment, service),
        formatImageTagFile({ imageTag, automaticDeploysEnabled: true, promoteDeployment: true }),
      ]),
    ),
  };
}

/** A UUID of version 7 (RFC 9562): the time, then chance. */
function operationId(random: Random, at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`;
}
