import { describe, expect, it } from 'vitest';
import { walk } from './testing/walk';

describe('random histories', () => {
  it('keep every rule', () => {
    const start = performance.now();
    const walked = walk(2000, 1);
    console.log(JSON.stringify({ ...walked, ms: performance.now() - start }));
    expect(walked.broken).toBeNull();
  }, 120_000);
});
