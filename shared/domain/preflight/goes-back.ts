import type { OperationKind } from '../operation/intent';

const kinds: ReadonlySet<OperationKind> = new Set([
  'rollback',
  'emergency-rollback',
  'reconcile',
  'roll-back-bag',
]);

/** Whether it goes back to what ran there before, so that somebody may be waiting for a service to return. */
export const goesBack = ({ kind }: { kind: OperationKind }): boolean => kinds.has(kind);
