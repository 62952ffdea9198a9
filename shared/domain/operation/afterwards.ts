import { declarationOf } from './intent';
import type { Operation } from './operation';

/**
 * What an operation leaves to be done, as far as it tells itself. `next`: it brought a version, which can go on from there;
 * `roll-back`: it changed something, or may yet; `nothing`: it changed nothing, so that there is nothing of its own to take
 * back: what runs there is somebody else's.
 */
export function afterwards({ intent, state, commit }: Operation): 'next' | 'roll-back' | 'nothing' {
  if (state === 'running') return 'roll-back';
  const { deployment } = declarationOf(intent);
  if (state === 'succeeded') return deployment === null ? 'nothing' : 'next';
  return commit === null && state !== 'unknown' ? 'nothing' : 'roll-back';
}
