import type { PracticeClock } from '../ports';

export interface WorkQueueOptions {
  clock: PracticeClock;
  signal: AbortSignal;
  /** Brings one object, named by its key, nearer to what it should be. Called once at a time per key. */
  reconcile: (key: string) => void | Promise<void>;
  /** Told about what a reconcile threw; the key is tried again after a second of practice time. */
  onError: (key: string, error: unknown) => void;
}

/**
 * A controller's queue, as in client-go: a key that is added twice before it is worked on is worked on once; one
 * that is added while it is being worked on is worked on again afterwards. Costs nothing while nothing is added.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #running = new Set<string>();
  readonly #timers = new Map<string, { due: number; controller: AbortController }>();
  #scheduled = false;
  #paused = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Asks for a reconcile of the key, soon. */
  add(key: string): void {
    if (this.#options.signal.aborted) return;
    this.#waiting.add(key);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#drain();
    });
  }

  /** Asks for a reconcile after some seconds of practice time. An earlier appointment of the key is kept. */
  addAfter(key: string, seconds: number): void {
    const { clock, signal } = this.#options;
    if (signal.aborted) return;
    const due = performance.now() + (seconds * 1000) / clock.speed;
    const known = this.#timers.get(key);
    if (known && known.due <= due) return;
    known?.controller.abort();
    const controller = new AbortController();
    const entry = { due, controller };
    this.#timers.set(key, entry);
    const stop = () => controller.abort();
    signal.addEventListener('abort', stop, { once: true });
    clock
      .wait(seconds, controller.signal)
      .then(
        () => {
          if (this.#timers.get(key) === entry) this.#timers.delete(key);
          this.add(key);
        },
        () => {},
      )
      .finally(() => signal.removeEventListener('abort', stop));
  }

  /** Begins with nothing more while it is on; what was added meanwhile is worked on afterwards. */
  pause(on: boolean): void {
    this.#paused = on;
    if (!on) this.#drain();
  }

  #drain(): void {
    if (this.#paused) return;
    for (const key of [...this.#waiting]) {
      if (this.#options.signal.aborted) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      this.#running.add(key);
      void this.#work(key);
    }
  }

  async #work(key: string): Promise<void> {
    try {
      await this.#options.reconcile(key);
    } catch (error) {
      if (!this.#options.signal.aborted) {
        this.#options.onError(key, error);
        this.addAfter(key, 1);
      }
    } finally {
      this.#running.delete(key);
      if (this.#waiting.has(key)) this.add(key);
    }
  }
}
