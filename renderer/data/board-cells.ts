import { type QueryClient, replaceEqualDeep } from '@tanstack/react-query';
import type { Board, Cell } from '../../shared/domain/board/board';
import { ask } from './call';
import { queryOf } from './query-client';

/** More apps than this at once: the whole board is asked again. */
const mostApps = 200;

/**
 * The board with the cells of some apps replaced by what was asked of them now. Cells that say the same keep their
 * identity, so that no row is drawn again for them. `null`: the apps are not those of this board, which must be asked
 * again as a whole.
 */
export function withCells(board: Board, apps: readonly string[], cells: readonly Cell[]): Board | null {
  const asked = new Set(apps);
  const before = board.cells.filter(({ app }) => asked.has(app));
  const keyOf = ({ app, environment }: Cell): string => `${app}\n${environment}`;
  const now = new Map(cells.map((cell) => [keyOf(cell), cell]));
  if (before.length !== now.size || before.some((cell) => !now.has(keyOf(cell)))) return null;
  let moved = false;
  const next = board.cells.map((cell) => {
    const found = now.get(keyOf(cell));
    if (!found) return cell;
    const shared = replaceEqualDeep(cell, found);
    moved ||= shared !== cell;
    return shared;
  });
  return moved ? { ...board, cells: next } : board;
}

/**
 * Keeps the board in step by asking for the cells of the apps that changed, one question at a time: what changes
 * meanwhile is asked in the next one. Where that can't do, it calls `askWhole`.
 */
export class BoardCells {
  readonly #client: QueryClient;
  readonly #askWhole: () => void;
  #waiting = new Set<string>();
  #asking = false;

  constructor(client: QueryClient, askWhole: () => void) {
    this.#client = client;
    this.#askWhole = askWhole;
  }

  /** These apps changed. */
  changed(apps: readonly string[]): void {
    for (const app of apps) this.#waiting.add(app);
    if (!this.#asking) void this.#ask();
  }

  async #ask(): Promise<void> {
    const { queryKey } = queryOf('board.get', {});
    const board = () => this.#client.getQueryCache().find<Board>({ queryKey });
    this.#asking = true;
    while (this.#waiting.size > 0) {
      const apps = [...this.#waiting];
      this.#waiting = new Set();
      const query = board();
      // Nobody has the board yet: whoever asks for it gets all of it.
      if (!query) continue;
      if (query.state.fetchStatus === 'fetching' || !query.state.data || !query.isActive() || !fits(apps)) {
        this.#askWhole();
        continue;
      }
      const before = query.state.data;
      const answer = await ask('board.cells', { apps });
      const now = board()?.state;
      const next = answer.ok ? withCells(before, apps, answer.value) : null;
      // A whole board that came or was asked for meanwhile may be older or newer than these cells.
      if (next === null || now?.data !== before || now.fetchStatus === 'fetching') this.#askWhole();
      else if (next !== before) this.#client.setQueryData(queryKey, next);
    }
    this.#asking = false;
  }
}

/** Whether these apps can be asked for: a cluster may call an app whatever it likes. */
const fits = (apps: readonly string[]): boolean =>
  apps.length <= mostApps && apps.every(({ length }) => length <= 200);
