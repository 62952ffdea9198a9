import { z } from 'zod';

const name = z.string().min(1).max(253);

/** One container's log: of its present run or of the run before its last restart. */
export const logSourceSchema = z.object({
  environment: name,
  namespace: name,
  pod: name,
  container: name,
  previous: z.boolean(),
  /** What the pod is to a person, shown with its name: `new`, `old`, `smoke-test`, `hook db-migrate`. */
  role: z.string().max(100).nullable(),
});
export type LogSource = z.infer<typeof logSourceSchema>;

/** The same log has the same key, whatever its role is called. */
export const logSourceKey = ({ environment, namespace, pod, container, previous }: LogSource): string =>
  `${environment}/${namespace}/${pod}/${container}${previous ? '/previous' : ''}`;
