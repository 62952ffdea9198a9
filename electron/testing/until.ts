import { expect } from 'vitest';

/**
 * Waits until a check passes, as long as `expect.poll` waits (see vitest.config.ts).
 * @param check throws (an assertion of its own) while it is too early; it may cost a request or a process.
 * @returns what the check gave.
 */
export async function until<T>(check: () => T | Promise<T>): Promise<T> {
  const found: T[] = [];
  await expect.poll(async () => found.push(await check()), { interval: 100 }).toBe(1);
  return found[0] as T;
}
