import { vi } from 'vitest';
import { patience } from './patience';

/**
 * Waits until a check passes; also in hooks around all tests, where `expect.poll` cannot be used.
 * @param check throws (an assertion of its own) while it is too early; it may cost a request or a process.
 * @returns what the check gave.
 */
export const until = <T>(check: () => T | Promise<T>): Promise<T> =>
  // biome-ignore lint/plugin/no-short-waits: this is the place that gives it the limit
  vi.waitFor(check, { timeout: patience, interval: 100 });
