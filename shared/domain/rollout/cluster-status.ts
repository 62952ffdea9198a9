import { z } from 'zod';
import { freshnessSchema } from '../board/freshness';
import { argoSystemSchema } from '../estate/argo-servers';
import { clusterAccessSchema } from '../estate/cluster-access';
import { type FailureCode, failureSchema } from '../failure/failure';

/** What of a cluster is told apart when it is asked how much can be relied on. */
const clusterTopics = [
  'applications',
  'rollouts',
  'pods',
  'workflows',
  'projects',
  'hooks',
  'resources',
] as const;
const clusterTopicSchema = z.enum(clusterTopics);
export type ClusterTopic = z.infer<typeof clusterTopicSchema>;

/**
 * A kind that cannot be seen although the cluster answers: it is not served, may not be read, or the estate file names
 * no way to it.
 */
export const clusterGapSchema = z.object({
  /** Plural of the kind (`workflows`), and where it was looked for. */
  kind: z.string(),
  namespace: z.string(),
  /** Which of them, as `kubectl get -l` is asked; `null`: all. */
  selector: z.string().nullable(),
  /** What is not known without it. */
  topics: z.array(clusterTopicSchema),
  /** ISO 8601 UTC. */
  since: z.string(),
  because: failureSchema,
  /** What it means for the person, in a sentence. */
  means: z.string(),
  /** Another way to it is named that was not asked yet, and may be within moments: nobody is signed in there so soon. */
  pending: z.literal(true).optional(),
});
export type ClusterGap = z.infer<typeof clusterGapSchema>;

/** Failures by which something is kept from the person, and not only out of reach for now. */
export const hidingCodes: ReadonlySet<FailureCode> = new Set(['forbidden', 'not-configured', 'signed-out']);

/**
 * Whether a part of a cluster is kept from the person, for as long as nobody changes their rights or the estate file, or
 * signs in where nobody is. A session that ended by itself keeps nothing: the person is told, and signs in again.
 */
export const isHidden = ({ because: { code } }: ClusterGap): boolean => hidingCodes.has(code);

/** One watch: a kind in a namespace, by labels where the estate names some, over one connection. Times are ISO 8601 UTC. */
export const clusterWatchSchema = z.object({
  kind: z.string(),
  namespace: z.string(),
  /** Which of them, as `kubectl get -l` is asked; `null`: all. */
  selector: z.string().nullable(),
  state: freshnessSchema,
  /** Since when it is in this state. */
  since: z.string(),
  /** Objects that are known now. */
  objects: z.number().int(),
  /** When the last change of an object came; `null`: none since it began. */
  lastEventAt: z.string().nullable(),
  /** How often it was opened again after something broke (not after a watch's ordinary end). */
  restarts: z.number().int(),
});
export type ClusterWatch = z.infer<typeof clusterWatchSchema>;

const doorName = z.enum(['kubernetes', 'server']);

/** By which of two ways a system of Argo's is seen in an environment. */
const clusterDoorSchema = z.object({
  system: argoSystemSchema,
  /** The server's address. */
  server: z.string(),
  /** The one that is used, or was last. */
  through: doorName,
  /** Since when it is that one, ISO 8601 UTC; `null`: nothing was seen yet. */
  since: z.string().nullable(),
  /** Why it is not the one that is asked first; `null`: it is. */
  because: z.string().nullable(),
  /** Each, with why it shows nothing; a way that is not needed is not asked. */
  ways: z.array(
    z.object({
      through: doorName,
      state: z.enum(['used', 'closed', 'not-asked']),
      why: z.string().nullable(),
    }),
  ),
});
export type ClusterDoor = z.infer<typeof clusterDoorSchema>;

/** How one environment's cluster is reached right now. */
export const clusterStatusSchema = z.object({
  environment: z.string(),
  /** The kubeconfig's context; `null`: the estate names none, and the Kubernetes API is not asked. */
  context: z.string().nullable(),
  /** The address that the context names; empty while it cannot be read. */
  server: z.string(),
  freshness: freshnessSchema,
  /** Since when it is in that state; ISO 8601 UTC. */
  since: z.string(),
  /** `gitVersion` of the API server; `null`: not told yet. */
  version: z.string().nullable(),
  /** Milliseconds of a small request on a kept connection: the last one, and the median of the last `samples`. */
  latency: z.object({
    last: z.number().nullable(),
    median: z.number().nullable(),
    samples: z.number().int(),
    /** When the last one was measured; ISO 8601 UTC. */
    at: z.string().nullable(),
  }),
  /** What makes the connection unsafe, to be shown as a warning: `insecure-skip-tls-verify`. */
  insecure: z.string().nullable(),
  /** Who the cluster takes the person for (SelfSubjectReview); `null`: not told (older than Kubernetes 1.28). */
  identity: z.object({ username: z.string(), groups: z.array(z.string()) }).nullable(),
  watches: z.array(clusterWatchSchema),
  /** What of Argo is seen through a server of its own, and why. */
  doors: z.array(clusterDoorSchema),
  gaps: z.array(clusterGapSchema),
  /** Every action, each asked of the cluster. */
  access: z.array(clusterAccessSchema),
});
export type ClusterStatus = z.infer<typeof clusterStatusSchema>;

/** The middle of some figures; `null` for none. */
export function median(figures: readonly number[]): number | null {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
