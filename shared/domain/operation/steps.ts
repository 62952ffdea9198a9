/** What a step is to people: its name in the list, and whether it may be broken off while it runs. */
interface StepWords {
  label: string;
  /** Why nobody may cancel while it runs; left out: they may. */
  neverInterrupted?: string;
}

/** Every step that an operation can have, as journals name it. */
export const stepNames = [
  'preflight',
  'commit',
  'hold-request',
  'stop-promotions',
  'hold-effective',
  'freeze-effective',
  'nudge',
  'sync',
  'rollout',
  'tests',
  'policy',
  'lock',
  'deploy',
  'test',
  'pass',
  'abort',
  'apps',
  'parent-sync-off',
  'app-sync-off',
  'image',
  'agree',
  'app-sync-on',
  'parent-sync-on',
  'verify',
] as const;
export type StepName = (typeof stepNames)[number];

export const steps: Readonly<Record<StepName, StepWords>> = {
  preflight: { label: 'Checks' },
  commit: { label: 'Commit' },
  'hold-request': { label: 'Request the hold' },
  'stop-promotions': { label: 'Stop promotions' },
  'hold-effective': { label: 'Confirm the hold' },
  'freeze-effective': { label: 'Confirm the freeze' },
  nudge: { label: 'Refresh' },
  sync: { label: 'Sync' },
  rollout: { label: 'Rollout' },
  tests: { label: 'Tests' },
  policy: { label: 'Block the broken bag' },
  lock: { label: 'Lock' },
  deploy: {
    label: 'Deploy',
    neverInterrupted: 'A running deploy can’t be interrupted: it may hold its own locks.',
  },
  test: { label: 'Tests' },
  pass: { label: 'Pass and unlock' },
  abort: { label: 'Abort' },
  apps: { label: 'Apps' },
  'parent-sync-off': { label: 'Switch off the parent’s automatic sync' },
  'app-sync-off': { label: 'Switch off the app’s automatic sync' },
  image: { label: 'Set the image' },
  agree: { label: 'Argo CD reads Git' },
  'app-sync-on': { label: 'Switch on the app’s automatic sync' },
  'parent-sync-on': { label: 'Switch on the parent’s automatic sync' },
  verify: { label: 'Compare with Git' },
};

/**
 * What can be done in a step, by the step that it is shown and journalled as. The engine has a function for each
 * (electron/engine/routines.ts), so that an operation made of these needs no code of its own.
 */
export const routines = {
  /** All findings from what is known at once: for whoever is in a hurry. */
  'check-app': 'preflight',
  /** The same after asking the app's source repo, for a few seconds at most. */
  'check-app-and-repo': 'preflight',
  'check-pipeline': 'preflight',
  'check-records': 'preflight',
  'check-freeze': 'preflight',
  'commit-freeze': 'commit',
  'commit-begin': 'commit',
  'commit-freeze-change': 'commit',
  'commit-thaw': 'commit',
  /** Promotions of every frozen app. */
  'stop-frozen': 'stop-promotions',
  'freeze-effective': 'freeze-effective',
  'commit-version': 'commit',
  /** The version and a hold. */
  'commit-rollback': 'commit',
  'commit-hold': 'commit',
  'commit-release': 'commit',
  'commit-bag': 'commit',
  'commit-lock': 'commit',
  'commit-unlock': 'commit',
  'commit-forced-unlock': 'commit',
  'commit-policy': 'commit',
  /** Marks and notes. */
  'commit-records': 'commit',
  /** What the commit of a rollback could not carry: its hold. */
  'request-hold': 'hold-request',
  'stop-promotions': 'stop-promotions',
  'hold-effective': 'hold-effective',
  nudge: 'nudge',
  sync: 'sync',
  rollout: 'rollout',
  tests: 'tests',
  /** A pin or a bad mark against the bag that is given up. */
  'keep-bag-out': 'policy',
  /** Takes the lock, chooses again under it, and records that the deployment began. */
  'lock-and-start': 'lock',
  /** Takes the lock over from the operation whose tests failed. */
  'take-lock-over': 'lock',
  'deploy-jobs': 'deploy',
  'test-suites': 'test',
  'pass-and-unlock': 'pass',
  'stop-suites': 'abort',
  /** An operation of its own for each app of a batch. */
  'run-batch': 'apps',
  /** So that the parent does not put the app's Application back. */
  'parent-sync-off': 'parent-sync-off',
  'app-sync-off': 'app-sync-off',
  /** In the Deployments themselves, bypassing Git. */
  'set-live-image': 'image',
  /** As `rollout`, of a version that Git does not want. */
  'live-rollout': 'rollout',
  /** The version, where Git has another one. */
  'commit-reconciled': 'commit',
  /** The parent was compared with the commit that has the version. */
  'git-seen': 'agree',
  /** By a sync of the parent that is limited to the app's Applications. */
  'app-sync-on': 'app-sync-on',
  'parent-sync-on': 'parent-sync-on',
  'live-as-git': 'verify',
} as const satisfies Record<string, StepName>;
export type Routine = keyof typeof routines;
