import type { EstateIntent } from '../../../shared/domain/operation/intent';
import { useOnce } from '../../data/attempts';

/** Starts what writes a note or a mark; `done` is called once it has begun. Its end is told as that of any operation. */
export function useRecordAction(done: () => void) {
  const start = useOnce<'operation.start'>();
  return {
    send: (intent: EstateIntent): void =>
      start.mutate({ name: 'operation.start', input: { intent, seen: [] } }, { onSuccess: done }),
    busy: start.isPending,
    failure: start.error?.failure ?? null,
  };
}
