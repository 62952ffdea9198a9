import type { BagPreview } from '../../../shared/contract/bags';
import { versionsOf } from '../../../shared/domain/bags/difference';
import { nextBag } from '../../../shared/domain/bags/next';
import { gatherRecords } from '../../../shared/domain/bags/pipeline-records';
import type {
  BagDetails,
  BagPipelineView,
  BagRow,
  Comparison,
  NextView,
  PackPreview,
  PeriodicView,
  Side,
} from '../../../shared/domain/bags/view';
import type { Estate } from '../../../shared/domain/estate/estate';
import { type BagIntent, subjectOf } from '../../../shared/domain/operation/intent';
import { readEntry } from '../../../shared/domain/records/record-entry';
import { markFolder, pipelineFolders } from '../../../shared/domain/records/record-paths';
import { parseAhead } from '../../ledger/bag-records';
import type { Sources } from '../../systems/github/github-sources';
import { askLedgerAgain } from '../app-preflight';
import type { Changes } from '../changes';
import { concourseBag, concourseRows } from '../concourse/bag-rows';
import { seenPipeline } from '../concourse/concourse-pipelines';
import { compareBags, concoursePackPreview, concoursePreview } from '../concourse/concourse-preview';
import { concoursePipelineView, periodicOf } from '../concourse/pipeline-view';
import type { World } from '../world';
import { askLanding, bagFindings } from './bag-preflight';
import { compareSides, compareVersionsOf, packPreview, versionsIn } from './compare-versions';
import { periodicViews } from './periodic-view';
import { bagDetails, bagRows, nextView, pipelineView } from './pipeline-view';
import { askForImages, bagPipelines, chainOf, knownImages, pipelineOf, recordsNow } from './pipelines';
import { policyFiles } from './policy-files';

/** Pipelines of bags, as screens ask for them. Calls throw or reject with a FailureError. */
export interface BagsEngine {
  /** Resolves when the ledger's records were read once: the other calls answer at once then. */
  ready(): Promise<void>;
  pipelines(): string[];
  pipeline(name: string): BagPipelineView;
  list(name: string): { environments: string[]; bags: BagRow[] };
  get(name: string, bag: number): BagDetails;
  compare(name: string, from: Side, to: Side): Promise<Comparison>;
  packPreview(name: string, source: 'running' | 'published'): Promise<PackPreview>;
  preview(intent: BagIntent): Promise<BagPreview>;
  periodic(name: string): PeriodicView[];
  thisConsole(name: string, on: boolean): boolean;
}

/** For engines that are to do nothing by themselves. */
export const noAutopilot: World['consoleAutopilot'] = { get: () => false, set: () => undefined };

/** Published versions of a service that are image tags of releases, newest first. */
export async function publishedVersions(
  sources: Sources | null,
  service: string,
  signal: AbortSignal,
): Promise<string[]> {
  const found = await sources?.candidates(service, '', 50, signal);
  return (found?.listed ?? []).filter(({ kind }) => kind === 'tag').map(({ version }) => version);
}

/** Services of the pipeline that an intent is about. */
export const servicesOf = (estate: Estate, intent: BagIntent): readonly string[] =>
  bagPipelines(estate).find(({ name }) => name === intent.pipeline)?.services ?? [];

/** What would be next in the environment of a policy change after it. */
function nextAfter(world: World, intent: Extract<BagIntent, { kind: 'change-policy' }>): NextView | null {
  const environment = subjectOf(intent).environment;
  if (environment === null || intent.change.action === 'autopilot') return null;
  const chain = chainOf(pipelineOf(world.estate, intent.pipeline));
  const snapshot = world.ledger.snapshot();
  const texts = new Map<string, string>();
  for (const folder of [markFolder, ...pipelineFolders.map((one) => `${one}${intent.pipeline}`)])
    for (const path of snapshot.list(folder)) texts.set(path, snapshot.file(path)?.text ?? '');
  const written = policyFiles(world, intent.pipeline, intent.change);
  if (written?.ok)
    for (const [path, text] of written.value) {
      if (text === null) texts.delete(path);
      else texts.set(path, text);
    }
  const after = gatherRecords(
    intent.pipeline,
    [...texts].flatMap(([path, text]) => readEntry(path, text) ?? []),
  );
  return nextView(nextBag(after, chain, environment, 'manual', knownImages(world)));
}

async function previewOf(world: World, intent: BagIntent, signal: AbortSignal): Promise<BagPreview> {
  await Promise.all([askLedgerAgain(world, signal), askLanding(world, signal)]);
  const records = recordsNow(world, intent.pipeline);
  let comparison: Comparison | null = null;
  let lacking: string[] = [];
  if (intent.kind === 'deploy-bag' || intent.kind === 'roll-back-bag') {
    const pipeline = pipelineOf(world.estate, intent.pipeline);
    const bag = records.bags.get(intent.bag);
    if (bag?.ok) {
      await askForImages(world, bag.value, signal);
      const running = versionsIn(world, world.ledger.snapshot(), pipeline, intent.environment);
      comparison = await compareVersionsOf(world, running, versionsOf(bag.value.services), signal);
      lacking = pipeline.services.filter((one) => !bag.value.services[one]);
    }
  }
  return {
    intent,
    meaning: null,
    findings: bagFindings(world, intent, null),
    comparison,
    nextAfter: intent.kind === 'change-policy' ? nextAfter(world, intent) : null,
    lacking,
    commit: world.ledger.snapshot().commit,
  };
}

/** @param signal aborted when the engine closes */
export function createBags(world: World, signal: AbortSignal, changes: Changes): BagsEngine {
  const reading = parseAhead(world.ledger.snapshot(), signal);
  return {
    ready: () => reading,
    pipelines: () => world.estate.pipelines.flatMap(({ name, kind }) => (kind === 'apps' ? [] : [name])),
    pipeline: (name) => {
      const seen = seenPipeline(world, name);
      return seen ? concoursePipelineView(world, seen) : pipelineView(world, name);
    },
    list: (name) => {
      const seen = seenPipeline(world, name);
      if (seen) return { environments: seen.pipeline.environments, bags: concourseRows(seen) };
      return {
        environments: pipelineOf(world.estate, name).environments,
        bags: bagRows(world, name),
      };
    },
    get: (name, bag) => {
      const seen = seenPipeline(world, name);
      return seen ? concourseBag(seen, bag) : bagDetails(world, name, bag);
    },
    compare: async (name, from, to) => {
      const seen = seenPipeline(world, name);
      return seen ? compareBags(world, seen, from, to, signal) : compareSides(world, name, from, to, signal);
    },
    packPreview: async (name, source) => {
      const seen = seenPipeline(world, name);
      return seen ? concoursePackPreview(seen, source) : packPreview(world, name, source, signal);
    },
    preview: async (intent) => {
      const seen = seenPipeline(world, intent.pipeline);
      return seen ? concoursePreview(world, seen, intent, signal) : previewOf(world, intent, signal);
    },
    periodic: (name) => {
      const seen = seenPipeline(world, name);
      if (seen) return seen.pipeline.environments.flatMap((environment) => periodicOf(seen, environment));
      const pipeline = pipelineOf(world.estate, name);
      return pipeline.environments.flatMap((environment) => periodicViews(world, pipeline, environment));
    },
    thisConsole: (name, on) => {
      pipelineOf(world.estate, name);
      world.consoleAutopilot.set(name, on);
      changes.tell('bags', name);
      return world.consoleAutopilot.get(name);
    },
  };
}
