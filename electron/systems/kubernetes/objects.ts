import { type FailureCode, failureOf, ok } from '../../../shared/domain/failure';
import { KubeError } from './failures';
import { resourcePath } from './paths';
import type {
  ApiRequest,
  Connection,
  KubeFailure,
  KubeObject,
  ObjectRef,
  ResourceRef,
  WriteResult,
} from './types';

interface Options {
  signal?: AbortSignal;
}

/** Sends a request; expected failures come as a result, an aborted signal throws its reason. */
async function attempt<T>(
  connection: Connection,
  request: ApiRequest,
  options: Options,
): Promise<WriteResult<T>> {
  try {
    return ok(
      await connection.json<T>({ ...request, ...(options.signal ? { signal: options.signal } : {}) }),
    );
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    const failure: KubeFailure =
      error instanceof KubeError ? error.failure : { ...failureOf(error), status: null, reason: null };
    return { ok: false, failure };
  }
}

/** Reads one object. */
export function getObject<T extends KubeObject = KubeObject>(
  connection: Connection,
  ref: ObjectRef,
  options: Options = {},
): Promise<WriteResult<T>> {
  return attempt<T>(connection, { path: resourcePath(ref) }, options);
}

/** Reads a list whole, in pages. A list that expired between two pages (410) is read again in one piece. */
export async function listObjects<T extends KubeObject = KubeObject>(
  connection: Connection,
  ref: ResourceRef & { labelSelector?: string; fieldSelector?: string },
  options: Options = {},
): Promise<WriteResult<T[]>> {
  const { labelSelector, fieldSelector } = ref;
  const items: T[] = [];
  let next: string | undefined;
  let limit: number | undefined = 500;
  for (;;) {
    const page: WriteResult<{ items?: T[]; metadata?: { continue?: string } }> = await attempt(
      connection,
      { path: resourcePath(ref), query: { labelSelector, fieldSelector, limit, continue: next } },
      options,
    );
    if (!page.ok) {
      if (page.failure.status !== 410 || !next) return page;
      items.length = 0;
      next = undefined;
      limit = undefined;
      continue;
    }
    items.push(...(page.value.items ?? []));
    next = page.value.metadata?.continue || undefined;
    if (!next) return ok(items);
  }
}

/**
 * Creates an object; with `metadata.generateName` the server names it. Its own failure for a name that is taken has the
 * code `conflict` and the reason `AlreadyExists`. After a `timeout` it may exist all the same: a fixed name tells.
 */
export function createObject<T extends KubeObject = KubeObject>(
  connection: Connection,
  ref: ResourceRef,
  object: unknown,
  options: Options = {},
): Promise<WriteResult<T>> {
  return attempt<T>(connection, { method: 'POST', path: resourcePath(ref), body: object }, options);
}

/**
 * Replaces an object as it was read: its `metadata.resourceVersion` makes the write fail with `conflict` when
 * somebody was faster. An object without one is refused here: a blind write loses the other's change silently.
 */
export async function replaceObject<T extends KubeObject = KubeObject>(
  connection: Connection,
  ref: ObjectRef,
  object: T,
  options: Options = {},
): Promise<WriteResult<T>> {
  if (!object.metadata.resourceVersion)
    throw new Error('a replacement needs the resourceVersion that was read');
  return attempt<T>(connection, { method: 'PUT', path: resourcePath(ref), body: object }, options);
}

/**
 * Patches an object: `merge` (RFC 7396; a `metadata.resourceVersion` inside makes it conditional) or `json`
 * (RFC 6902; a failing `test` is the code `refused`, status 422).
 */
export function patchObject<T extends KubeObject = KubeObject>(
  connection: Connection,
  ref: ObjectRef,
  type: 'merge' | 'json',
  patch: unknown,
  options: Options = {},
): Promise<WriteResult<T>> {
  return attempt<T>(
    connection,
    {
      method: 'PATCH',
      path: resourcePath(ref),
      body: patch,
      contentType: type === 'merge' ? 'application/merge-patch+json' : 'application/json-patch+json',
    },
    options,
  );
}

/** Deletes an object, and in the background what it owns. One that is gone already counts as deleted. */
export async function deleteObject(
  connection: Connection,
  ref: ObjectRef,
  options: Options & { uid?: string } = {},
): Promise<WriteResult<void>> {
  const result = await attempt<unknown>(
    connection,
    {
      method: 'DELETE',
      path: resourcePath(ref),
      body: {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: 'Background',
        ...(options.uid ? { preconditions: { uid: options.uid } } : {}),
      },
    },
    options,
  );
  if (!result.ok && result.failure.status !== 404) return result;
  return ok(undefined);
}

/** What a change decides on the object as it is now: write this, leave it, or refuse. */
export type Change<T> = { write: T } | { leave: true } | { refuse: KubeFailure };

/**
 * Reads, decides, writes back; when somebody was faster, reads and decides again, at most `attempts` times.
 * @returns the object as it is stored, or the failure (`conflict` when others were always faster).
 */
export async function changeObject<T extends KubeObject = KubeObject>(
  connection: Connection,
  ref: ObjectRef,
  decide: (current: T) => Change<T>,
  options: Options & { attempts?: number } = {},
): Promise<WriteResult<T>> {
  let last: WriteResult<T> | undefined;
  for (let round = 0; round < (options.attempts ?? 5); round++) {
    const read = await getObject<T>(connection, ref, options);
    if (!read.ok) return read;
    const change = decide(read.value);
    if ('leave' in change) return read;
    if ('refuse' in change) return { ok: false, failure: change.refuse };
    last = await replaceObject(connection, ref, change.write, options);
    if (last.ok || last.failure.code !== ('conflict' satisfies FailureCode)) return last;
  }
  return last as WriteResult<T>;
}
