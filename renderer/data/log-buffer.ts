import type { LogLine, StreamMessageOf } from '../../shared/contract/contract';

/** Whether more lines can come, in the words of the contract, or `failed` when the stream itself broke. */
export interface LogState {
  state: 'connecting' | 'following' | 'reconnecting' | 'ended' | 'gone' | 'failed';
  text: string;
}

/** How many lines are kept; beyond it the oldest go, and the viewer says so. */
export const keptLines = 200_000;
/** The oldest are dropped in steps, so that a following log does not move the whole array every frame. */
const slack = 20_000;

/**
 * The lines of one log, outside of React: appended in batches, read by index. Listeners are told at most once a
 * frame by whoever calls {@link LogBuffer.publish}.
 */
export class LogBuffer {
  #lines: LogLine[] = [];
  #dropped = 0;
  #state: LogState = { state: 'connecting', text: 'Opening the log…' };
  #version = 0;
  readonly #listeners = new Set<() => void>();

  /** Number of lines that can be read. */
  get length(): number {
    return this.#lines.length;
  }
  /** Number of older lines that were let go. */
  get dropped(): number {
    return this.#dropped;
  }
  get state(): LogState {
    return this.#state;
  }
  /** Grows with every publish: a snapshot for `useSyncExternalStore`. */
  get version(): number {
    return this.#version;
  }

  line(index: number): LogLine | undefined {
    return this.#lines[index];
  }

  /** Takes in one message of the stream, without telling anyone yet. */
  take(message: StreamMessageOf<'logs'>): void {
    if (message.type === 'state') {
      this.#state = { state: message.state, text: message.text };
      return;
    }
    for (const line of message.lines) this.#lines.push(line);
    if (this.#lines.length > keptLines + slack) {
      const excess = this.#lines.length - keptLines;
      this.#lines = this.#lines.slice(excess);
      this.#dropped += excess;
    }
  }

  end(problem: string | null): void {
    if (problem !== null) this.#state = { state: 'failed', text: problem };
    else if (this.#state.state !== 'gone') this.#state = { state: 'ended', text: 'The log ended.' };
  }

  publish(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** All lines as text, for copying and saving. */
  text(): string {
    return this.#lines.map((line) => line.text).join('\n');
  }
}
