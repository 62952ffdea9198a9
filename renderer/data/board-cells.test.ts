import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Board, Cell } from '../../shared/domain/board/board';
import { ok } from '../../shared/domain/failure/failure';
import { devBoard } from '../dev/dev-board';
import { withCells } from './board-cells';
import { queryOf } from './query-client';
import { Refresher } from './refresher';

const board = (): Board => devBoard({ apps: 14, state: 'practice', scheme: 'light' });
const cellsOf = ({ cells }: Board, app: string): Cell[] => cells.filter((cell) => cell.app === app);
const moved = (cells: readonly Cell[]): Cell[] =>
  cells.map((cell) => ({ ...cell, drift: { state: 'unknown', because: 'moved' } }));

describe('cells put into a board', () => {
  it('leave every other cell, and those that say the same, as they were', () => {
    const before = board();
    const [app = '', other = ''] = before.apps;
    const changed = moved(cellsOf(before, app));
    const after = withCells(before, [app, other], [...changed, ...structuredClone(cellsOf(before, other))]);
    expect(after && cellsOf(after, app)).toEqual(changed);
    const rest = before.cells.filter((cell) => cell.app !== app);
    expect(after?.cells.filter((cell) => cell.app !== app).every((cell, at) => cell === rest[at])).toBe(true);
  });

  it('change nothing where they say the same', () => {
    const before = board();
    const [app = ''] = before.apps;
    expect(withCells(before, [app], structuredClone(cellsOf(before, app)))).toBe(before);
  });

  it('do not fit a board that has other cells of the app, or none', () => {
    const before = board();
    const [app = ''] = before.apps;
    expect(withCells(before, [app], cellsOf(before, app).slice(1))).toBeNull();
    expect(withCells(before, ['new'], [{ ...(before.cells[0] as Cell), app: 'new' }])).toBeNull();
    expect(withCells(before, ['unknown'], [])).toBe(before);
  });
});

/** A window whose main process answers when the test lets it. */
function opened() {
  const present = board();
  const asked: string[][] = [];
  const whole: ((value: unknown) => void)[] = [];
  const waiting: ((value: unknown) => void)[] = [];
  const call = {
    'board.get': () => new Promise((resolve) => whole.push(resolve)),
    'board.cells': ({ apps }: { apps: string[] }) => {
      asked.push(apps);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
  vi.stubGlobal('signalbox', { call });
  const client = new QueryClient();
  const observer = new QueryObserver<Board>(client, {
    ...queryOf('board.get', {}),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const stop = observer.subscribe(() => undefined);
  const refresher = new Refresher(client);
  const change = (...apps: string[]): void => {
    refresher.add(apps.map((app) => ({ topic: 'app', key: app }) as const));
    refresher.flush();
  };
  return {
    present,
    asked,
    change,
    shown: () => observer.getCurrentResult().data,
    wholes: () => whole.length,
    answerWhole: (value: Board) => whole.at(-1)?.(ok(value)),
    answer: (cells: readonly Cell[]) => waiting.at(-1)?.(ok(cells)),
    boardEvent: () => {
      refresher.add([{ topic: 'board', key: null }]);
      refresher.flush();
    },
    close: () => {
      stop();
      refresher.close();
    },
  };
}

describe('a board kept in step', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is asked for the cells of the apps that changed, and not as a whole', async () => {
    const window = opened();
    window.answerWhole(window.present);
    await expect.poll(window.shown).toBeDefined();
    const [one = '', two = ''] = window.present.apps;
    window.change(one);
    // What changes while a question is under way goes into the next one, once.
    window.change(two);
    window.change(two, one);
    expect(window.asked).toEqual([[one]]);
    const changed = moved(cellsOf(window.present, one));
    window.answer(changed);
    await expect.poll(() => window.asked).toEqual([[one], [two, one]]);
    expect(cellsOf(window.shown() as Board, one)).toEqual(changed);
    expect(window.wholes()).toBe(1);
    window.close();
  });

  it('is asked as a whole where cells come that are older than a board asked for meanwhile', async () => {
    const window = opened();
    window.answerWhole(window.present);
    await expect.poll(window.shown).toBeDefined();
    const [one = ''] = window.present.apps;
    window.change(one);
    window.boardEvent();
    expect(window.wholes()).toBe(2);
    window.answer(moved(cellsOf(window.present, one)));
    const newest = { ...window.present, commit: 'newest' };
    window.answerWhole(newest);
    // Once more when that has settled: nobody knows which of the two was the newer.
    await expect.poll(window.wholes).toBe(3);
    window.answerWhole(newest);
    await expect.poll(window.shown).toEqual(newest);
    window.close();
  });

  it('is asked as a whole for an app whose cells it has not, and for names that cannot be asked', async () => {
    const window = opened();
    window.answerWhole(window.present);
    await expect.poll(window.shown).toBeDefined();
    window.change('x'.repeat(300));
    await expect.poll(window.wholes).toBe(2);
    expect(window.asked).toEqual([]);
    window.close();
  });
});
