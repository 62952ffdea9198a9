/**
 * How the console logs in to the practice estate's clusters.
 * - `token`: by tokens in its kubeconfig.
 * - `wrapper`: by a command that runs inside of a wrapper of the estate file, as `gds aws <role> --` does.
 * - `argo-servers`: not at all. The estate file names no kubeconfig: Argo's own servers are all that shows what runs, and
 *   the person signs in there.
 */
export const practiceLogins = ['token', 'wrapper', 'argo-servers'] as const;
export type PracticeLogin = (typeof practiceLogins)[number];
