import type { V1SelfSubjectAccessReview, V1SelfSubjectReview } from '@kubernetes/client-node';
import type { Right, RightAnswer } from '../../../shared/domain/estate/cluster-access';
import { badDataError, KubeError } from './failures';
import type { Connection } from './types';

/** `status` of a review; `null` for an answer that is none. */
function statusOf(answer: unknown): Record<string, unknown> | null {
  if (typeof answer !== 'object' || answer === null) return null;
  const { status } = answer as { status?: unknown };
  return typeof status === 'object' && status !== null ? (status as Record<string, unknown>) : null;
}

/**
 * Asks the cluster whether the person has a right (SelfSubjectAccessReview, authorization.k8s.io/v1). What could not
 * be answered is `allowed: null` with the reason; an aborted signal throws its reason.
 */
export async function reviewRight(
  connection: Connection,
  right: Right,
  signal: AbortSignal,
): Promise<RightAnswer> {
  const { verb, group, resource, subresource, namespace } = right;
  try {
    const answer = await connection.json<unknown>({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      asks: true,
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {
          resourceAttributes: { verb, group, resource, namespace, ...(subresource ? { subresource } : {}) },
        },
      } satisfies V1SelfSubjectAccessReview,
      signal,
    });
    const status = statusOf(answer);
    if (typeof status?.allowed !== 'boolean')
      return { allowed: null, reason: badDataError(connection, 'a review that is none').failure.message };
    const reason = [status.reason, status.evaluationError].find(
      (text): text is string => typeof text === 'string' && text !== '',
    );
    return {
      allowed: status.allowed,
      reason: reason?.slice(0, 300) ?? null,
    };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof KubeError) return { allowed: null, reason: error.failure.message };
    throw error;
  }
}

/** Who the cluster takes the person for (SelfSubjectReview, authentication.k8s.io/v1); `null` where it does not tell. */
export async function whoAmI(
  connection: Connection,
  signal: AbortSignal,
): Promise<{ username: string; groups: string[] } | null> {
  try {
    const answer = await connection.json<unknown>({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      asks: true,
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'SelfSubjectReview',
      } satisfies V1SelfSubjectReview,
      signal,
    });
    const info = statusOf(answer)?.userInfo;
    const { username, groups } = (typeof info === 'object' && info !== null ? info : {}) as Record<
      string,
      unknown
    >;
    if (typeof username !== 'string' || username === '') return null;
    return { username, groups: Array.isArray(groups) ? groups.map(String) : [] };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof KubeError) return null;
    throw error;
  }
}
