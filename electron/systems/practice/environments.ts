/** Environments of the practice estate's chain of apps, in the order in which versions travel. */
export const environments = ['integration', 'staging', 'production'] as const;
export type AppsEnvironment = (typeof environments)[number];
/** Environments of its chain of bags, in the order in which bags travel. */
export const bagEnvironments = ['notify-preview', 'notify-staging', 'notify-production'] as const;
export type BagEnvironment = (typeof bagEnvironments)[number];
/** The environments that the practice Concourse deploys to, each by the team of its pipeline. No cluster shows them. */
export const concourseEnvironments = {
  sandbox: 'preview',
  rehearsal: 'staging',
  public: 'production',
} as const;

/** Who the console is at the practice Concourse; the password is the estate's own secret. */
export const practiceConcourseUser = 'pip';

export const allEnvironments = [...environments, ...bagEnvironments] as const;
export type EnvironmentName = (typeof allEnvironments)[number];
