import { expect, it, vi } from 'vitest';
import { createEventHub } from './event-hub';

it('tells each change once a frame, to whoever listens', async () => {
  vi.useFakeTimers();
  try {
    const hub = createEventHub();
    hub.emit('board'); // nobody listens: nothing is kept for later
    const heard: unknown[] = [];
    const leave = hub.subscribe((changes) => heard.push(changes));
    hub.emit('board');
    hub.emit('board');
    hub.emit('operation', 'a');
    hub.emit('operation', 'b');
    await vi.advanceTimersByTimeAsync(20);
    expect(heard).toEqual([
      [
        { topic: 'board', key: null },
        { topic: 'operation', key: 'a' },
        { topic: 'operation', key: 'b' },
      ],
    ]);
    leave();
    hub.emit('board');
    await vi.advanceTimersByTimeAsync(20);
    expect(heard).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});
