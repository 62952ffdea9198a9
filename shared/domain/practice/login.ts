/**
 * How the console logs in to the practice estate's clusters: by tokens in its kubeconfig, or by a command that runs inside
 * of a wrapper of the estate file, as `gds aws <role> --` does.
 */
export const practiceLogins = ['token', 'wrapper'] as const;
export type PracticeLogin = (typeof practiceLogins)[number];
