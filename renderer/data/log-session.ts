import type { StreamMessageOf } from '../../shared/contract/contract';
import {
  type LogLines,
  type LogSource,
  type LogSourceState,
  type LogView,
  type ShownLine,
  wholeLog,
} from '../../shared/contract/logs';
import { bridge } from './bridge';
import { ask } from './call';
import { onNextFrame } from './refresher';

/** Lines that are asked for at once, and kept here: a few screens around what is seen. */
const margin = 60;
const keptHere = 4000;

/** What a viewer shows of a session, between two frames. */
export type LogPicture = Omit<LogLines, 'type' | 'tail' | 'changedFrom'>;

/** A source by its number in the session. */
export type JoinedSource = Pick<LogSourceState, 'number' | 'source'>;

const nothing: LogPicture = {
  generation: 0,
  first: 0,
  end: 0,
  kept: 0,
  dropped: 0,
  found: null,
  problem: null,
  notice: null,
};

/**
 * The window's end of one log session. The lines are in the main process; here are those near what is on screen, read
 * by place. Outside of React: listeners are told at most once a frame.
 */
export class LogSession {
  readonly id: string;
  #picture = nothing;
  #sources: readonly LogSourceState[] = [];
  #joined: readonly JoinedSource[] = [];
  #lost: string | null = null;
  #version = 0;
  #lines = new Map<number, ShownLine>();
  /** Places whose line may have changed; it is shown until the new one is here. */
  readonly #stale = new Set<number>();
  #wanted: { from: number; to: number } = { from: 0, to: 0 };
  #asking = false;
  #cancelFrame: (() => void) | null = null;
  #close: () => void = () => undefined;
  readonly #listeners = new Set<() => void>();
  readonly #onChanged = new Set<(from: number) => void>();

  constructor(id: string) {
    this.id = id;
  }

  get picture(): LogPicture {
    return this.#picture;
  }
  get sources(): readonly LogSourceState[] {
    return this.#sources;
  }
  /** Whose logs these are; the same object until another one joins. */
  get joined(): readonly JoinedSource[] {
    return this.#joined;
  }
  /** Why the session ended, `null` while it lives. */
  get lost(): string | null {
    return this.#lost;
  }
  /** Grows with every publish: a snapshot for `useSyncExternalStore`. */
  get version(): number {
    return this.#version;
  }

  /** Opens the stream. @returns the close. */
  open(sources: readonly LogSource[]): () => void {
    this.#close = bridge().open.logs(
      { session: this.id, sources: [...sources], view: wholeLog },
      (message) => this.take(message),
      (problem) => {
        this.#lost = problem ?? 'The log was closed.';
        this.#publish();
      },
    );
    return () => {
      this.#cancelFrame?.();
      this.#close();
    };
  }

  async join(sources: readonly LogSource[]): Promise<void> {
    await ask('logs.join', { session: this.id, sources: [...sources] });
  }

  async setView(view: LogView): Promise<void> {
    await ask('logs.view', { session: this.id, view });
  }

  /** The line at a place, `undefined` until it is here. */
  line(place: number): ShownLine | undefined {
    return this.#lines.get(place);
  }

  /** Says which places are on screen: what is missing of them is fetched. */
  want(from: number, to: number): void {
    this.#wanted = { from, to };
    void this.#fetch();
  }

  /** Takes in one message of the stream. */
  take(message: StreamMessageOf<'logs'>): void {
    if (message.type === 'sources') {
      this.#sources = message.sources;
      if (message.sources.length !== this.#joined.length)
        this.#joined = message.sources.map(({ number, source }) => ({ number, source }));
    } else this.#takeLines(message);
    this.#publish();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells from which place on lines are not what they were. */
  onChanged(listener: (from: number) => void): () => void {
    this.#onChanged.add(listener);
    return () => this.#onChanged.delete(listener);
  }

  #takeLines({ type: _, tail, changedFrom, ...picture }: LogLines): void {
    const before = this.#picture;
    this.#picture = picture;
    const from = picture.generation === before.generation ? changedFrom : 0;
    for (const place of this.#lines.keys()) {
      if (place < picture.first || place >= picture.end) this.#lines.delete(place);
      else if (place >= from) this.#stale.add(place);
    }
    this.#put(tail.from, tail.lines);
    if (from < before.end || picture.generation !== before.generation)
      for (const listener of this.#onChanged) listener(from);
    void this.#fetch();
  }

  #put(from: number, lines: readonly ShownLine[]): void {
    lines.forEach((line, offset) => {
      this.#lines.set(from + offset, line);
      this.#stale.delete(from + offset);
    });
    if (this.#lines.size <= keptHere) return;
    for (const place of this.#lines.keys()) {
      if (place > this.#wanted.from - keptHere / 4 && place < this.#wanted.to + keptHere / 4) continue;
      this.#lines.delete(place);
      this.#stale.delete(place);
    }
  }

  /** Fetches what is missing on screen, one window at a time. */
  async #fetch(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      for (let missing = this.#missing(); missing !== null; missing = this.#missing()) {
        const answer = await ask('logs.window', { session: this.id, ...missing });
        if (!answer.ok) return;
        if (answer.value.generation !== this.#picture.generation) continue;
        this.#put(answer.value.from, answer.value.lines);
        // A place that was asked for and did not come is not there any more; the next message tells.
        if (answer.value.lines.length === 0) return;
        this.#publish();
      }
    } finally {
      this.#asking = false;
    }
  }

  #missing(): { from: number; count: number } | null {
    const { first, end } = this.#picture;
    const from = Math.max(first, this.#wanted.from);
    const to = Math.min(end, this.#wanted.to);
    for (let place = from; place < to; place += 1) {
      if (this.#lines.has(place) && !this.#stale.has(place)) continue;
      const begin = Math.max(first, place === from ? from - margin : place);
      return { from: begin, count: Math.min(1000, Math.max(1, to + margin - begin)) };
    }
    return null;
  }

  #publish(): void {
    this.#cancelFrame ??= onNextFrame(() => {
      this.#cancelFrame = null;
      this.#version += 1;
      for (const listener of this.#listeners) listener();
    });
  }
}
