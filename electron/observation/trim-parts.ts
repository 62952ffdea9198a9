import { z } from 'zod';
import { type Health, orDeleting } from '../../shared/domain/rollout/resource-health';
import { listOf, type OnOdd, optional, readObject, texts } from '../systems/read-object';

/**
 * Parts of objects that all trims share. Fields as in the Kubernetes API reference; what is missing has the meaning that
 * the API gives to its absence (a count of 0).
 */
export const integer = optional(z.number().int());
export const count = integer.transform((value) => value ?? 0);
export const text = optional(z.string()).transform((value) => value ?? null);

export const metadata = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string(),
  generation: count,
  creationTimestamp: text,
  deletionTimestamp: text,
  finalizers: listOf(z.string()),
  labels: optional(texts),
  annotations: optional(texts),
  ownerReferences: listOf(z.object({ kind: text, uid: z.string(), controller: optional(z.boolean()) })),
});

/**
 * Reads a live object without what is odd in it. @throws ZodError for one without an identity.
 * @param quick reads what has nothing odd in it as the schema does, and leaves the rest to it (`null`).
 * @returns with `judged`, which makes its health of what a rule says: Argo CD reads the whole into Go's types first
 * (`runtime.DefaultUnstructuredConverter`), and what does not fit there has the health Unknown (`health.go`).
 */
export function readLive<S extends z.ZodType<{ metadata: z.output<typeof metadata> }>>(
  schema: S,
  object: unknown,
  onOdd?: OnOdd,
  quick?: (object: unknown) => z.output<S> | null,
): { read: z.output<S>; judged: (health: Health) => Health } {
  const plain = quick?.(object) ?? null;
  if (plain !== null) return { read: plain, judged: (health) => orDeleting(health, plain.metadata) };
  let isOdd = false;
  const read = readObject(schema, object, (places) => {
    isOdd = true;
    onOdd?.(places);
  });
  const odd: Health = { status: 'Unknown', message: 'One of its fields can’t be read' };
  return { read, judged: (health) => orDeleting(isOdd ? odd : health, read.metadata) };
}

/**
 * The Application that an object is of by Argo CD's tracking: `<application>:<group>/<kind>:<namespace>/<name>` in its
 * annotation (the default since Argo CD 3.0), which may lie beside no label at all.
 */
export const trackedBy = (annotations: Record<string, string> | null | undefined): string =>
  annotations?.['argocd.argoproj.io/tracking-id']?.split(':', 1)[0] ?? '';

/** Which app an object belongs to: label `app.govuk/repository-name`, else its instance, else its Application. */
export const appOf = ({
  labels,
  annotations,
}: {
  labels?: Record<string, string> | null | undefined;
  annotations?: Record<string, string> | null | undefined;
}): string =>
  labels?.['app.govuk/repository-name'] ?? labels?.['app.kubernetes.io/instance'] ?? trackedBy(annotations);

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
  meta.ownerReferences.find(({ controller }) => controller)?.uid ?? null;

/** The pod template of a workload, as far as its images go. */
export const template = optional(
  z.object({ spec: optional(z.object({ containers: listOf(z.object({ image: text })) })) }),
);

export const imagesOf = (of: z.output<typeof template>): string[] =>
  of?.spec?.containers.flatMap(({ image }) => (image ? [image] : [])) ?? [];

/** A condition of a status. */
const word = text.transform((value) => value ?? '');
export const condition = z.object({ type: word, status: word, reason: text, message: text });

const hookTypes = new Set(['PreSync', 'Sync', 'PostSync', 'SyncFail', 'Skip']);
const helmHookTypes: ReadonlyMap<string, string> = new Map([
  ['pre-install', 'PreSync'],
  ['pre-upgrade', 'PreSync'],
  ['post-upgrade', 'PostSync'],
  ['post-install', 'PostSync'],
]);
const itemsOf = (annotation: string | undefined): string[] =>
  (annotation ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** Of which hooks an object is (argo-cd `gitops-engine/pkg/sync/hook/hook.go`, `Types`): Helm's count where Argo's do not. */
export function hookTypesOf(annotations: Readonly<Record<string, string>> | null | undefined): string[] {
  const own = itemsOf(annotations?.['argocd.argoproj.io/hook']).filter((one) => hookTypes.has(one));
  if (own.length > 0) return own;
  return itemsOf(annotations?.['helm.sh/hook']).flatMap((one) => helmHookTypes.get(one) ?? []);
}

/** Whether an object is a hook (`hook.go`, `IsHook`): also of a type that Argo CD does not know, but not to be skipped. */
export function isHook(annotations: Readonly<Record<string, string>> | null | undefined): boolean {
  if (annotations && Object.hasOwn(annotations, 'argocd.argoproj.io/hook')) {
    const types = hookTypesOf(annotations);
    return !(types.length === 1 && types[0] === 'Skip');
  }
  const helm = annotations?.['helm.sh/hook'];
  return helm !== undefined && helm !== 'crd-install';
}
