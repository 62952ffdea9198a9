import {
  accessOf,
  type ClusterAccess,
  type ClusterAction,
  clusterActions,
  type Right,
  type RightAnswer,
  rightKey,
  rightsOf,
} from '../../shared/domain/estate/cluster-access';
import { type ClusterStatus, median } from '../../shared/domain/rollout/cluster-status';
import type { Log } from '../log/log';
import { probe } from '../systems/kubernetes/probe';
import { reviewRight, whoAmI } from '../systems/kubernetes/reviews';
import type { Connection } from '../systems/kubernetes/types';
import type { ClusterPlace } from './place';

/** Milliseconds between two looks at version and latency, and between two at the rights. */
interface AttendantTiming {
  probeEvery: number;
  reviewEvery: number;
  /** The least time between two looks, however often the cluster comes and goes; between two reviews it doubles each time. */
  lookAgain: number;
}
const usual: AttendantTiming = { probeEvery: 30_000, reviewEvery: 300_000, lookAgain: 5_000 };
/** Of how many probes the median is taken: ten minutes. */
const samplesKept = 20;
/** Reviews that are asked at a time: a dozen at once is nothing to a cluster, but each may be a round trip away. */
const atOnce = 4;

/** Asks a cluster what no watch tells: version, latency, who one is there, and what one may do. */
export interface Attendant {
  access(action: ClusterAction): ClusterAccess;
  /** What was found so far. */
  found(): Pick<ClusterStatus, 'version' | 'latency' | 'identity'>;
  /** The cluster answers (again): what is not known yet, or was asked before it went away, is asked now. */
  awake(): void;
  /** It does not answer: nothing is asked until it is awake. */
  asleep(): void;
}

/** @param changed called after each look: `rights` where what one may do differs from before. */
export function createAttendant(options: {
  connection: Connection;
  place: ClusterPlace;
  signal: AbortSignal;
  changed: (rights: boolean) => void;
  timing?: Partial<AttendantTiming>;
  log: Log;
}): Attendant {
  const { connection, place, signal, log } = options;
  const timing = { ...usual, ...options.timing };
  const rights = new Map<string, Right>(
    clusterActions.flatMap((action) => rightsOf(action, place)).map((right) => [rightKey(right), right]),
  );
  const answers = new Map<string, RightAnswer>();
  const latencies: number[] = [];
  let version: string | null = null;
  let identity: ClusterStatus['identity'] = null;
  let measuredAt: string | null = null;
  let awake = false;
  /** By the monotonic clock: when all were answered, when all were asked, when any was, and when the last look began. */
  let reviewedAt = Number.NEGATIVE_INFINITY;
  let answeredAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  /** Milliseconds until rights are asked for again, where that is wanted sooner than usual. */
  let reviewAgain = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let looking = false;

  const snapshot = (): string => JSON.stringify([...rights.keys()].map((key) => answers.get(key) ?? null));
  /** @returns whether a right was answered otherwise than before. */
  const review = async (now: number): Promise<boolean> => {
    const before = snapshot();
    const last = askedAt;
    askedAt = now;
    const isUsual = askedAt - last >= timing.reviewEvery;
    reviewAgain = isUsual ? timing.lookAgain : Math.min(2 * reviewAgain, timing.reviewEvery);
    const isOld = askedAt - answeredAt >= timing.reviewEvery;
    // What was answered a short while ago holds: only what was not is asked again.
    const open = [...rights].filter(([key]) => isOld || (answers.get(key)?.allowed ?? null) === null);
    const ask = async (): Promise<void> => {
      for (let next = open.shift(); next; next = open.shift()) {
        const [key, right] = next;
        answers.set(key, await reviewRight(connection, right, signal));
      }
    };
    const [who] = await Promise.all([
      whoAmI(connection, signal),
      ...Array.from({ length: atOnce }, () => ask()),
    ]);
    identity = who ?? identity;
    if (isOld) answeredAt = askedAt;
    // What could not be answered is asked again soon, not in five minutes.
    const whole = [...answers.values()].every(({ allowed }) => allowed !== null);
    reviewedAt = whole ? performance.now() : Number.NEGATIVE_INFINITY;
    return snapshot() !== before;
  };
  const look = async (): Promise<void> => {
    if (looking || !awake || signal.aborted) return;
    clearTimeout(timer);
    const soon = lookedAt + timing.lookAgain - performance.now();
    if (soon > 0) {
      timer = setTimeout(look, soon);
      timer.unref();
      return;
    }
    looking = true;
    // One moment for both: rights asked for a hair later than the look began would not be due at the next look.
    const now = performance.now();
    lookedAt = now;
    try {
      // The rights first: an action may be waiting for them.
      if (now - reviewedAt >= timing.reviewEvery && now - askedAt >= reviewAgain) {
        const rightsChanged = await review(now);
        options.changed(rightsChanged);
      }
      const probed = await probe(connection, signal);
      if (probed.ok) {
        version = probed.value.version;
        latencies.push(probed.value.latency);
        if (latencies.length > samplesKept) latencies.shift();
        measuredAt = probed.value.at;
        options.changed(false);
      }
    } catch (error) {
      if (!signal.aborted) log('warn', 'cluster.not-probed', { environment: place.environment, error });
    } finally {
      looking = false;
      if (awake && !signal.aborted) {
        timer = setTimeout(look, timing.probeEvery);
        timer.unref();
      }
    }
  };
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });

  return {
    access: (action) => accessOf(action, place, (right) => answers.get(rightKey(right))),
    found: () => ({
      version,
      identity,
      latency: {
        last: latencies.at(-1) ?? null,
        median: median(latencies),
        samples: latencies.length,
        at: measuredAt,
      },
    }),
    awake() {
      if (awake) return;
      awake = true;
      // Rights may have changed while it was away.
      reviewedAt = Number.NEGATIVE_INFINITY;
      answeredAt = Number.NEGATIVE_INFINITY;
      // It never rejects: what it meets is logged within.
      void look();
    },
    asleep() {
      awake = false;
      clearTimeout(timer);
    },
  };
}
