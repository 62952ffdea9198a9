import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from './backoff';
import type { Connection, WatchTiming } from './types';

type Pauses = Pick<WatchTiming, 'backoffBase' | 'backoffLimit'>;

/**
 * How all watches of one cluster take turns while it is in trouble, so that twenty kinds ask it no more than one would:
 * after a failure that is the whole cluster's, one of them asks at a time, with growing pauses, and as soon as that one is
 * answered all go on. Watches that are ended too soon are opened again one after the other.
 */
export class ClusterPace {
  #failures = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #until = Number.NEGATIVE_INFINITY;
  #probing: object | null = null;
  #early = 0;
  #nextOpening = Number.NEGATIVE_INFINITY;
  #waiting = new Set<() => void>();
  readonly #woken: () => AbortSignal | undefined;

  /** @param woken aborted when something else than time may help. */
  constructor(woken: () => AbortSignal | undefined) {
    this.#woken = woken;
  }

  /** Resolves when `who` may ask, or when the signal is aborted. Whoever asked says how it went. */
  async turn(who: object, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#failures > 0) {
      const wait = this.#until - performance.now();
      if (wait <= 0 && this.#probing === null) {
        this.#probing = who;
        return;
      }
      await this.#moved(this.#probing === null ? wait : null, signal);
    }
  }

  /** The cluster answered, be it with a refusal of what was asked. */
  answered(who: object): void {
    if (this.#probing === who) this.#probing = null;
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#wake();
  }

  /**
   * The cluster did not answer, or asked for time. @param begun when that request began: those that were on their way
   * together fail together, and that counts once. @param asked milliseconds that the server asked for.
   */
  failed(who: object, begun: number, timing: Pauses, asked: number): void {
    if (this.#probing === who) this.#probing = null;
    const now = performance.now();
    if (begun >= this.#failedAt) {
      this.#failedAt = now;
      this.#until = now + backoff(this.#failures++, timing);
    }
    this.#until = Math.max(this.#until, now + asked);
    this.#wake();
  }

  /** Whoever asked gives up without an answer. */
  left(who: object): void {
    if (this.#probing !== who) return;
    this.#probing = null;
    this.#wake();
  }

  /** A watch lived as long as it should. */
  steady(): void {
    this.#early = 0;
  }

  /** A watch was ended too soon: resolves when it may be opened again. The more of them, the longer the gaps. */
  async afterEarlyEnd(timing: Pauses, signal: AbortSignal): Promise<void> {
    const gap = Math.min(timing.backoffLimit / 10, (timing.backoffBase / 10) * ++this.#early);
    const now = performance.now();
    this.#nextOpening = Math.max(now, this.#nextOpening) + gap;
    // Rejects when the watch ends: its loop asks for that.
    await pause(this.#nextOpening - now, undefined, { signal }).catch(() => {});
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #moved(milliseconds: number | null, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const woken = this.#woken();
      const now = () => {
        this.#until = Number.NEGATIVE_INFINITY;
        done();
      };
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        woken?.removeEventListener('abort', now);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = milliseconds === null ? undefined : setTimeout(done, milliseconds);
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
      woken?.addEventListener('abort', now, { once: true });
    });
  }
}

const paces = new WeakMap<Connection, ClusterPace>();

/** The one that all watches over a connection share. */
export function paceOf(connection: Connection): ClusterPace {
  const known = paces.get(connection);
  if (known) return known;
  const made = new ClusterPace(() => connection.woken?.());
  paces.set(connection, made);
  return made;
}
