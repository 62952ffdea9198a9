import type { StreamMessageOf } from '../../shared/contract/contract';
import { soon } from '../systems/soon';

/** Something that the engine tells of changed: what to ask again. `key`: an app, or an operation's id; `null`: all. */
export type EngineChange = StreamMessageOf<'events'>[number];

/** Gathers changes and tells them in one batch. */
export interface Changes {
  tell(topic: EngineChange['topic'], key: string | null): void;
  onChange(listener: (changes: readonly EngineChange[]) => void): () => void;
  close(): void;
}

/** Milliseconds between two batches: one frame. */
const frame = 16;

/**
 * Each change at most once per batch, in the order in which it was first told. A change after a quiet frame is told at
 * once; what follows waits until the frame is over.
 */
export function gatherChanges(): Changes {
  const listeners = new Set<(changes: readonly EngineChange[]) => void>();
  const waiting = new Map<string, EngineChange>();
  let cancel: (() => void) | null = null;
  let told = Number.NEGATIVE_INFINITY;
  const flush = (): void => {
    cancel = null;
    told = performance.now();
    const batch = [...waiting.values()];
    waiting.clear();
    for (const listener of [...listeners]) listener(batch);
  };
  return {
    tell: (topic, key) => {
      waiting.set(`${topic} ${key ?? ''}`, { topic, key });
      cancel ??= soon(told + frame, flush);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      cancel?.();
      listeners.clear();
    },
  };
}
