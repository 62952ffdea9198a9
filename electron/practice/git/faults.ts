import { Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { GitFaults } from '../../systems/practice/faults';

/** Nothing goes wrong. */
export const noGitFaults = (): GitFaults => ({
  down: false,
  authRefused: false,
  latencyMs: 0,
  bytesPerSecond: 0,
  cutNextPush: null,
  unheardEvery: 0,
  protectedMain: false,
  botWaits: false,
});

/** A stream that lets `bytesPerSecond()` through, asked again for every chunk; 0 is no bound. */
export function throttle(bytesPerSecond: () => number): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const rate = bytesPerSecond();
      if (rate <= 0) return done(null, chunk);
      void delay((chunk.length / rate) * 1000).then(() => done(null, chunk));
    },
  });
}
