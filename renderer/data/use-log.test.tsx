import { act, renderHook } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { StreamMessageOf } from '../../shared/contract/contract';
import type { LogSource } from '../../shared/contract/logs';
import { useLog } from './use-log';

const source: LogSource = {
  environment: 'production',
  namespace: 'apps',
  pod: 'frontend-1',
  container: 'app',
  previous: false,
  role: null,
};
const sources = [source];

/** A main process that says what the test says. */
function openStream() {
  let say: (message: StreamMessageOf<'logs'>) => void = () => undefined;
  const open = {
    logs: (_input: unknown, onMessage: typeof say) => {
      say = onMessage;
      return () => undefined;
    },
  };
  Object.defineProperty(window, 'signalbox', { value: { call: {}, open }, configurable: true });
  return { say: (message: StreamMessageOf<'logs'>) => say(message) };
}

const lines = (end: number): StreamMessageOf<'logs'> => ({
  type: 'lines',
  generation: 1,
  first: 0,
  end,
  kept: end,
  dropped: 0,
  changedFrom: end - 1,
  tail: { from: end, lines: [] },
  found: null,
  problem: null,
  notice: null,
});

it('does not draw the whole viewer again for every batch of lines', async () => {
  const stream = openStream();
  let drawn = 0;
  const { result } = renderHook(() => {
    drawn += 1;
    return useLog(sources);
  });
  const before = drawn;
  for (let end = 1; end <= 3; end += 1) {
    const { version } = result.current;
    await act(async () => {
      stream.say(lines(end));
      await expect.poll(() => result.current.version).toBeGreaterThan(version);
    });
  }
  expect(result.current.picture.end).toBe(3);
  expect(drawn).toBe(before);
});
