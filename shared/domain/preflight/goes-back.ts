import type { AppIntent, OperationKind } from '../operation/intent';

const kinds: ReadonlySet<OperationKind> = new Set(['rollback', 'emergency-rollback', 'reconcile']);

/** Whether it goes back to what ran there before, so that somebody may be waiting for a service to return. */
export const goesBack = ({ kind }: Pick<AppIntent, 'kind'>): boolean => kinds.has(kind);
