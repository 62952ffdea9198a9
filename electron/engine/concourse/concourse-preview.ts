import type { BagPreview } from '../../../shared/contract/bags';
import type { Comparison, PackPreview, Side } from '../../../shared/domain/bags/view';
import { bagServices } from '../../../shared/domain/concourse/bag-version';
import { effectOf } from '../../../shared/domain/concourse/scheduling';
import { type BagIntent, subjectOf } from '../../../shared/domain/operation/intent';
import { startInput } from '../../systems/concourse/pipeline-state';
import { compareVersionsOf } from '../bags/compare-versions';
import type { World } from '../world';
import { versionsInBag } from './bag-rows';
import { concourseFindings, versionChange } from './concourse-findings';
import { numberOf, type SeenPipeline, stateOf } from './concourse-pipelines';
import { nextViews, runningIn } from './stage-view';

const versionsOfSide = (seen: SeenPipeline, side: Side): Record<string, string> => {
  if ('bag' in side) return versionsInBag(seen, side.bag);
  const running = runningIn(stateOf(seen, side.environment));
  return running ? bagServices(running.version, seen.names) : {};
};

/** What differs from one bag, or from what runs, to another. Rejects with a FailureError `not-found`. */
export const compareBags = async (
  world: World,
  seen: SeenPipeline,
  from: Side,
  to: Side,
  signal: AbortSignal,
): Promise<Comparison> =>
  compareVersionsOf(world, versionsOfSide(seen, from), versionsOfSide(seen, to), signal);

/** What packing would put into the next bag: Concourse alone knows, once it packs. */
export function concoursePackPreview(seen: SeenPipeline, source: PackPreview['source']): PackPreview {
  const [first = ''] = seen.pipeline.environments;
  const [newest] = stateOf(seen, first).versions;
  const last = (newest && numberOf(seen, newest)) ?? 0;
  const services = newest ? bagServices(newest, seen.names) : {};
  return {
    bag: last + 1,
    last,
    source,
    services: Object.entries(services).map(([service, version]) => ({
      service,
      version: null,
      digest: null,
      why: `The newest that Concourse finds; ${version} in bag ${last}.`,
      blocked: false,
    })),
    difference: { changed: [], added: [], removed: [], unchanged: [] },
    differs: true,
    contents: {},
  };
}

/** What is done where a Concourse deploys, where that is another than by the release repo. */
const meanings: Partial<Record<BagIntent['kind'], string>> = {
  'change-policy': 'Concourse goes by its own rules: what this makes it do is said below.',
  'pack-bag': 'Has Concourse pack a bag of the newest version of each service, and follows it to the end.',
  'deploy-bag':
    'Starts start-deploy and follows the bag through every job, starting those that do not follow by themselves, until the lock is released.',
  'roll-back-bag':
    'Keeps the broken bag out, then takes the other through every job until the lock is released, in one step. Database migrations are not rolled back.',
};

/** The preview of anything that is asked of such a pipeline, on what Concourse shows now. */
export async function concoursePreview(
  world: World,
  seen: SeenPipeline,
  intent: BagIntent,
  signal: AbortSignal,
): Promise<BagPreview> {
  await seen.view.look();
  const isDeploy = intent.kind === 'deploy-bag' || intent.kind === 'roll-back-bag';
  return {
    intent,
    meaning: meanings[intent.kind] ?? null,
    findings: concourseFindings(world, seen, intent, null),
    comparison: isDeploy
      ? await compareBags(world, seen, { environment: intent.environment }, { bag: intent.bag }, signal)
      : null,
    nextAfter: intent.kind === 'change-policy' ? nextAfter(seen, intent) : null,
    lacking: [],
    commit: null,
  };
}

/** What would be next in the environment of a change after it. */
function nextAfter(
  seen: SeenPipeline,
  intent: Extract<BagIntent, { kind: 'change-policy' }>,
): BagPreview['nextAfter'] {
  const { environment } = subjectOf(intent);
  const change = versionChange(seen, intent);
  if (environment === null || !change) return null;
  const state = stateOf(seen, environment);
  const input = startInput(state);
  const after = input && effectOf(input, change)?.input;
  const running = runningIn(state);
  return after
    ? nextViews(after, running && numberOf(seen, running.version), (version) => numberOf(seen, version))
        .automatic
    : null;
}
