import type { Build, Job } from './answers';

/** What a job is in Notify's pipeline; the estate file says which jobs are what. */
export type JobRole =
  | 'pack-bag'
  | 'start-deploy'
  | 'deploy'
  | 'test'
  | 'completion'
  | 'force-unlock'
  | 'periodic';

export const hasEnded = ({ status }: Pick<Build, 'status'>): boolean =>
  status !== 'pending' && status !== 'started';

/** The build that began last. A list sorts by the original build, with reruns beside it: the highest id is the newest. */
export const newestBuild = (builds: readonly Build[]): Build | null =>
  builds.reduce<Build | null>((newest, one) => (newest === null || one.id > newest.id ? one : newest), null);

/** In which order builds that wait come to their turn: a rerun by the build whose inputs it takes, so ahead of newer ones (rule 5). */
export const inTurn = (pending: readonly Build[]): Build[] =>
  [...pending].sort((a, b) => (a.rerunOf?.id ?? a.id) - (b.rerunOf?.id ?? b.id) || a.id - b.id);

/** All tries of one build, the original first. */
export const triesOf = (builds: readonly Build[], build: Build): Build[] => {
  const original = build.rerunOf?.id ?? build.id;
  return builds
    .filter(({ id, rerunOf }) => id === original || rerunOf?.id === original)
    .sort((a, b) => a.id - b.id);
};

/** Whether something may be offered; if not, why, in a sentence. */
export type Offer = { offered: true; note: string | null } | { offered: false; because: string };

/** Rule 5: a rerun takes exactly the old inputs and no lock. */
export function rerunOffer(role: JobRole, build: Build): Offer {
  if (role !== 'test' && role !== 'periodic')
    return {
      offered: false,
      because:
        'Concourse would run it with the old inputs, its infrastructure code among them, and without taking the lock. Start a deployment instead.',
    };
  if (!hasEnded(build)) return { offered: false, because: 'It has not ended.' };
  return { offered: true, note: 'The same bag is tested again; the lock stays as it is.' };
}

/** Rules 5 and 7: what an abort leaves behind. A deployment is never aborted. */
export function abortOffer(role: JobRole, build: Build): Offer {
  if (hasEnded(build)) return { offered: false, because: 'It has ended.' };
  if (role === 'deploy')
    return {
      offered: false,
      because: 'A deployment must not be interrupted: it holds other locks, such as Terraform’s.',
    };
  if (role === 'completion' || role === 'force-unlock')
    return { offered: false, because: 'It releases the lock; let it end.' };
  if (build.status === 'pending' && build.createdBy === null && build.rerunOf === null)
    return {
      offered: true,
      note: 'Concourse starts nothing for this bag until something else has it look again, such as a new bag or a trigger by hand.',
    };
  return { offered: true, note: role === 'test' ? 'The lock stays taken.' : null };
}

/** Whether a job may be triggered by hand. */
export const triggerOffer = (job: Job): Offer =>
  job.noManualTrigger
    ? {
        offered: false,
        because: 'The pipeline does not let people start this job (disable_manual_trigger).',
      }
    : {
        offered: true,
        note: job.paused ? 'The job is paused: the build waits until it goes on.' : null,
      };

/** Seconds from a change to the build that it starts: the scheduler looks about every 10 s (rule 8). */
export const startsWithin = { from: 2, to: 20 } as const;
