import type { World } from '../world';

/**
 * Whether the person can write records at all: they lie apart from the protected branch, or the person commits to the
 * branch themselves.
 */
export function canRecord(
  world: Pick<World, 'estate' | 'routes'>,
  { app, environment }: { app: string; environment: string },
): boolean {
  if (world.estate.ledger.records) return true;
  const { taken } = world.routes.plan({ kind: 'hold', app, environment, reason: 'x' });
  return taken === 'push' || taken === 'merge-branch';
}
