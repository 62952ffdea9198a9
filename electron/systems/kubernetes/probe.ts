import { ok, type Result } from '../../../shared/domain/failure/failure';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import { badDataError, KubeError } from './failures';
import { versionOf } from './image-version';
import type { Connection, Probe } from './types';

/**
 * Asks a cluster how it is: `/version` (latency, version) and `/readyz`.
 * Expected failures come as a result; an aborted signal throws its reason.
 */
export async function probe(connection: Connection, signal?: AbortSignal): Promise<Result<Probe>> {
  const abortable = signal ? { signal } : {};
  try {
    const begun = performance.now();
    const version = versionOf(await connection.json<unknown>({ path: '/version', ...abortable }));
    if (version === null) throw badDataError(connection, 'a version that is none');
    const latency = performance.now() - begun;
    return ok({
      at: new Date().toISOString(),
      latency,
      version,
      ready: await readiness(connection, signal),
    });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    return { ok: false, failure: failureOf(error) };
  }
}

/** `/readyz` answers 200 or 500; whoever may not ask (401, 403, 404) does not know. */
async function readiness(connection: Connection, signal?: AbortSignal): Promise<boolean | null> {
  try {
    const response = await connection.open({ path: '/readyz', ...(signal ? { signal } : {}) });
    response.destroy();
    // `pkg/server/healthz` of the API server answers in plain text; a page is somebody else's.
    return response.headers['content-type']?.startsWith('text/html') ? null : true;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const status = error instanceof KubeError ? error.failure.status : null;
    return status !== null && status >= 500 ? false : null;
  }
}
