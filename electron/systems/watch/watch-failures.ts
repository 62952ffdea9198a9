import { KubeError } from '../kubernetes/failures';

/** Milliseconds that the server asked to wait. */
export const askedToWait = (error: unknown): number =>
  error instanceof KubeError ? (error.retryAfter ?? 0) : 0;

/** Whether a failure to open is of the whole cluster: no answer, nobody let in, or a server that is not up to it. */
export const isOfCluster = (error: unknown): boolean => {
  if (!(error instanceof KubeError) || error.failure.code === 'too-large') return false;
  const { status, code } = error.failure;
  return status === null ? code !== 'bad-data' : [401, 429, 502, 503, 504].includes(status);
};

/** A stream that the other side ended early, as Node tells it. */
export const broken = () => Object.assign(new Error('the connection ended early'), { code: 'ECONNRESET' });
/** A stream that said nothing for too long. */
export const stall = () =>
  Object.assign(new Error('nothing came for too long'), { code: 'ERR_STREAM_PREMATURE_CLOSE' });

/**
 * A stream that broke, or one error of a server in trouble, as against a cluster that cannot be reached, refuses, or
 * asks for patience.
 */
export const mayPass = (error: unknown): boolean =>
  error instanceof KubeError &&
  ((error.failure.status !== null && error.failure.status >= 500 && error.retryAfter === null) ||
    ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(error.failure.detail ?? ''));
