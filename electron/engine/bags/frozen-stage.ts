import { type FrozenNow, frozenNow, frozenText } from '../../../shared/domain/preflight/preflight-freeze';
import type { Snapshot } from '../../ledger/ledger';
import type { World } from '../world';

/** Freezes in force in an environment of a pipeline of bags: a bag is frozen with any of its services. */
export const frozenStage = (
  world: Pick<World, 'reader' | 'ledger' | 'now'>,
  pipeline: { name: string; services: string[] },
  environment: string,
  snapshot: Snapshot = world.ledger.snapshot(),
): FrozenNow =>
  frozenNow(
    world.reader.freezes(snapshot),
    { environment, pipelines: [pipeline.name], apps: pipeline.services },
    world.now(),
  );

/** Why nothing may be deployed automatically to an environment of bags; `null`: nothing freezes it. */
export function frozenForAutopilot({ freezes, unread }: FrozenNow): string | null {
  const stopping = freezes.find(({ automatic }) => automatic);
  if (stopping) return `${frozenText(stopping)}.`;
  return unread === null ? null : `Can’t tell whether this is frozen. ${unread}`;
}
