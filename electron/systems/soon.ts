/**
 * Runs work once a moment has come; where it has come already, right after what is being read now: a timer, which is
 * never sooner than a millisecond, would be one more turn of the loop for it.
 * @param at by the monotonic clock, as `performance.now()` has it.
 * @returns the cancel.
 */
export function soon(at: number, work: () => void): () => void {
  const wait = at - performance.now();
  if (wait <= 0) {
    const next = setImmediate(work);
    return () => clearImmediate(next);
  }
  const timer = setTimeout(work, wait);
  return () => clearTimeout(timer);
}
