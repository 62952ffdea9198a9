import type { WatchKey } from '../kubernetes/types';
import { WatchState } from './watch-state';

/** What a stream has told since it was opened that tells everything first: what was not among it is gone. No I/O. */
export class Replay {
  readonly #told = new Map<string, { uid: string; gone: boolean }>();

  /** The stream told that the object is there, or is deleted. */
  tell(key: WatchKey, gone: boolean): void {
    this.#told.set(WatchState.id(key), { uid: key.uid, gone });
  }

  /** Whether the stream told the end of just this object: a list that was read meanwhile may still have it. */
  hasEnded(key: WatchKey): boolean {
    const told = this.#told.get(WatchState.id(key));
    return told?.gone === true && told.uid === key.uid;
  }

  /** The ids of what is there. @param listed those of a list that was read meanwhile. */
  present(listed: ReadonlySet<string> = new Set()): Set<string> {
    const there = new Set(listed);
    for (const [id, { gone }] of this.#told) if (!gone) there.add(id);
    return there;
  }
}
