import { type Failure, FailureError } from '../../../shared/domain/failure/failure';
import { failureOf } from '../../../shared/domain/failure/failure-of';

/** Something that is open, of which there is one at a time. */
export interface Openable {
  /** What would be left in the middle, each in a sentence; empty: it may be closed at any time. */
  heldBy(): readonly string[];
  /** Ends all of it: watches, processes, timers; what is queued is written. */
  close(): Promise<void>;
}

/** Where the one estate of this console is in its life. `choice` is what was asked for last. */
export type EstateState<C> =
  | { phase: 'closed'; choice: C | null; failure: Failure | null }
  | { phase: 'opening'; choice: C }
  | { phase: 'open'; choice: C }
  | { phase: 'switching'; choice: C; from: C };

/**
 * The life of the one estate of this console: closed → opening → open → switching → closed. Everybody who needs what is
 * open asks here; nothing else holds it.
 */
export interface Lifecycle<C, O extends Openable> {
  now(): EstateState<C>;
  /** What is open, once it is: waits while it is being opened. @throws FailureError while nothing is. */
  opened(): Promise<O>;
  /** What is open now; `null`: nothing, or not yet. */
  current(): O | null;
  /**
   * Opens what was chosen, in the place of what is open. What is asked for while something is being opened comes in its
   * place, and whatever came of that is closed.
   * @param options.anyway also where something would be left in the middle.
   * @throws FailureError `busy` where something would be left in the middle, and whatever opening fails with; then nothing
   *   is open, and what was chosen stays named, to be tried again.
   */
  open(choice: C, options?: { anyway?: boolean }): Promise<O>;
  /** Closes what is open. @throws FailureError `busy` as {@link Lifecycle.open}. */
  close(options?: { anyway?: boolean }): Promise<void>;
  /** Called after every change of phase. Returns the unsubscribe. */
  onChange(listener: () => void): () => void;
}

const nothingOpen = (failure: Failure | null): FailureError =>
  new FailureError(
    failure ?? {
      code: 'not-found',
      message: 'No estate is open.',
      meaning: 'There is nothing to show or to change.',
      next: [{ do: 'advice', label: 'Open an estate first.' }],
    },
  );

const heldBack = (held: readonly string[]): FailureError =>
  new FailureError({
    code: 'busy',
    message: `${held[0] ?? 'An operation'} can’t be interrupted now${held.length > 1 ? ` (and ${held.length - 1} more)` : ''}.`,
    meaning: 'The estate stays open.',
    next: [
      {
        do: 'advice',
        label:
          'Wait until it is done, or leave anyway: it continues without Signalbox, and nobody watches it.',
      },
    ],
    detail: held.join('\n'),
  });

/**
 * @param openOne opens one choice. It is told by the signal that nobody waits for it any more, and may go on all the same:
 *   what comes of it is closed.
 * @param onCloseFault is told what closing failed with, which ends nothing.
 */
export function createLifecycle<C, O extends Openable>(
  openOne: (choice: C, signal: AbortSignal) => Promise<O>,
  onCloseFault: (error: unknown) => void,
): Lifecycle<C, O> {
  let state: EstateState<C> = { phase: 'closed', choice: null, failure: null };
  let open: O | null = null;
  /** The last thing that was asked for: what came before it has nothing to say any more. */
  let asked = 0;
  let aborting = new AbortController();
  /** Opens and closes come one after the other. */
  let turn: Promise<unknown> = Promise.resolve();
  let pending: Promise<O> | null = null;
  const listeners = new Set<() => void>();

  function become(next: EstateState<C>): void {
    state = next;
    for (const listener of [...listeners]) listener();
  }

  async function closeOne(one: O): Promise<void> {
    try {
      await one.close();
    } catch (error) {
      onCloseFault(error);
    }
  }

  async function closeOpen(): Promise<void> {
    const old = open;
    open = null;
    if (old) await closeOne(old);
  }

  function checkHeld(anyway: boolean | undefined): void {
    const held = open?.heldBy() ?? [];
    if (held.length > 0 && !anyway) throw heldBack(held);
  }

  async function openNext(choice: C, mine: number, signal: AbortSignal): Promise<O> {
    await closeOpen();
    const superseded = new FailureError({
      code: 'cancelled',
      message: 'Another estate was chosen meanwhile.',
      meaning: 'This one was not opened.',
      next: [],
    });
    if (mine !== asked) throw superseded;
    let next: O;
    try {
      next = await openOne(choice, signal);
    } catch (error) {
      if (mine !== asked) throw superseded;
      const failure = failureOf(error);
      become({ phase: 'closed', choice, failure });
      throw error instanceof FailureError ? error : new FailureError(failure, { cause: error });
    }
    if (mine !== asked) {
      await closeOne(next);
      throw superseded;
    }
    open = next;
    become({ phase: 'open', choice });
    return next;
  }

  /** Does it once all before it is done, and lets go of what that was busy with. */
  function inTurn<T>(act: (mine: number, signal: AbortSignal) => Promise<T>): Promise<T> {
    asked += 1;
    const mine = asked;
    aborting.abort();
    aborting = new AbortController();
    const { signal } = aborting;
    const done = turn.then(() => act(mine, signal));
    // Whoever asked is told by the promise that they got.
    turn = done.catch(() => undefined);
    return done;
  }

  /** Waits for what was chosen last, also where that is another one than at the beginning. */
  async function whatComes(): Promise<O> {
    for (;;) {
      if (open) return open;
      const waited = pending;
      if (waited === null || state.phase === 'closed')
        throw nothingOpen(state.phase === 'closed' ? state.failure : null);
      try {
        return await waited;
      } catch (error) {
        if (waited === pending) throw error;
      }
    }
  }

  return {
    now: () => state,
    current: () => open,
    opened: whatComes,
    async open(choice, { anyway } = {}) {
      checkHeld(anyway);
      const from = state.phase === 'open' || state.phase === 'switching' ? state : null;
      const opening = inTurn((mine, signal) => openNext(choice, mine, signal));
      pending = opening;
      // Those who wait for it are told; where nobody does, the state tells.
      opening.catch(() => undefined);
      become(
        from
          ? { phase: 'switching', choice, from: from.phase === 'switching' ? from.from : from.choice }
          : { phase: 'opening', choice },
      );
      return opening;
    },
    async close({ anyway } = {}) {
      checkHeld(anyway);
      const closing = inTurn(async (mine) => {
        await closeOpen();
        if (mine === asked) become({ phase: 'closed', choice: null, failure: null });
      });
      await closing;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
