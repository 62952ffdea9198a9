import { type Job, type ResourceVersion, type VersionValue, versionKey } from './answers';

/**
 * Which version of the bag a job takes next, and whether it starts by itself: rules 1–4 of docs/concourse.md, as
 * Concourse's scheduler decides (8.2: `atc/scheduler/scheduler.go` `ensurePendingBuildExists`; `atc/scheduler/algorithm/`;
 * `atc/db/versions_db.go` `IsFirstOccurrence`, `LatestVersionOfResource`).
 */

/** What the scheduler looks at for a job's input that takes the bag. */
export interface BagInput {
  /** Every known version of the resource, newest first: the order in which they were published (rule 3). */
  versions: readonly ResourceVersion[];
  pin: VersionValue | null;
  /**
   * Keys of the versions that came out of successful builds of the job in `passed`, the newest build's first; `null`: the
   * input has no `passed`.
   */
  passed: readonly string[] | null;
  /** Keys of the versions that any build of this job has taken, failed ones included (rule 1). */
  used: ReadonlySet<string>;
  trigger: boolean;
  paused: 'job' | 'pipeline' | null;
  /** A build of the job is pending already: no other is made beside it, and it takes what is next once it can. */
  isWaiting: boolean;
}

export type Choice =
  | { version: ResourceVersion; because: 'pinned' | 'newest' | 'newest-passed' }
  | { version: null; because: 'pin-unknown' | 'pin-not-passed' | 'all-disabled' | 'none-passed' | 'none' };

/** Whether a version has all that a pin names; a pin in the pipeline's config may name a part alone (`version @> pin`). */
const matches = (version: VersionValue, pin: VersionValue): boolean =>
  Object.entries(pin).every(([name, text]) => version[name] === text);

/**
 * The version that a build which starts now would take. Without `passed`, the first of the list that is enabled, and a pin
 * beats a disabled mark (rule 4). With `passed`, the newest successful build whose version is neither disabled nor, where
 * one is pinned, another than that: there a disabled version is left out though it is pinned.
 */
export function choose({ versions, pin, passed }: BagInput): Choice {
  if (passed === null) {
    if (pin) {
      const pinned = versions.find(({ version }) => matches(version, pin));
      return pinned ? { version: pinned, because: 'pinned' } : { version: null, because: 'pin-unknown' };
    }
    const newest = versions.find(({ enabled }) => enabled);
    if (newest) return { version: newest, because: 'newest' };
    return { version: null, because: versions.length > 0 ? 'all-disabled' : 'none' };
  }
  if (pin && !versions.some(({ version }) => matches(version, pin)))
    return { version: null, because: 'pin-unknown' };
  const byKey = new Map(versions.map((one) => [versionKey(one.version), one]));
  const found = passed
    .map((key) => byKey.get(key))
    .find((one) => one?.enabled && (!pin || matches(one.version, pin)));
  if (found) return { version: found, because: pin ? 'pinned' : 'newest-passed' };
  return {
    version: null,
    because: pin ? 'pin-not-passed' : passed.length > 0 ? 'all-disabled' : 'none-passed',
  };
}

/** Whether the job starts by itself at the scheduler's next look, with which version; if not, why not. */
export type Start =
  | {
      starts: true;
      version: ResourceVersion;
      /** A build that somebody asked for, or that waited, rather than one that Concourse makes for it. */
      isWaiting: boolean;
    }
  | {
      starts: false;
      version: ResourceVersion | null;
      because: 'used' | 'no-trigger' | 'paused-job' | 'paused-pipeline' | 'no-version';
    };

/**
 * Rule 1: an automatic build starts only for a version that this job has never used. One that waits already takes
 * whatever is next, used or not (`atc/db/job.go`, `EnsurePendingBuildExists`).
 */
export function startOf(input: BagInput): Start {
  const { isWaiting, paused } = input;
  const { version } = choose(input);
  if (!version) return { starts: false, version: null, because: 'no-version' };
  if (!isWaiting) {
    if (input.used.has(versionKey(version.version))) return { starts: false, version, because: 'used' };
    if (!input.trigger) return { starts: false, version, because: 'no-trigger' };
  }
  if (paused) return { starts: false, version, because: paused === 'job' ? 'paused-job' : 'paused-pipeline' };
  return { starts: true, version, isWaiting };
}

/** What may be changed about a resource's versions. `id`: of that resource's own list, as ids differ per team (rule 3). */
export type PolicyChange =
  | { kind: 'disable' | 'enable' | 'pin'; id: number }
  | { kind: 'unpin' }
  | { kind: 'resume' };

/** The input after a change. @returns `null` where the id is none of this resource: Concourse would pin it all the same, and the job would block (rule 4). */
function afterChange(input: BagInput, change: PolicyChange): BagInput | null {
  if (change.kind === 'unpin') return { ...input, pin: null };
  if (change.kind === 'resume') return { ...input, paused: null };
  const meant = input.versions.find(({ id }) => id === change.id);
  if (!meant) return null;
  if (change.kind === 'pin') return { ...input, pin: meant.version };
  const enabled = change.kind === 'enable';
  return {
    ...input,
    versions: input.versions.map((one) => (one === meant ? { ...one, enabled } : one)),
  };
}

/** What a change does by Concourse's rules. */
export interface Effect {
  /** What the scheduler looks at after the change. */
  input: BagInput;
  before: Start;
  after: Start;
  /** The version that starts by itself because of the change; `null`: none does. */
  starts: ResourceVersion | null;
  /** That version was skipped: this job went on to a newer one without it (rule 2). */
  wasSkipped: boolean;
}

/**
 * Predicts a change (rules 1, 2 and 4): disabling the newest, or pinning an older one, that this job has used triggers
 * nothing; one that was skipped is "new" to it, and starts by itself.
 * @returns `null` where the version is none of this resource.
 */
export function effectOf(input: BagInput, change: PolicyChange): Effect | null {
  const changed = afterChange(input, change);
  if (!changed) return null;
  const [before, after] = [startOf(input), startOf(changed)];
  const isSame = before.starts && after.starts && before.version.id === after.version.id;
  const starts = after.starts && !isSame ? after.version : null;
  return { input: changed, before, after, starts, wasSkipped: starts !== null && isSkipped(input, starts) };
}

/** Whether the job used a newer version, and never this one. */
export function isSkipped({ versions, used }: BagInput, { id, version }: ResourceVersion): boolean {
  if (used.has(versionKey(version))) return false;
  const place = versions.findIndex((one) => one.id === id);
  return versions.slice(0, Math.max(place, 0)).some((one) => used.has(versionKey(one.version)));
}

/**
 * The jobs that do not follow by themselves after a start-deploy by hand, in the order of the chain (rule 6). A job follows
 * where a version that starts it is new to it: the lock's is always, the bag's only where the job never used it.
 * @param chain the jobs after start-deploy, with what each has used of the bag
 */
export const needTriggering = (
  chain: readonly { job: Job; used: ReadonlySet<string> }[],
  bagResource: string,
  bag: VersionValue,
): string[] =>
  chain
    .filter(
      ({ job, used }) =>
        !job.inputs.some(
          ({ trigger, resource }) => trigger && (resource !== bagResource || !used.has(versionKey(bag))),
        ),
    )
    .map(({ job }) => job.name);
