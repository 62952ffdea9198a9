import type { ResourceVersion } from '../../../shared/domain/concourse/answers';
import { bagServices } from '../../../shared/domain/concourse/bag-version';
import { hoursFindings } from '../../../shared/domain/preflight/deploy-hours';
import { type Finding, finding } from '../../../shared/domain/preflight/finding';
import { freezeFindings } from '../../../shared/domain/preflight/preflight-freeze';
import { type PipelineState, startInput } from '../../systems/concourse/pipeline-state';
import { frozenStage } from '../bags/frozen-stage';
import { serviceNotes } from '../bags/service-notes';
import { marksOfVersion } from '../marks-and-notes';
import type { World } from '../world';
import { nameOf, type SeenPipeline } from './concourse-pipelines';

/** What a bag brings that somebody marked bad; Concourse knows nothing of such marks. */
function markedServices(
  { estate, ledger }: Pick<World, 'estate' | 'ledger'>,
  seen: SeenPipeline,
  version: ResourceVersion,
  level: 'block' | 'warn' = 'block',
): Finding[] {
  const snapshot = ledger.snapshot();
  return Object.entries(bagServices(version, seen.names)).flatMap(([service, text]) =>
    marksOfVersion(estate, snapshot, service, text).map((mark) =>
      finding(
        'bad',
        level,
        `${sentence(nameOf(seen, version))} has ${service} ${text}, which is marked bad. ${mark.text}`,
        mark.where,
        true,
      ),
    ),
  );
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * What speaks against a bag going to an environment besides Concourse's own rules: deploy hours, freezes, versions that are
 * marked bad; and what people left to be known. It holds for what a person deploys and for what starts by itself because
 * of what they do.
 * @param version the bag; `null`: it is packed only now.
 */
export function standingChecks(
  world: World,
  seen: SeenPipeline,
  state: PipelineState,
  kind: 'deploy-bag' | 'roll-back-bag',
  version: ResourceVersion | null,
): Finding[] {
  const { environment } = state.watched;
  const contents = version ?? state.versions[0];
  const services = contents ? Object.keys(bagServices(contents, seen.names)) : [];
  return [
    ...(version ? markedServices(world, seen, version) : []),
    ...serviceNotes(world.ledger.snapshot(), services),
    ...hoursFindings({ kind }, world.hours(environment)),
    ...freezeFindings({ kind }, frozenStage(world, { name: seen.pipeline.name, services }, environment)),
  ];
}

/**
 * What is to be known before a bag is packed: Concourse takes the newest of each service, marked or not, and deploys the bag
 * by itself where nothing keeps it from that.
 */
export function packChecks(world: World, seen: SeenPipeline, state: PipelineState): Finding[] {
  const [newest] = state.versions;
  const input = startInput(state);
  const goesOn = input?.trigger && input.paused === null && input.pin === null;
  return [
    ...(newest ? markedServices(world, seen, newest, 'warn') : []),
    ...(goesOn ? standingChecks(world, seen, state, 'deploy-bag', null) : []),
  ];
}
