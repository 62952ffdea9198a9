import type { StreamMessageOf } from '../../shared/contract/contract';

/** Something that the engine tells of changed: what to ask again. `key`: an app, or an operation's id; `null`: all. */
export type EngineChange = StreamMessageOf<'events'>[number];

/** Gathers changes and tells them in one batch. */
export interface Changes {
  tell(topic: EngineChange['topic'], key: string | null): void;
  onChange(listener: (changes: readonly EngineChange[]) => void): () => void;
  close(): void;
}

/** Milliseconds within which changes are gathered: one frame. */
const frame = 16;

/** Each change at most once per batch, in the order in which it was first told. */
export function gatherChanges(): Changes {
  const listeners = new Set<(changes: readonly EngineChange[]) => void>();
  const waiting = new Map<string, EngineChange>();
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    timer = null;
    const batch = [...waiting.values()];
    waiting.clear();
    for (const listener of [...listeners]) listener(batch);
  };
  return {
    tell: (topic, key) => {
      waiting.set(`${topic} ${key ?? ''}`, { topic, key });
      timer ??= setTimeout(flush, frame);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      if (timer) clearTimeout(timer);
      listeners.clear();
    },
  };
}
