/**
 * What the person of the practice estate's console may do.
 * - `everything`: push to main, and all of Kubernetes and Argo.
 * - `govuk`: as at GOV.UK. Main of the release repo is protected; Argo's Applications are not readable, but workflows may
 *   be read, and submitted by a member of the environment's team.
 * - `govuk-pods-only`: the same, and nothing of Argo at all: pods, Deployments, ReplicaSets, Jobs and events only.
 */
export const practiceRights = ['everything', 'govuk', 'govuk-pods-only'] as const;
export type PracticeRights = (typeof practiceRights)[number];
