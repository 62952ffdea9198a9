import type { Failure } from '../../shared/domain/failure/failure';

/** The answer to one call, as a worker thread sends it. */
export type CallReply<V = unknown> =
  | { id: number; ok: true; value: V }
  | { id: number; ok: false; failure: Failure };

interface Waiting<R> {
  request: R;
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

/**
 * The calls to a worker thread that have no answer yet: numbered, so that an answer finds its call, and kept, so that a
 * worker that is started again can be asked again. How they are sent, and what becomes of them when the worker ends, is
 * up to whoever has the worker.
 */
export class Calls<R extends { id: number }> {
  readonly #waiting = new Map<number, Waiting<R>>();
  #count = 0;

  /**
   * Numbers a request and sends it.
   * @returns what the worker answers. Rejects with the error that {@link take} or {@link fail} was given.
   */
  call<V>(make: (id: number) => R, send: (request: R) => void): Promise<V> {
    this.#count += 1;
    const request = make(this.#count);
    const answer = new Promise<V>((resolve, reject) =>
      this.#waiting.set(request.id, { request, resolve, reject }),
    );
    send(request);
    return answer;
  }

  /**
   * Takes an answer.
   * @param errorOf what a failure is rejected with
   * @returns the request that it is the answer to; `null` when nobody waits for it any more
   */
  take(reply: CallReply, errorOf: (failure: Failure) => Error): R | null {
    const call = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (!call) return null;
    if (reply.ok) call.resolve(reply.value as never);
    else call.reject(errorOf(reply.failure));
    return call.request;
  }

  /** Rejects what waits, all of it or what fits. */
  fail(error: () => Error, fits: (request: R) => boolean = () => true): void {
    for (const [id, { request, reject }] of [...this.#waiting]) {
      if (!fits(request)) continue;
      this.#waiting.delete(id);
      reject(error());
    }
  }

  /** What waits for an answer, in the order of asking. */
  get open(): R[] {
    return [...this.#waiting.values()].map(({ request }) => request);
  }
}

/** In the worker: does the work of one call and words its answer; never rejects. */
export async function answerTo(
  id: number,
  work: () => unknown,
  failureFor: (error: unknown) => Failure,
): Promise<CallReply> {
  try {
    return { id, ok: true, value: await work() };
  } catch (error) {
    return { id, ok: false, failure: failureFor(error) };
  }
}
