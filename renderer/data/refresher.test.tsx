import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { Refresher } from './refresher';

/** A query whose answers are given out by hand. */
function held(client: QueryClient, queryKey: unknown[]) {
  const waiting: ((value: number) => void)[] = [];
  const observer = new QueryObserver(client, {
    queryKey,
    queryFn: () => new Promise<number>((resolve) => waiting.push(resolve)),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const close = observer.subscribe(() => undefined);
  return { asked: () => waiting.length, answer: (value: number) => waiting.at(-1)?.(value), observer, close };
}

describe('refreshing by events', () => {
  it('asks an affected query again, once for a burst', async () => {
    const client = new QueryClient();
    const refresher = new Refresher(client);
    const board = held(client, ['board.get', {}]);
    board.answer(1);
    await expect.poll(() => board.observer.getCurrentResult().data).toBe(1);
    refresher.add([{ topic: 'board', key: null }]);
    refresher.add([
      { topic: 'board', key: null },
      { topic: 'history', key: null },
    ]);
    await expect.poll(() => board.asked()).toBe(2);
    board.answer(2);
    await expect.poll(() => board.observer.getCurrentResult().data).toBe(2);
    expect(board.asked()).toBe(2);
    board.close();
    refresher.close();
  });

  it('asks once more after an answer that was under way when the event came', async () => {
    const client = new QueryClient();
    const refresher = new Refresher(client);
    const board = held(client, ['board.get', {}]);
    expect(board.asked()).toBe(1);
    refresher.add([{ topic: 'board', key: null }]);
    refresher.flush();
    // Not cancelled and not doubled while the first is under way…
    expect(board.asked()).toBe(1);
    board.answer(1);
    // …but asked again when it has settled, since it may be from before the change.
    await expect.poll(() => board.asked()).toBe(2);
    board.answer(2);
    await expect.poll(() => board.observer.getCurrentResult().data).toBe(2);
    board.close();
    refresher.close();
  });

  it('leaves queries of other things alone', async () => {
    const client = new QueryClient();
    const refresher = new Refresher(client);
    const settings = held(client, ['settings.get', {}]);
    settings.answer(1);
    await expect.poll(() => settings.observer.getCurrentResult().data).toBe(1);
    refresher.add([{ topic: 'board', key: null }]);
    refresher.flush();
    expect(settings.asked()).toBe(1);
    settings.close();
    refresher.close();
  });
});
