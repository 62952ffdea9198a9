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
    const after = withCells(before, 2, [...changed, ...structuredClone(cellsOf(before, other))]);
    expect(after?.revision).toBe(2);
    expect(after && cellsOf(after, app)).toEqual(changed);
    const rest = before.cells.filter((cell) => cell.app !== app);
    expect(after?.cells.filter((cell) => cell.app !== app).every((cell, at) => cell === rest[at])).toBe(true);
  });

  it('change nothing where they say the same', () => {
    const before = board();
    const [app = ''] = before.apps;
    expect(withCells(before, 2, structuredClone(cellsOf(before, app)))).toBe(before);
    expect(withCells(before, 2, [])).toBe(before);
  });

  it('do not fit a board that has not all of them', () => {
    const before = board();
    expect(withCells(before, 2, [{ ...(before.cells[0] as Cell), app: 'new' }])).toBeNull();
    expect(withCells(before, 2, [{ ...(before.cells[0] as Cell), environment: 'new' }])).toBeNull();
  });
});

/** A window whose main process answers when the test lets it. */
function opened() {
  const present = board();
  const asked: (number | null)[] = [];
  const whole: ((value: unknown) => void)[] = [];
  const waiting: ((value: unknown) => void)[] = [];
  const call = {
    'board.get': () => new Promise((resolve) => whole.push(resolve)),
    'board.cells': ({ after }: { after: number | null }) => {
      asked.push(after);
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
    answer: (revision: number, cells: readonly Cell[]) => waiting.at(-1)?.(ok({ revision, cells })),
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

  it('is asked for the cells that changed since its revision, and not as a whole', async () => {
    const window = opened();
    window.answerWhole(window.present);
    await expect.poll(window.shown).toBeDefined();
    const [one = '', two = ''] = window.present.apps;
    window.change(one);
    // What changes while a question is under way goes into the next one, once.
    window.change(two);
    window.change(two, one);
    expect(window.asked).toEqual([1]);
    const changed = moved(cellsOf(window.present, one));
    window.answer(5, changed);
    await expect.poll(() => window.asked).toEqual([1, 5]);
    expect(cellsOf(window.shown() as Board, one)).toEqual(changed);
    expect(window.wholes()).toBe(1);
    window.close();
  });

  it('goes on from where it was answered that nothing changed, and is the same board', async () => {
    const window = opened();
    window.answerWhole(window.present);
    await expect.poll(window.shown).toBeDefined();
    const before = window.shown();
    const [one = ''] = window.present.apps;
    window.change(one);
    window.answer(5, []);
    const asked = () => {
      window.change(one);
      return window.asked;
    };
    await expect.poll(asked).toEqual([1, 5]);
    expect(window.shown()).toBe(before);
    window.close();
  });

  it('is not asked as a whole again and again under a steady stream of changes', async () => {
    const window = opened();
    const [one = ''] = window.present.apps;
    // The whole board is on its way, and changes go on coming.
    window.change(one);
    window.change(one);
    window.answerWhole({ ...window.present, revision: 7 });
    // What changed since it was put together is asked for by its revision.
    await expect.poll(() => window.asked).toEqual([7]);
    const changed = moved(cellsOf(window.present, one));
    window.answer(8, changed);
    await expect.poll(() => cellsOf(window.shown() as Board, one)).toEqual(changed);
    expect(window.wholes()).toBe(1);
    window.close();
  });

  it('is not put back by cells that are older than a whole board that came meanwhile', async () => {
    const window = opened();
    window.answerWhole(window.present);
    await expect.poll(window.shown).toBeDefined();
    const [one = ''] = window.present.apps;
    window.change(one);
    window.boardEvent();
    expect(window.wholes()).toBe(2);
    const newest = { ...window.present, revision: 9, commit: 'newest' };
    window.answerWhole(newest);
    await expect.poll(window.shown).toEqual(newest);
    window.answer(8, moved(cellsOf(window.present, one)));
    window.change(one);
    await expect.poll(() => window.asked).toEqual([1, 9]);
    expect(window.shown()).toEqual(newest);
    expect(window.wholes()).toBe(2);
    window.close();
  });

  it('is asked as a whole where cells come that it has not', async () => {
    const window = opened();
    window.answerWhole(window.present);
    await expect.poll(window.shown).toBeDefined();
    window.change('x'.repeat(300));
    window.answer(5, [{ ...(window.present.cells[0] as Cell), app: 'new' }]);
    await expect.poll(window.wholes).toBe(2);
    window.close();
  });
});
