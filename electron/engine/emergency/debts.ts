import { type EmergencyDebt, readNote } from '../../../shared/domain/emergency/debt';
import { isProved, type NotesSeen, openDebts, policyBefore } from '../../../shared/domain/emergency/debts';
import { type FailedWrite, remoteAway } from '../../../shared/domain/emergency/remote-away';
import type { OperationRecord } from '../../../shared/domain/operation/operation-reducer';
import type { Cluster } from '../../observation/types';
import type { World } from '../world';
import type { Emergencies } from './emergencies';

function notesIn(cluster: Cluster | undefined): NotesSeen {
  if (!cluster) return { notes: new Map(), live: false };
  const { view } = cluster;
  const notes = new Map<string, EmergencyDebt>();
  for (const [application, text] of view.syncOffNotes()) {
    const note = readNote(text);
    // A note that was copied from another environment's Application tells nothing of this one.
    if (note && note.debt.environment === view.environment) notes.set(application, note.debt);
  }
  const hidden = view.gaps().some(({ topics }) => topics.includes('applications'));
  return { notes, live: !hidden && view.freshness('applications').state === 'live' };
}

/** The last write of this console to the release repo, where it failed. */
function failedWrite(records: readonly OperationRecord[]): FailedWrite | null {
  const written = records
    .flatMap(({ operation }) => {
      const step = operation.steps.find(({ name }) => name === 'commit');
      return step?.finishedAt ? [{ operation, step, at: step.finishedAt }] : [];
    })
    .filter(({ step }) => step.state === 'succeeded' || step.state === 'failed' || step.state === 'unknown')
    .sort((a, b) => b.at.localeCompare(a.at));
  const [last] = written;
  if (!last || last.step.state === 'succeeded') return null;
  const { failure } = last.operation;
  return failure ? { at: last.at, failure } : null;
}

/** @param records all that the journal has of this console's operations. */
export function createEmergencies(options: {
  world: Pick<World, 'ledger' | 'clusters' | 'reader' | 'estate' | 'now'>;
  records: () => readonly OperationRecord[];
}): Emergencies {
  const { world, records } = options;
  return {
    debts: () => {
      const seen = new Map<string, NotesSeen>();
      const notesOf = (environment: string): NotesSeen => {
        const known = seen.get(environment) ?? notesIn(world.clusters.get(environment));
        seen.set(environment, known);
        return known;
      };
      return openDebts(
        records(),
        world.reader.emergencies(world.ledger.snapshot()),
        world.estate.environments.map(({ name }) => name),
        notesOf,
      );
    },
    isProved: (debt) => isProved(debt, notesIn(world.clusters.get(debt.environment))),
    policyBefore: (debt, application) => policyBefore(records(), debt, application),
    away: () => remoteAway(world.ledger.freshness(), failedWrite(records()), world.now()),
  };
}
