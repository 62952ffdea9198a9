import { describe, expect, it } from 'vitest';
import { dueLists, type LastLooks, mostRequests, type PolledList } from './polling';

/** Looks for a minute as an observer does. */
function looksOf(isBusy: boolean): Record<PolledList, number> {
  let last: LastLooks = { jobs: null, builds: null, resources: null };
  const counts = { jobs: 0, builds: 0, resources: 0 };
  for (let now = 1_000_000; now < 1_060_000; ) {
    const { due, nextIn } = dueLists(last, isBusy, now);
    for (const list of due) {
      counts[list] += 1;
      last = { ...last, [list]: now };
    }
    now += nextIn;
  }
  return counts;
}

describe('the polling plan', () => {
  it('looks every 5 s while something runs, every 20 s otherwise, at resources less often', () => {
    expect(looksOf(true)).toEqual({ jobs: 12, builds: 12, resources: 2 });
    expect(looksOf(false)).toEqual({ jobs: 3, builds: 3, resources: 1 });
  });
  it('looks at once after a write, and when the clock was set back', () => {
    expect(dueLists({ jobs: 10, builds: 10, resources: null }, false, 20).due).toEqual(['resources']);
    expect(dueLists({ jobs: 900, builds: 10, resources: 10 }, false, 20).due).toEqual(['jobs']);
  });
  it('stays under 20 requests a minute idle, and under 120 with three environments deploying', () => {
    expect(mostRequests({ environments: 3, unfinished: 0, events: 0 })).toBeLessThanOrEqual(20);
    expect(mostRequests({ environments: 3, unfinished: 4, events: 4 })).toBeLessThanOrEqual(120);
  });
});
