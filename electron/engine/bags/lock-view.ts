import { isOwnByHand } from '../../../shared/domain/bags/decisions';
import type { PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import type { LockView } from '../../../shared/domain/bags/view';
import type { World } from '../world';

/** Who holds an environment's lock; `null`: nobody, or its file cannot be read. */
export function lockView(world: World, records: PipelineRecords, environment: string): LockView | null {
  const { lock } = records.environment(environment);
  const held = lock?.ok ? lock.value.held : null;
  if (!held || !lock?.ok) return null;
  const { name, email } = world.identity();
  return {
    by: held.by,
    at: held.since,
    reason: held.reason,
    operation: held.operation,
    token: lock.value.token,
    kind: held.kind,
    bag: held.bag,
    until: held.until,
    mine: world.open().some(({ id }) => id === held.operation) || isOwnByHand(held, { by: name, email }),
  };
}
