import { declarationOf } from './intent';
import type { Operation } from './operation';

/** How the cell that an operation was about stands now. */
interface CellNow {
  /** What the release repo wants there; `null`: not known. */
  version: string | null;
  /** Whether anything there needs attention. */
  troubled: boolean;
}

/**
 * What is to be done next about an operation on an app, as its screen offers it. `next`: it brought a version, which can go
 * on from there; `roll-back`: it changed something, or may yet, and that can be taken back; `nothing`: it changed nothing,
 * or somebody has deployed something else since: what runs there is theirs to take back.
 */
export function afterwards(operation: Operation, cell: CellNow): 'next' | 'roll-back' | 'nothing' {
  const { intent, state, commit } = operation;
  if (state === 'running') return 'roll-back';
  const brought = 'version' in intent ? intent.version : null;
  const isOthers = brought !== null && cell.version !== null && cell.version !== brought;
  if (isOthers || (state !== 'succeeded' && state !== 'unknown' && commit === null)) return 'nothing';
  if (state !== 'succeeded' || cell.troubled) return 'roll-back';
  return declarationOf(intent).deployment === null ? 'nothing' : 'next';
}
