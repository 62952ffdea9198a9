import type { StreamMessageOf } from '../../shared/contract/contract';

export type Change = StreamMessageOf<'events'>[number];

/** Gathers what changed and hands it to every open window in batches of one frame, each change once. */
export interface EventHub {
  emit(topic: Change['topic'], key?: string | null): void;
  /** Returns the unsubscribe. */
  subscribe(listener: (changes: Change[]) => void): () => void;
}

/** One frame at 60 Hz, in milliseconds. */
const frame = 16;

export function createEventHub(): EventHub {
  const listeners = new Set<(changes: Change[]) => void>();
  let gathered = new Map<string, Change>();
  let timer: NodeJS.Timeout | null = null;

  const flush = (): void => {
    timer = null;
    const changes = [...gathered.values()];
    gathered = new Map();
    for (const listener of [...listeners]) listener(changes);
  };

  return {
    emit(topic, key = null) {
      if (listeners.size === 0) return;
      gathered.set(`${topic}\n${key ?? ''}`, { topic, key });
      timer ??= setTimeout(flush, frame);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
