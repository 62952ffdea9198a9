import type { Failure } from '../../../shared/domain/failure/failure';
import { shortVersion } from '../../../shared/domain/ledger/version';
import type { SupersededBy } from '../../../shared/domain/operation/operation';
import type { Snapshot } from '../../ledger/ledger';
import type { Begun, Task } from './proposal';

/** Why a proposal has become pointless. */
export type Pointless =
  /** The release repo says by another commit what it was to say. */
  | { because: 'there' }
  /** Another version is wanted there by now. */
  | { because: 'superseded'; by: SupersededBy }
  /** The rule that made it refuses it on what the release repo says now. */
  | { because: 'refused'; failure: Failure };

/**
 * Whether a proposal still means something on a newer snapshot; `null`: it does. Judged by the ledger alone: what the
 * rule refuses for other reasons (a cluster that is away for an hour) it would refuse on the old snapshot as well, and
 * such a thing passes while a review takes days.
 */
export async function whyPointless(task: Task, begun: Begun, snapshot: Snapshot): Promise<Pointless | null> {
  const { context, proposal } = task;
  const { world, intent, id } = context;
  const over = proposal.isOver?.() ?? null;
  if (over !== null) return { because: 'refused', failure: pointless(over) };
  if (snapshot.commit === null || snapshot.commit === begun.base) return null;
  if (proposal.effect === 'commit' && 'version' in intent && 'expected' in intent) {
    const { app, environment, version, expected } = intent;
    const now = world.reader.facts(snapshot, app, environment, null).version;
    if (now !== version && now !== expected)
      return {
        because: 'superseded',
        by: {
          operationId: world.holder(app, environment, id)?.id ?? null,
          version: now,
          text: `${environment} got ${now === null ? 'no version' : shortVersion(now)} while ${shortVersion(version)} waited for its review.`,
        },
      };
    if (now === version && intent.kind !== 'rollback') return { because: 'there' };
  }
  const decision = proposal.decide(snapshot);
  if (decision.kind === 'change') return null;
  if (decision.kind === 'nothing') return { because: 'there' };
  const base = await world.ledger.snapshotAt(begun.base, context.signal);
  if (!base.ok || proposal.decide(base.value).kind !== 'change') return null;
  return { because: 'refused', failure: decision.failure };
}

const pointless = (message: string): Failure => ({
  code: 'conflict',
  message,
  meaning: 'Nothing was changed.',
  next: [{ do: 'retry', label: 'Review again' }],
});
