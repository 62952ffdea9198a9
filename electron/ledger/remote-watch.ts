import { setTimeout as pause } from 'node:timers/promises';
import { inBackground, type Log } from '../log/log';
import type { ObjectReader } from '../systems/git/cat-file';
import { GitError } from '../systems/git/errors';
import { BranchAbsent, ledgerFailure } from './failures';
import type { Snapshot } from './ledger';
import type { Mirror } from './mirror';
import type { MirrorHealth } from './mirror-health';
import type { Newest } from './newest';

/** Milliseconds until a remote is asked again, unless a person asks, that sent more than may come. */
const afterTooBig = 60 * 60_000;
/** How many fetches may pass before the mirror is packed again. */
const fetchesBetweenRepacks = 200;

interface RemoteWatchParts {
  mirror: Mirror;
  objects: ObjectReader;
  health: MirrorHealth;
  newest: Newest;
  /** Milliseconds from one look to the next. */
  pollMs: number;
  closing: AbortSignal;
  log: Log;
}

/** Looks at the remote: when it is asked to and by itself, and has damage of the mirror mended meanwhile. */
export class RemoteWatch {
  readonly #parts: RemoteWatchParts;
  #look: Promise<Snapshot> | null = null;
  #nextCheck: Promise<Snapshot> | null = null;
  /** Counts what this process landed: a look that began before a landing must not undo it. */
  #landings = 0;
  #fetches = 0;
  #polling: Promise<void> | null = null;
  #maintaining: Promise<void> | null = null;

  constructor(parts: RemoteWatchParts) {
    this.#parts = parts;
  }

  /** Looks every few seconds from now on. */
  start(): void {
    this.#polling ??= this.#poll();
  }

  /** Resolves when what was under way has ended, the closing signal being aborted. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#polling, this.#look, this.#maintaining]);
  }

  /** Looks at the remote; callers at the same time share one look. */
  #gatherOnce(): Promise<Snapshot> {
    this.#look ??= this.#checkNow(false).finally(() => {
      this.#look = null;
    });
    return this.#look;
  }

  /**
   * Looks at the remote, surely after this call: a look that is under way may have had its answer before. Those who call
   * meanwhile share the look after it.
   */
  checkFromNow(): Promise<Snapshot> {
    if (!this.#look) return this.#gatherOnce();
    this.#nextCheck ??= this.#look
      // Its own callers are told; this look is another.
      .catch(() => {})
      .then(() => {
        this.#nextCheck = null;
        return this.#gatherOnce();
      });
    return this.#nextCheck;
  }

  /** Fetches, surely after this call: a look that is under way may have asked before. */
  async fetchNow(): Promise<Snapshot> {
    // Its own callers are told; it is waited for to be over.
    while (this.#look) await this.#look.catch(() => {});
    this.#look = this.#checkNow(true).finally(() => {
      this.#look = null;
    });
    return this.#look;
  }

  /** After a landing: the new snapshot is read from the mirror's own objects where that is possible. */
  async landed(commit: string, base: string): Promise<void> {
    const { newest, objects } = this.#parts;
    this.#landings++;
    try {
      // A look that was under way may have brought in more than our own commit.
      if (newest.snapshot.commit === base && (await objects.info(commit))) await newest.adopt(commit);
      else await this.fetchNow();
      newest.isLive();
    } catch {
      // It has landed, whatever becomes of our view of it; the next look sees it.
    }
  }

  /** Does something with the repo here; where that shows damage, once more after it was mended. */
  async mended<T>(action: () => Promise<T>): Promise<T> {
    const { health } = this.#parts;
    try {
      return await action();
    } catch (error) {
      if (!health.hears(error)) throw error;
      // Whether it could be mended is asked next.
      await this.checkFromNow().catch(() => {});
      if (health.isDoubted) throw error;
      return action();
    }
  }

  async #checkNow(straight: boolean): Promise<Snapshot> {
    const { mirror, health, newest, closing } = this.#parts;
    try {
      for (;;) {
        const { commit: known } = newest.snapshot;
        const landings = this.#landings;
        let commit = straight && !health.isDoubted ? null : await mirror.there(closing);
        if (health.isDoubted) await this.#mend();
        try {
          if (commit === null || commit !== known) {
            commit = await mirror.fetch(closing, commit ?? undefined);
            this.#fetches++;
          }
          if (landings !== this.#landings) continue;
          await newest.adopt(commit);
        } catch (error) {
          // The remote answered, so it may be the copy here that is at fault.
          if (!health.hears(error) || !(await this.#mend())) throw error;
          continue;
        }
        inBackground(this.#parts.log, 'ledger.answer-not-noted', mirror.answered());
        newest.isLive();
        this.#maintainSometimes();
        return newest.snapshot;
      }
    } catch (error) {
      if (!closing.aborted) newest.isLost(ledgerFailure(error), error instanceof BranchAbsent);
      throw error;
    }
  }

  /** @returns whether something was mended. */
  async #mend(): Promise<boolean> {
    const mended = await this.#parts.health.mend(this.#parts.closing);
    if (mended === 'replaced') this.#parts.newest.reportRefMoved();
    return mended !== 'no';
  }

  async #poll(): Promise<void> {
    const { closing, pollMs } = this.#parts;
    let failures = 0;
    while (!closing.aborted) {
      let isTooBig = false;
      try {
        await this.#gatherOnce();
        failures = 0;
      } catch (error) {
        // Told as the ledger's freshness, and logged when that changes.
        failures++;
        isTooBig = error instanceof GitError && error.kind === 'too-big';
      }
      // A remote that is away is asked less often, but soon enough to notice its return.
      const soon = Math.min(pollMs * 2 ** Math.min(failures, 3), Math.max(pollMs, 15_000));
      const wait = isTooBig ? afterTooBig : soon;
      // Rejects when the ledger closes: the loop ends by that.
      await pause(wait, undefined, { signal: closing }).catch(() => {});
    }
  }

  #maintainSometimes(): void {
    if (this.#maintaining || this.#fetches % fetchesBetweenRepacks !== 1) return;
    this.#fetches++;
    const { log, mirror, closing } = this.#parts;
    this.#maintaining = mirror.maintain(closing).finally(() => {
      this.#maintaining = null;
    });
    inBackground(log, 'ledger.not-packed', this.#maintaining, { signal: closing });
  }
}
