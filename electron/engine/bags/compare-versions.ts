import { bagDifference, isSame, versionsOf } from '../../../shared/domain/bags/difference';
import { newestBag, packService } from '../../../shared/domain/bags/packing';
import { lastBag } from '../../../shared/domain/bags/pipeline-records';
import type { Contents, packSources } from '../../../shared/domain/bags/records';
import type { Comparison, PackPreview, Side } from '../../../shared/domain/bags/view';
import type { BagsPipeline } from '../../../shared/domain/estate/bags-pipeline';
import { FailureError } from '../../../shared/domain/failure/failure';
import type { Snapshot } from '../../ledger/ledger';
import type { World } from '../world';
import { imageOf, noImages, withImages } from './pack-images';
import { bagDetails } from './pipeline-view';
import { pipelineOf, recordsNow } from './pipelines';

type Versions = Readonly<Record<string, string | null>>;

/** What the ledger says of the services in an environment. */
export function versionsIn(
  world: World,
  snapshot: Snapshot,
  pipeline: BagsPipeline,
  environment: string,
): Record<string, string | null> {
  return Object.fromEntries(
    pipeline.services.map((service) => [
      service,
      world.reader.facts(snapshot, service, environment, null).version,
    ]),
  );
}

/** What differs between two sets of versions, with the migrations between, asked for at most for `limits.look`. */
export async function compareVersionsOf(
  world: World,
  from: Versions,
  to: Versions,
  signal: AbortSignal,
): Promise<Comparison> {
  const { changed, ...rest } = bagDifference(from, to);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(world.limits.look)]);
  const late = new Promise<null>((resolve) => {
    limited.addEventListener('abort', () => resolve(null), { once: true });
    if (limited.aborted) resolve(null);
  });
  return {
    ...rest,
    changed: await Promise.all(
      changed.map(async (one) => {
        const change = await Promise.race([
          // Shown as unknown.
          world.sources.loadChange(one.service, one.from, one.to, limited).catch(() => null),
          late,
        ]);
        if (change?.state !== 'known')
          return {
            ...one,
            migrations: null,
            because: change?.because ?? `${one.service}'s repo did not answer in time.`,
            commits: null,
            url: null,
          };
        return {
          ...one,
          migrations: change.migrationsPartial && change.migrations.length === 0 ? null : change.migrations,
          because: change.migrationsPartial ? 'GitHub did not list all files that differ.' : null,
          commits: change.commits.length + change.lost.length,
          url: change.url,
          ...(change.asOf === undefined ? {} : { asOf: change.asOf }),
        };
      }),
    ),
  };
}

/** What differs from one side to the other. Rejects with a FailureError `not-found`. */
export async function compareSides(
  world: World,
  name: string,
  from: Side,
  to: Side,
  signal: AbortSignal,
): Promise<Comparison> {
  const pipeline = pipelineOf(world.estate, name);
  const versions = (side: Side): Versions => {
    if ('environment' in side) return versionsIn(world, world.ledger.snapshot(), pipeline, side.environment);
    const { services, problem } = bagDetails(world, name, side.bag);
    if (problem) throw new FailureError(problem);
    return versionsOf(services);
  };
  return compareVersionsOf(world, versions(from), versions(to), signal);
}

/** What packing would put into the next bag. Rejects with a FailureError where the services' repos cannot be asked. */
export async function packPreview(
  world: World,
  name: string,
  source: (typeof packSources)[number],
  signal: AbortSignal,
): Promise<PackPreview> {
  const pipeline = pipelineOf(world.estate, name);
  const records = recordsNow(world, name);
  const [first = ''] = pipeline.environments;
  const running = versionsIn(world, world.ledger.snapshot(), pipeline, first);
  const services = await Promise.all(
    pipeline.services.map(async (service) => {
      const now = running[service] ?? null;
      const named =
        source === 'published' ? await world.publishedVersions(service, signal) : now === null ? [] : [now];
      const proposed = source === 'published' ? await withImages(world, service, named, signal) : named;
      if (named.length > 0 && proposed.length === 0)
        return { service, version: null, digest: null, why: noImages(service, named), blocked: true };
      const packed = packService(
        records,
        service,
        proposed,
        source === 'published' ? 'the newest' : `runs in ${first}`,
      );
      if (packed.state === 'blocked')
        return { service, version: null, digest: null, why: packed.why, blocked: true };
      const taken = { version: packed.version, digest: null, why: packed.why, blocked: false };
      return { service, ...(await imageOf(world, taken, service, first, source, signal)) };
    }),
  );
  const contents: Contents = Object.fromEntries(
    services.flatMap(({ service, version, digest, blocked }) =>
      version === null || blocked ? [] : [[service, { version, ...(digest ? { digest } : {}) }]],
    ),
  );
  const newest = newestBag(records);
  const before = newest?.ok ? versionsOf(newest.value.services) : {};
  return {
    bag: lastBag(records) + 1,
    last: lastBag(records),
    source,
    services,
    difference: await compareVersionsOf(world, before, versionsOf(contents), signal),
    differs: !newest?.ok || !isSame(bagDifference(before, versionsOf(contents))),
    contents,
  };
}
