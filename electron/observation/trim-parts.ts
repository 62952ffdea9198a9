import { z } from 'zod';

/**
 * Parts of objects that all trims share. Fields as in the Kubernetes API reference; what is missing has the meaning that
 * the API gives to its absence (a count of 0).
 */
export const count = z
  .number()
  .int()
  .nullish()
  .transform((value) => value ?? 0);
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

export const metadata = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string(),
  generation: count,
  creationTimestamp: text,
  deletionTimestamp: text,
  finalizers: z.array(z.string()).nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
  ownerReferences: z
    .array(z.object({ kind: z.string(), uid: z.string(), controller: z.boolean().nullish() }))
    .nullish(),
});

/** Which app an object belongs to: label `app.govuk/repository-name`, else its instance. */
export const appOf = (labels: Record<string, string> | null | undefined): string =>
  labels?.['app.govuk/repository-name'] ?? labels?.['app.kubernetes.io/instance'] ?? '';

/** Which workload it is, and whether its controller has seen the newest of its specs. */
export const workloadOf = (
  meta: z.output<typeof metadata>,
  status: { observedGeneration: number } | null | undefined,
) => ({
  name: meta.name,
  namespace: meta.namespace,
  uid: meta.uid,
  generation: meta.generation,
  observedGeneration: status?.observedGeneration ?? 0,
});

/** Uid of the controller that owns an object. */
export const ownerOf = (meta: z.output<typeof metadata>): string | null =>
  meta.ownerReferences?.find(({ controller }) => controller)?.uid ?? null;

/** The pod template of a workload, as far as its images go. */
export const template = z
  .object({ spec: z.object({ containers: z.array(z.object({ image: text })) }) })
  .nullish();

export const imagesOf = (of: z.output<typeof template>): string[] =>
  of?.spec.containers.flatMap(({ image }) => (image ? [image] : [])) ?? [];

/** A condition of a status. */
export const condition = z.object({ type: z.string(), status: z.string(), reason: text, message: text });
