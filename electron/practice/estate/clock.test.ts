import { describe, expect, it } from 'vitest';
import { createClock } from './clock';

describe('the practice clock', () => {
  it('waits less at a higher speed, also for waits that already run', async () => {
    const clock = createClock(1);
    // Without the change of speed this would outlast the test.
    const waited = clock.wait(3600);
    clock.speed = 10_000;
    await waited;
    await clock.wait(60);
  });

  it('rejects with the reason when aborted', async () => {
    const clock = createClock(1);
    const controller = new AbortController();
    const waited = clock.wait(3600, controller.signal);
    controller.abort(new Error('enough'));
    await expect(waited).rejects.toThrow('enough');
    await expect(clock.wait(1, controller.signal)).rejects.toThrow('enough');
  });

  it('refuses a speed that would stop or reverse time', () => {
    const clock = createClock(2);
    for (const speed of [0, 0.5, -1, Number.NaN]) expect(() => (clock.speed = speed)).toThrow(RangeError);
    expect(clock.speed).toBe(2);
  });
});
