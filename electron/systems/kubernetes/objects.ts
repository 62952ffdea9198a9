import { setTimeout as pause } from 'node:timers/promises';
import { type FailureCode, ok } from '../../../shared/domain/failure/failure';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import { backoff } from './backoff';
import { badDataError, KubeError } from './failures';
import type { KubeFailure } from './kube-failure';
import { eachPage, isObject } from './list-pages';
import { resourcePath } from './paths';
import type { ApiRequest, Connection, KubeObject, ObjectRef, ResourceRef, WriteResult } from './types';

/** Milliseconds between two rounds of a change that another one's came before: together some 4 s. */
const pauses = { backoffBase: 50, backoffLimit: 1_250 };

interface Options {
  signal?: AbortSignal;
}

/** Expected failures come as a result, an aborted signal throws its reason. */
export async function attempt<T>(ask: () => Promise<T>, options: Options): Promise<WriteResult<T>> {
  try {
    return ok(await ask());
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    const failure: KubeFailure =
      error instanceof KubeError ? error.failure : { ...failureOf(error), status: null, reason: null };
    return { ok: false, failure };
  }
}

const ask = (connection: Connection, request: ApiRequest, { signal }: Options): Promise<unknown> =>
  connection.json<unknown>({ ...request, ...(signal ? { signal } : {}) });

/** Asks for one object, and takes nothing else for an answer. */
const attemptObject = <T extends KubeObject>(
  connection: Connection,
  request: ApiRequest,
  options: Options,
): Promise<WriteResult<T>> =>
  attempt(async () => {
    const answer = await ask(connection, request, options);
    if (!isObject(answer))
      throw badDataError(connection, 'an object that is none', undefined, request.method);
    return answer as T;
  }, options);

/** Reads one object. @param options `exact`: its numbers as they are written, see `exact-json.ts`. */
export function getObject<T extends KubeObject = KubeObject>(
  connection: Connection,
  ref: ObjectRef,
  options: Options & { exact?: boolean } = {},
): Promise<WriteResult<T>> {
  return attemptObject<T>(connection, { path: resourcePath(ref), exact: options.exact === true }, options);
}

/** Reads a list whole, in pages. What is no object among its items is left out. */
export function listObjects<T extends KubeObject = KubeObject>(
  connection: Connection,
  ref: ResourceRef & { labelSelector?: string; fieldSelector?: string },
  options: Options = {},
): Promise<WriteResult<T[]>> {
  const { labelSelector, fieldSelector } = ref;
  const found: T[] = [];
  return attempt(async () => {
    await eachPage(
      connection,
      { path: resourcePath(ref), query: { labelSelector, fieldSelector }, ...options },
      (items) => {
        for (const item of items) if (isObject(item)) found.push(item as T);
      },
      () => found.splice(0),
    );
    return found;
  }, options);
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
  return attemptObject<T>(connection, { method: 'POST', path: resourcePath(ref), body: object }, options);
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
  return attemptObject<T>(
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
  const request: ApiRequest = {
    method: 'DELETE',
    path: resourcePath(ref),
    body: {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy: 'Background',
      ...(options.uid ? { preconditions: { uid: options.uid } } : {}),
    },
  };
  const result = await attempt(() => ask(connection, request, options), options);
  if (!result.ok && result.failure.status !== 404) return result;
  return ok(undefined);
}

/** What a change decides on the object as it is now: this merge patch, leave it, or refuse. */
export type Change = { patch: Readonly<Record<string, unknown>> } | { leave: true } | { refuse: KubeFailure };

/**
 * Reads an object exactly, decides, and patches what the decision names and nothing else; when somebody was faster (the
 * patch names the `resourceVersion` that was read), reads and decides again, at most `attempts` times.
 * @returns the object as it is stored, or the failure (`conflict` when others were always faster).
 */
export async function changeObject(
  connection: Connection,
  ref: ObjectRef,
  decide: (current: KubeObject) => Change | Promise<Change>,
  options: Options & { attempts?: number } = {},
): Promise<WriteResult<KubeObject>> {
  let last: WriteResult<KubeObject> | undefined;
  for (let round = 0; round < (options.attempts ?? 8); round++) {
    // What a controller writes all the time needs a pause (client-go, util/retry, `DefaultBackoff`).
    if (round > 0) await pause(backoff(round - 1, pauses));
    options.signal?.throwIfAborted();
    const read = await getObject(connection, ref, { ...options, exact: true });
    if (!read.ok) return read;
    const change = await decide(read.value);
    if ('leave' in change) return read;
    if ('refuse' in change) return { ok: false, failure: change.refuse };
    const { resourceVersion } = read.value.metadata;
    // Without it the patch would be blind, and lose another's change silently.
    if (!resourceVersion) throw new Error('a change needs the resourceVersion that was read');
    const metadata = { ...(change.patch.metadata as object | undefined), resourceVersion };
    last = await patchObject(connection, ref, 'merge', { ...change.patch, metadata }, options);
    if (last.ok || last.failure.code !== ('conflict' satisfies FailureCode)) return last;
  }
  return last as WriteResult<KubeObject>;
}
