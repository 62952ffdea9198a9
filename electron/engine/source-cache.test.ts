import { afterEach, expect, it, vi } from 'vitest';
import { type Change, noChange } from '../../shared/domain/ledger/change';
import { noLog } from '../log/log';
import type { Sources } from '../systems/github/github-sources';
import { type SourceCache, sourceCache } from './source-cache';

const old: Change = { ...noChange('v1'), to: 'v2', asOf: '2026-06-01T11:40:00.000Z' } as Change;
const fresh: Change = { ...noChange('v1'), to: 'v2' } as Change;
const away: Change = { state: 'unknown', because: 'GitHub did not answer: the connection was closed.' };

let cache: SourceCache;
let asked: number;
const onLoaded = vi.fn();
afterEach(() => {
  cache.close();
  onLoaded.mockReset();
});

/** Repos that answer with what `answer` says at the time. */
function open(answer: (signal?: AbortSignal) => Change | Promise<Change>): void {
  asked = 0;
  const sources = {
    change: async (_app: string, _from: string, _to: string, signal?: AbortSignal) => {
      asked += 1;
      return answer(signal);
    },
  } as unknown as Sources;
  cache = sourceCache(sources, onLoaded, noLog);
}
const load = (signal?: AbortSignal) => cache.loadChange('app', 'v1', 'v2', signal);
const peek = () => cache.peekChange('app', 'v1', 'v2');

it('knows why a difference could not be read, and forgets it while it is asked again', async () => {
  let answer: () => Change | Promise<Change> = () => away;
  open(() => answer());
  expect(peek()).toBeNull();
  await load();
  expect(peek()).toEqual(away);
  let done: (change: Change) => void = () => undefined;
  answer = () =>
    new Promise((resolve) => {
      done = resolve;
    });
  const again = load();
  expect(peek(), 'being asked').toBeNull();
  done(fresh);
  await again;
  expect(peek()).toEqual(fresh);
  // Nobody is told of what was not learned: whoever asks again because of it would never end.
  expect(onLoaded).toHaveBeenCalledTimes(1);
});

it('says that an answer took too long at the moment in which nobody waits for it any more', async () => {
  open((signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve(away))));
  const tooLong = new AbortController();
  const asking = load(tooLong.signal);
  tooLong.abort(new DOMException('', 'TimeoutError'));
  expect(peek()).toEqual({ state: 'unknown', because: "app's repo did not answer in time." });
  await asking;
  expect(peek()).toMatchObject({ because: "app's repo did not answer in time." });
  // Somebody who closed the sheet learned nothing.
  const closed = new AbortController();
  const left = load(closed.signal);
  closed.abort();
  await left;
  expect(peek()).toBeNull();
});

it('asks again for what was kept from an earlier time, and tells it once', async () => {
  let answer = old;
  open(() => answer);
  await load();
  await load();
  expect(asked).toBe(2);
  expect(onLoaded).toHaveBeenCalledTimes(1);
  answer = fresh;
  await load();
  await load();
  expect(asked, 'a fresh answer is final').toBe(3);
  expect(peek()).toEqual(fresh);
  expect(onLoaded).toHaveBeenCalledTimes(2);
});
