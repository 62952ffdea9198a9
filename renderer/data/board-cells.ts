import { type QueryClient, replaceEqualDeep } from '@tanstack/react-query';
import type { Board, Cell } from '../../shared/domain/board/board';
import { ask } from './call';
import { queryOf } from './query-client';

/**
 * The board with some cells replaced by what they say now. Cells that say the same keep their identity, so that no row
 * is drawn again for them. `null`: one of them is not on this board, which must be asked again as a whole.
 */
export function withCells(board: Board, revision: number, cells: readonly Cell[]): Board | null {
  const keyOf = ({ app, environment }: Cell): string => `${app}\n${environment}`;
  const now = new Map(cells.map((cell) => [keyOf(cell), cell]));
  let found = 0;
  let moved = false;
  const next = board.cells.map((cell) => {
    const changed = now.get(keyOf(cell));
    if (!changed) return cell;
    found += 1;
    const shared = replaceEqualDeep(cell, changed);
    moved ||= shared !== cell;
    return shared;
  });
  if (found !== now.size) return null;
  return moved ? { ...board, revision, cells: next } : board;
}

/**
 * Keeps the board in step by asking for the cells that changed since its revision, one question at a time: what changes
 * meanwhile is asked in the next one. Where that can't do, it calls `askWhole`.
 */
export class BoardCells {
  readonly #client: QueryClient;
  readonly #askWhole: () => void;
  /** How far a board has come where nothing in it changed since. */
  readonly #reached = new WeakMap<Board, number>();
  #behind = false;
  #asking = false;

  constructor(client: QueryClient, askWhole: () => void) {
    this.#client = client;
    this.#askWhole = askWhole;
  }

  /** Cells changed. */
  changed(): void {
    this.#behind = true;
    if (!this.#asking) void this.#ask();
  }

  /** A question for a whole board has been answered: what changed since that answer is still to be asked. */
  settled(): void {
    if (this.#behind && !this.#asking) void this.#ask();
  }

  #revisionOf(board: Board): number {
    return Math.max(board.revision, this.#reached.get(board) ?? 0);
  }

  async #ask(): Promise<void> {
    const { queryKey } = queryOf('board.get', {});
    const query = () => this.#client.getQueryCache().find<Board>({ queryKey });
    this.#asking = true;
    while (this.#behind) {
      const asked = query();
      // Asking for the whole again instead would never end under a steady stream of changes.
      if (asked?.state.fetchStatus === 'fetching') break;
      this.#behind = false;
      // Nobody has the board yet: whoever asks for it gets all of it.
      if (!asked) continue;
      if (!asked.state.data || !asked.isActive()) {
        this.#askWhole();
        continue;
      }
      const answer = await ask('board.cells', { after: this.#revisionOf(asked.state.data) });
      // A whole board may have come meanwhile.
      const board = query()?.state.data;
      if (!board) continue;
      if (!answer.ok) {
        this.#askWhole();
        continue;
      }
      const { revision, cells } = answer.value;
      if (revision <= this.#revisionOf(board)) continue;
      const next = withCells(board, revision, cells);
      if (next === null) this.#askWhole();
      else if (next === board) this.#reached.set(board, revision);
      else this.#client.setQueryData(queryKey, next);
    }
    this.#asking = false;
  }
}
