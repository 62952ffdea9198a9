import { type Grant, mayDo } from './grants';

const accessReview = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const subjectReview = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

/** Paths of the reviews by which a client asks who it is and what it may do. */
export const reviewPaths: ReadonlySet<string> = new Set([accessReview, subjectReview]);

/** What is answered to a review. */
export function review(path: string, grant: Grant, body: unknown): unknown {
  return path === accessReview ? reviewAccess(grant, body) : reviewSubject(grant);
}

/** SelfSubjectReview (authentication.k8s.io/v1). */
function reviewSubject(grant: Grant): unknown {
  return {
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { creationTimestamp: null },
    status: { userInfo: { username: grant.username, groups: ['system:authenticated'] } },
  };
}

/** SelfSubjectAccessReview (authorization.k8s.io/v1). */
function reviewAccess(grant: Grant, body: unknown): unknown {
  const review = (typeof body === 'object' && body !== null ? body : {}) as {
    spec?: {
      resourceAttributes?: {
        verb?: string;
        group?: string;
        namespace?: string;
        resource?: string;
        subresource?: string;
      };
    };
  };
  const attributes = review.spec?.resourceAttributes;
  const { verb = '*', group = '', resource = '*', subresource, namespace } = attributes ?? {};
  const what = subresource ? `${resource}/${subresource}` : resource;
  const allowed = attributes ? mayDo(grant, { verb, group, what, namespace: namespace || undefined }) : true;
  return {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: { creationTimestamp: null },
    spec: review.spec ?? {},
    status: { allowed, ...(allowed ? { reason: 'granted by the practice estate' } : {}) },
  };
}
