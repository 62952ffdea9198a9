import { type ProcedureName, procedures, type StreamMessageOf } from '../../shared/contract/contract';
import { type Procedure, topics } from '../../shared/contract/procedure';

/** One thing that changed, as the main process tells it. */
export type ChangeEvent = StreamMessageOf<'events'>[number];

/**
 * Whether the answer under a query key may have changed by an event, by what the contract says of the procedure. Errs
 * on the side of asking again: only a key that surely speaks of something else is left alone.
 */
export function affects(event: ChangeEvent, queryKey: readonly unknown[]): boolean {
  const [name, input] = queryKey as [ProcedureName, Record<string, unknown> | undefined];
  const procedure: Procedure | undefined = procedures[name];
  if (procedure?.kind !== 'query' || !procedure.changedBy.includes(event.topic)) return false;
  const field = topics[event.topic];
  if (event.key === null || field === null || !procedure.narrowedBy?.includes(field)) return true;
  // What the input leaves open may be what the key names.
  return input?.[field] === undefined || input[field] === event.key;
}

/** Whether cells changed by these events while the rest of the board, which is asked again as a whole, did not. */
export function cellsChanged(events: readonly ChangeEvent[]): boolean {
  const board = ['board.get', {}];
  return (
    events.some(({ topic, key }) => topic === 'app' && key !== null) &&
    !events.some((event) => affects(event, board))
  );
}

/** The same events once each: a busy frame often says one thing many times. */
export function distinct(events: readonly ChangeEvent[]): ChangeEvent[] {
  const seen = new Map<string, ChangeEvent>();
  for (const event of events) seen.set(`${event.topic}\n${event.key ?? ''}`, event);
  return [...seen.values()];
}
