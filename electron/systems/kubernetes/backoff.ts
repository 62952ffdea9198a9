/**
 * Milliseconds to wait before the nth attempt again (0-based): exponential, with half of it random, so that consoles
 * that lost the same server don't come back in step.
 */
export function backoff(
  attempt: number,
  { backoffBase, backoffLimit }: { backoffBase: number; backoffLimit: number },
  random: () => number = Math.random,
): number {
  const most = Math.min(backoffLimit, backoffBase * 2 ** Math.min(attempt, 30));
  return most / 2 + random() * (most / 2);
}
