import { changePolicy, type PolicyChange } from '../../../shared/domain/bags/policy';
import type { Result } from '../../../shared/domain/failure/failure';
import { recordFiles } from '../../../shared/domain/records/record-change';
import type { World } from '../world';
import { chainOf, pipelineOf, recordsNow } from './pipelines';

/**
 * The records that a policy change would leave in the newest snapshot, by path (`null`: the file goes); fails where one
 * of them cannot be written. `null`: the rules refuse the change, or it changes nothing.
 */
export function policyFiles(
  world: World,
  pipeline: string,
  change: PolicyChange,
): Result<ReadonlyMap<string, string | null>> | null {
  const actor = { by: 'you', email: '', operation: 'preview', at: world.now().toISOString() };
  const chain = chainOf(pipelineOf(world.estate, pipeline));
  const records = recordsNow(world, pipeline);
  const decision = changePolicy(records, chain, actor, change, '(not typed yet)');
  if (decision.kind !== 'change') return null;
  const snapshot = world.ledger.snapshot();
  return recordFiles(decision.changes, (path) => snapshot.file(path)?.text ?? null);
}
