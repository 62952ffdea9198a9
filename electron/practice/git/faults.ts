import { Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

/** What goes wrong on purpose with the Git server; change it at any time. */
export const gitFaultsSchema = z.object({
  /** Taken away: connections are destroyed, new ones at once. */
  down: z.boolean(),
  /** Every token is answered by 401, as after a revocation. */
  authRefused: z.boolean(),
  /** Milliseconds that every request waits before it is served. */
  latencyMs: z.number().min(0).max(60_000),
  /** Bytes per second in either direction, 0 for no bound. */
  bytesPerSecond: z.number().min(0),
  /**
   * What becomes of the next push, once: `during` cuts the connection within the pack, so nothing lands;
   * `answer` lets it land and cuts the connection within the answer; `unheard` lets it land and cuts the connection
   * before a single byte of the answer: git's HTTP client then sends the push again by itself
   * (curl, lib/transfer.c, Curl_retry_request) and hears only what the second one gets.
   */
  cutNextPush: z.enum(['during', 'answer', 'unheard']).nullable(),
  /** Of so many pushes one is cut as `unheard`, again and again; 0: none. */
  unheardEvery: z.number().int().min(0),
  /** Pushes to main are refused as GitHub refuses them on a protected branch; its merges API still works. */
  protectedMain: z.boolean(),
});
export type GitFaults = z.infer<typeof gitFaultsSchema>;

/** Nothing goes wrong. */
export const noGitFaults = (): GitFaults => ({
  down: false,
  authRefused: false,
  latencyMs: 0,
  bytesPerSecond: 0,
  cutNextPush: null,
  unheardEvery: 0,
  protectedMain: false,
});

/** A stream that lets `bytesPerSecond()` through, asked anew for every chunk; 0 is no bound. */
export function throttle(bytesPerSecond: () => number): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const rate = bytesPerSecond();
      if (rate <= 0) return done(null, chunk);
      void delay((chunk.length / rate) * 1000).then(() => done(null, chunk));
    },
  });
}
