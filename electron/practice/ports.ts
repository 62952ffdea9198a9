/** What the practice estate's controllers need from their neighbours; each is implemented in a room of its own. */

/** Time that may run faster than the wall's. All waits of the practice estate go through it. */
export interface PracticeClock {
  /** Milliseconds of practice time per millisecond of wall time, 1 or more. */
  speed: number;
  /** The wall's time: what is written into objects is real, only waits are shortened. */
  now(): Date;
  /** Resolves after `seconds` of practice time; rejects with the signal's reason when aborted. */
  wait(seconds: number, signal?: AbortSignal): Promise<void>;
}

/** The values of one image-tag file. */
export interface ImageTagValues {
  imageTag: string;
  automaticDeploysEnabled: boolean;
  promoteDeployment: boolean;
}

/** The release repo as the practice estate's own controllers see it (not through Signalbox). */
export interface ReleaseRepo {
  /** Commit of main; rejects while the scenario took the repo away. */
  head(): Promise<string>;
  /** Values of every app's file in an environment at a commit, by repo name. Files that do not parse are left out. */
  imageTags(commit: string, environment: string): Promise<Map<string, ImageTagValues>>;
  /**
   * What update-image-tag does: branch `update-image-tag/<repo>/<environment>/<tag>`, commit
   * "Update <repo> image tag to <tag> for <environment>", merged into main, branch deleted; nothing when the tag is set already.
   * @returns the commit of main that holds the tag.
   */
  updateImageTag(change: {
    repo: string;
    environment: string;
    imageTag: string;
    promote: boolean;
  }): Promise<string>;
  /** Whether whoever commits as the bot waits before; never, where this is left out. */
  botWaits?(): boolean;
  /** Calls back after every push or merge that moved main. Returns the unsubscribe. */
  onMoved(listener: (commit: string) => void): () => void;
}

/** How apps misbehave on purpose; set by scenarios, read by controllers. */
export interface Faults {
  /** A version whose containers crash after the start, everywhere or in one environment. */
  crashLoops(app: string, version: string, environment: string): boolean;
  /** How the smoke tests of a version end at their nth attempt (1-based). */
  testOutcome(app: string, version: string, environment: string, attempt: number): 'pass' | 'fail';
  /** Seconds that a pod of the app needs until it is ready. */
  readySeconds(app: string, environment: string): number;
  /** Whether the PreSync Job that migrates the database fails; never, where this is left out. */
  migrationFails?(app: string, version: string, environment: string): boolean;
  /** Whether the registry has no image of the version; never, where this is left out. */
  imageMissing?(app: string, version: string, environment: string): boolean;
  /** How a run of a test suite of a bags environment ends; it passes, where this is left out. */
  suiteOutcome?(run: SuiteRun): 'pass' | 'fail';
}

/** A run of a test suite in an environment that bags come to. */
export interface SuiteRun {
  suite: string;
  environment: string;
  /** What runs there, by service. */
  versions: ReadonlyMap<string, string>;
  /** Whether this is the suite that a broken version fails: each environment has one. */
  strict: boolean;
}

/** One app of the practice estate. */
export interface PracticeApp {
  /** Repo name; the image-tag file's name. */
  repo: string;
  /** Argo CD Applications that run it in every environment: the app itself, a `draft-` twin perhaps. */
  applications: readonly string[];
  /** Applications that also have a `<app>-worker` Deployment. */
  workers: readonly string[];
  replicas: number;
  /** Whether a PreSync Job migrates the database. */
  migrates: boolean;
  /** Whether post-sync tests and promotes it by itself; it does, where this is left out. */
  postSync?: boolean;
}

/** What an environment has that bags come to. */
export interface BagSetup {
  /** Test suites; a broken version fails the first. */
  suites: readonly string[];
}
