/** Environments of the practice estate's chain of apps, in the order in which versions travel. */
export const environments = ['integration', 'staging', 'production'] as const;
export type AppsEnvironment = (typeof environments)[number];
/** Environments of its chain of bags, in the order in which bags travel. */
export const bagEnvironments = ['notify-preview', 'notify-staging', 'notify-production'] as const;
export type BagEnvironment = (typeof bagEnvironments)[number];
export const allEnvironments = [...environments, ...bagEnvironments] as const;
export type EnvironmentName = (typeof allEnvironments)[number];
