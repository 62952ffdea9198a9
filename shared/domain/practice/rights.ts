/**
 * What the person of the practice estate's console may do.
 * - `everything`: push to main, and all of Kubernetes and Argo.
 * - `govuk`: as at GOV.UK. Main of the release repo is protected; the Kubernetes API shows pods, Deployments, ReplicaSets,
 *   Jobs and events, and nothing of Argo, which is reached at its own servers: everybody reads there, members of the
 *   environment's team change. The person is signed in there when the estate opens.
 * - `govuk-pods-only`: the same, and signed in nowhere: what the Kubernetes API shows is all, until the person signs in.
 */
export const practiceRights = ['everything', 'govuk', 'govuk-pods-only'] as const;
export type PracticeRights = (typeof practiceRights)[number];
