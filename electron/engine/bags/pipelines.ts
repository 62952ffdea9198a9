import type { BagChain, ImageFacts } from '../../../shared/domain/bags/next';
import type { PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import type { Bag } from '../../../shared/domain/bags/records';
import type { BagsPipeline } from '../../../shared/domain/estate/bags-pipeline';
import type { Estate } from '../../../shared/domain/estate/estate';
import { type Failure, FailureError } from '../../../shared/domain/failure/failure';
import { bagRecords } from '../../ledger/bag-records';
import type { World } from '../world';

/** The estate's pipelines of bags. */
export const bagPipelines = (estate: Estate): BagsPipeline[] =>
  estate.pipelines.flatMap((one) => (one.kind === 'bags' ? [one] : []));

const noPipeline = (name: string): Failure => ({
  code: 'not-found',
  message: `There is no bag pipeline called ${name}.`,
  meaning: 'Nothing was changed.',
  next: [{ do: 'advice', label: 'Check the pipelines in signalbox.yaml.' }],
});

/** @throws FailureError `not-found` */
export function pipelineOf(estate: Estate, name: string): BagsPipeline {
  const found = bagPipelines(estate).find((one) => one.name === name);
  if (!found) throw new FailureError(noPipeline(name));
  return found;
}

/** What an environment of a pipeline is configured to do. @throws FailureError `not-found` */
export function stageOf(pipeline: BagsPipeline, environment: string): BagsPipeline['stages'][string] {
  const stage = pipeline.stages[environment];
  if (stage) return stage;
  const failure = noPipeline(pipeline.name);
  throw new FailureError({ ...failure, message: `${environment} is not in the pipeline ${pipeline.name}.` });
}

export const chainOf = (pipeline: BagsPipeline): BagChain => ({
  environments: pipeline.environments,
  services: pipeline.services,
});

export const recordsNow = (world: World, pipeline: string): PipelineRecords =>
  bagRecords(world.ledger.snapshot(), pipeline);

/** Whether the estate file wants autopilots in an environment. */
export const autopilotConfigured = (pipeline: BagsPipeline, environment: string): boolean =>
  pipeline.stages[environment]?.autopilot ?? pipeline.autopilot;

/** Whether a service's image is known to be missing: by the registry, where the estate names none by its repo. */
function isMissing(world: World, service: string, version: string): boolean {
  if (world.images.canAsk) return world.images.peek(service, version)?.state === 'missing';
  return world.sources.peekPublished(service, version) === false;
}

/** What is known of images without asking anybody: only what was said to be missing counts. */
export const knownImages = (world: World): ImageFacts => ({
  missingImages: (bag) =>
    Object.entries(bag.services)
      .filter(([service, { version }]) => isMissing(world, service, version))
      .map(([service, { version }]) => `${service} ${version}`),
});

/** Services of a bag whose images the registry could not be asked about, with its reason; none without a registry. */
export const unseenImages = (world: World, bag: Bag): { image: string; because: string }[] =>
  world.images.canAsk
    ? Object.entries(bag.services).flatMap(([service, { version }]) => {
        const found = world.images.peek(service, version);
        if (found?.state === 'there' || found?.state === 'missing') return [];
        return [
          { image: `${service} ${version}`, because: found?.because ?? 'The registry was not asked yet.' },
        ];
      })
    : [];

/** Asks the registry, or else the services' repos, about a bag's images, so that {@link knownImages} knows; at most for `limits.look`. */
export async function askForImages(world: World, bag: Bag, signal: AbortSignal): Promise<void> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(world.limits.look)]);
  await Promise.race([
    Promise.all(
      Object.entries(bag.services).map(([service, { version }]) =>
        world.images.canAsk
          ? world.images.load(service, version, limited)
          : world.sources.loadPublished(service, version, limited),
      ),
      // What could not be asked is found unknown, and logged by whoever asked.
    ).catch(() => undefined),
    new Promise<void>((resolve) => {
      limited.addEventListener('abort', () => resolve(), { once: true });
      if (limited.aborted) resolve();
    }),
  ]);
  signal.throwIfAborted();
}
