import { isDeepStrictEqual } from 'node:util';
import type { ResourceKind } from './kinds';
import { applyPatch, type PatchType } from './patches';
import { type KubeObject, type ObjectMeta, refusals } from './stored-objects';

/**
 * Which part a write touches. `all` is for controllers in this process; the API server writes `main` (keeps the
 * stored status of kinds with a status subresource) or `status` (keeps all but status).
 */
export type WritePart = 'all' | 'main' | 'status';

/**
 * What an update makes of a stored object; `null` when it changes nothing.
 * @throws ApiError 409 Conflict (stale resourceVersion or another uid).
 */
export function replacement(
  resource: ResourceKind,
  stored: KubeObject,
  input: KubeObject,
  part: WritePart,
): KubeObject | null {
  const { name } = stored.metadata;
  const claimed = input.metadata.resourceVersion;
  if (claimed && claimed !== stored.metadata.resourceVersion) throw refusals.conflict(resource, name);
  if (input.metadata.uid && input.metadata.uid !== stored.metadata.uid)
    throw refusals.conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${input.metadata.uid}, UID in object meta: ${stored.metadata.uid}`,
    );
  const before = stored as unknown as Record<string, unknown>;
  const wanted = structuredClone(input) as unknown as Record<string, unknown>;
  let next = wanted;
  if (resource.statusSubresource && part === 'status')
    next = { ...before, status: wanted.status, metadata: { ...stored.metadata } };
  if (resource.statusSubresource && part === 'main') next = { ...wanted, status: before.status };
  for (const field of Object.keys(next)) if (next[field] === undefined) delete next[field];
  const metadata = next.metadata as ObjectMeta;
  const { uid, creationTimestamp, generation, resourceVersion, deletionTimestamp } = stored.metadata;
  Object.assign(metadata, { uid, creationTimestamp, resourceVersion });
  if (generation === undefined) delete metadata.generation;
  else metadata.generation = generation;
  if (deletionTimestamp !== undefined) metadata.deletionTimestamp = deletionTimestamp;
  else delete metadata.deletionTimestamp;
  Object.assign(next, { apiVersion: resource.apiVersion, kind: resource.kind });
  if (isDeepStrictEqual(next, before)) return null;
  if (generation !== undefined && changesGeneration(resource.statusSubresource, before, next))
    metadata.generation = generation + 1;
  return next as unknown as KubeObject;
}

/** A stored object with a patch applied. @throws ApiError 422, 400. */
export function patchedObject(
  resource: ResourceKind,
  stored: KubeObject,
  type: PatchType,
  patch: unknown,
): KubeObject {
  const { name } = stored.metadata;
  const patched = applyPatch(type, stored, patch) as KubeObject;
  const metadata = patched?.metadata as Partial<ObjectMeta> | undefined;
  if (typeof metadata !== 'object' || metadata === null)
    throw refusals.invalid(resource, name, 'metadata', 'Required value');
  if (metadata.name !== stored.metadata.name || metadata.namespace !== stored.metadata.namespace)
    throw refusals.badRequest('the name of the object does not match the name on the URL');
  return patched;
}

/** Custom resources without a status subresource get a new generation by any change outside metadata. */
function changesGeneration(
  statusSubresource: boolean,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): boolean {
  if (statusSubresource) return !isDeepStrictEqual(before.spec, after.spec);
  const { metadata: _a, ...bodyBefore } = before;
  const { metadata: _b, ...bodyAfter } = after;
  return !isDeepStrictEqual(bodyBefore, bodyAfter);
}
