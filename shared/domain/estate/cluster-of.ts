import type { z } from 'zod';
import { clusterSchema, type Estate } from './estate';

/** Where in its cluster an environment's things lie, and how the Kubernetes API is reached where the estate names it. */
export type EnvironmentCluster = z.infer<typeof clusterSchema>;

/**
 * The cluster of an environment, with the usual namespaces where the estate names Argo's servers alone; `null`: the
 * estate names nothing that would show what runs there.
 */
export const clusterOf = ({
  cluster,
  argo,
}: Pick<Estate['environments'][number], 'cluster' | 'argo'>): EnvironmentCluster | null =>
  cluster ?? (argo?.cd || argo?.workflows ? clusterSchema.parse({}) : null);
