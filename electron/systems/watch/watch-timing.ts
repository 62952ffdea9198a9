import type { WatchTiming } from '../kubernetes/types';

/** What suits people; each is told of at {@link WatchTiming}. */
export const usualTiming: WatchTiming = {
  batchDelay: 6,
  stallAfter: 90_000,
  watchFor: 300_000,
  backoffBase: 500,
  backoffLimit: 30_000,
  heartbeat: 10_000,
  askAfter: 10_000,
  steadyAfter: 10_000,
};
