import type { Query, QueryClient } from '@tanstack/react-query';
import { BoardCells } from './board-cells';
import { affects, type ChangeEvent, cellsChanged, distinct } from './invalidation';
import { queryOf } from './query-client';

/** Runs once before the next frame; in a hidden window, where frames stop, within a quarter of a second. */
export function onNextFrame(work: () => void): () => void {
  let done = false;
  const run = () => {
    if (done) return;
    done = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    work();
  };
  const frame = requestAnimationFrame(run);
  const timer = setTimeout(run, 250);
  return () => {
    done = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

/**
 * Turns change events into queries asked again, once per frame. A query that is being asked when its event comes is
 * asked once more when it has settled: cancelling it instead would starve a screen under a steady stream of events.
 */
export class Refresher {
  readonly #client: QueryClient;
  readonly #again = new Set<string>();
  readonly #unsubscribe: () => void;
  readonly #cells: BoardCells;
  #waiting: ChangeEvent[] = [];
  #cancelFrame: (() => void) | null = null;

  constructor(client: QueryClient) {
    this.#client = client;
    const board = () => client.getQueryCache().find({ queryKey: queryOf('board.get', {}).queryKey });
    this.#cells = new BoardCells(client, () => {
      const query = board();
      if (query) this.#refresh(query);
    });
    this.#unsubscribe = client.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated' || event.query.state.fetchStatus !== 'idle') return;
      if (this.#again.delete(event.query.queryHash)) queueMicrotask(() => this.#refresh(event.query));
      else if (event.query === board()) queueMicrotask(() => this.#cells.settled());
    });
  }

  /** Takes in events; the queries follow with the next frame. */
  add(events: readonly ChangeEvent[]): void {
    this.#waiting.push(...events);
    this.#cancelFrame ??= onNextFrame(() => this.flush());
  }

  /** Asks the affected queries again now. */
  flush(): void {
    this.#cancelFrame?.();
    this.#cancelFrame = null;
    const events = distinct(this.#waiting);
    this.#waiting = [];
    for (const query of this.#client.getQueryCache().getAll()) {
      if (events.some((event) => affects(event, query.queryKey))) this.#refresh(query);
    }
    if (cellsChanged(events)) this.#cells.changed();
  }

  /** Everything is in doubt: the stream was interrupted. */
  all(): void {
    for (const query of this.#client.getQueryCache().getAll()) this.#refresh(query);
  }

  close(): void {
    this.#cancelFrame?.();
    this.#unsubscribe();
  }

  #refresh(query: Query): void {
    if (query.state.fetchStatus === 'fetching') {
      this.#again.add(query.queryHash);
      return;
    }
    query.invalidate();
    if (query.isActive()) query.fetch().catch(() => undefined); // the failure is in the query's state
  }
}
