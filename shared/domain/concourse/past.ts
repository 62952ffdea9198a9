import { commitMessage } from '../ledger/trailers';
import { recordPath } from '../records/record-paths';
import type { Build } from './answers';
import { hasEnded } from './builds';
import { deploymentsOf } from './deployments';
import { chainOfJobs, type WatchedPipeline } from './pipeline-names';

/** A bag as it is kept, with the builds that took and put it. */
export interface PastBag {
  bag: number;
  /** Versions of its services, by service. */
  services: Readonly<Record<string, string>>;
  takers: readonly Build[];
  packedBy: Build | null;
}

/** That a bag was pinned or disabled, or no longer: Concourse keeps no time, so it is known by two looks. */
export interface PolicySight {
  what: 'pin' | 'disabled';
  bag: number;
  on: boolean;
  by: string;
  reason: string;
  /** When it was seen so first. ISO 8601. */
  at: string;
  /** When it was seen otherwise last; `null`: never. */
  after: string | null;
}

/** Builds that nobody knows of: Signalbox was not running, and Concourse has no builds of that time any more. */
export interface Gap {
  from: string;
  until: string;
  /** How many builds of start-deploy, by their numbers; `null`: the pipeline was set anew. */
  builds: number | null;
  /** The id of the build that came next. */
  next: number;
}

/** What is known of one environment's pipeline, today and before. */
export interface PastStage {
  pipeline: string;
  watched: Pick<WatchedPipeline, 'environment' | 'jobs'>;
  bags: readonly PastBag[];
  unlocks: readonly Build[];
  sights: readonly PolicySight[];
  gaps: readonly Gap[];
}

/** One thing that happened, as the history takes it: files, as they lie in a release repo, and who changed them. */
export interface PastChange {
  at: string;
  by: string;
  message: string;
  /** Contents by path; `null`: it is deleted. */
  files: Readonly<Record<string, string | null>>;
  /** Beside others of the same second: the smaller first. */
  order: number;
}

/** YAML of flat texts and numbers: JSON is YAML. */
const yaml = (fields: Readonly<Record<string, unknown>>): string => `${JSON.stringify(fields)}\n`;
const byOf = ({ createdBy }: Build): string => createdBy ?? 'Concourse';
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 300);
/** The end of a build, beside its beginning of the same second. */
const ended = ({ id }: Build): number => id + 0.5;
const nameOf = ({ job, name }: Build): string => `${job} #${name}`;
const operationOf = ({ id }: Build): string => `concourse-${id}`;
const reasoned = (
  subject: string,
  operation: string,
  reason: string | null = null,
  kind = 'concourse',
): string =>
  commitMessage(oneLine(subject), {
    operation,
    kind,
    ...(reason ? { reason: oneLine(reason) } : {}),
  });

/** @param tagPath of a service's version: `image-tags/{environment}/{app}` */
export function pastChanges(
  { pipeline, watched, bags, unlocks, sights, gaps }: PastStage,
  tagPath: (place: { environment: string; app: string }) => string,
  gapPath: (pipeline: string, environment: string, number: number) => string,
): PastChange[] {
  const { environment, jobs } = watched;
  const changes: PastChange[] = [];
  const lockPath = recordPath('lock', { pipeline, environment });
  const lock = (at: string, by: string, message: string, order: number, held: object | null): void => {
    changes.push({ at, by, message, order, files: { [lockPath]: yaml({ token: order, held }) } });
  };
  const deployed: { at: string; build: Build; start: Build; bag: PastBag }[] = [];
  for (const one of bags) {
    const { bag, packedBy, takers } = one;
    if (packedBy?.endedAt)
      changes.push({
        at: packedBy.endedAt,
        by: byOf(packedBy),
        message: reasoned(
          `Packed bag ${bag} of ${pipeline} (${nameOf(packedBy)})`,
          operationOf(packedBy),
          packedBy.comment,
        ),
        order: ended(packedBy),
        files: { [recordPath('bag', { pipeline, bag })]: yaml({ bag, services: one.services }) },
      });
    const starts = deploymentsOf(watched, takers, unlocks).map(({ start }) => start);
    for (const [index, start] of starts.entries()) {
      const operation = operationOf(start);
      const record = { pipeline, environment, bag, operation };
      const path = recordPath('deployment', record);
      const deployment = (
        build: Build,
        at: string,
        state: string,
        what: string,
        order: number = build.id,
      ): void => {
        changes.push({
          at,
          by: byOf(build),
          message: reasoned(`${what} (${nameOf(build)})`, operation, build.comment),
          order,
          files: { [path]: yaml({ bag, state, operation }) },
        });
      };
      const { startedAt, endedAt } = start;
      if (startedAt)
        deployment(start, startedAt, 'queued', `Started bag ${bag} of ${pipeline} in ${environment}`);
      if (endedAt && start.status === 'succeeded')
        lock(
          endedAt,
          byOf(start),
          reasoned(`Bag ${bag} locked ${environment} (${nameOf(start)})`, operation),
          ended(start),
          {
            operation,
            bag,
          },
        );
      const until = starts[index + 1]?.id ?? Number.POSITIVE_INFINITY;
      const own = takers
        .filter(({ id, job }) => id > start.id && id < until && chainOfJobs(watched).includes(job))
        .sort((a, b) => a.id - b.id);
      const first = own.find((build) => jobs.deploy.includes(build.job) && build.startedAt !== null);
      if (first?.startedAt) deployed.push({ at: first.startedAt, build: first, start, bag: one });
      for (const build of own) {
        const isDeploy = jobs.deploy.includes(build.job);
        if (build.startedAt)
          deployment(
            build,
            build.startedAt,
            isDeploy ? 'deploying' : 'testing',
            `Bag ${bag} of ${pipeline} in ${environment}`,
          );
        if (!hasEnded(build) || build.endedAt === null) continue;
        if (build.status !== 'succeeded')
          deployment(
            build,
            build.endedAt,
            isDeploy ? 'deploy-failed' : 'test-failed',
            `Bag ${bag} of ${pipeline} ${build.status} in ${environment}`,
            ended(build),
          );
        else if (build.job === jobs.completion) {
          const passed = reasoned(
            `Bag ${bag} of ${pipeline} passed ${environment} (${nameOf(build)})`,
            operation,
          );
          changes.push({
            at: build.endedAt,
            by: byOf(build),
            message: passed,
            order: ended(build),
            files: {
              [recordPath('pass', record)]: yaml({ bag, operation }),
              [path]: yaml({ bag, state: 'done', operation }),
              [lockPath]: yaml({ token: build.id, held: null }),
            },
          });
        }
      }
    }
  }
  for (const unlock of unlocks)
    if (unlock.status === 'succeeded' && unlock.endedAt)
      lock(
        unlock.endedAt,
        byOf(unlock),
        reasoned(`Unlocked ${environment} by force (${nameOf(unlock)})`, operationOf(unlock), unlock.comment),
        ended(unlock),
        null,
      );
  changes.push(...ofServices(pipeline, environment, deployed, tagPath));
  changes.push(...sights.map((sight, index) => ofSight(pipeline, environment, sight, index)));
  changes.push(
    ...gaps.map(({ from, until, builds }, index): PastChange => {
      const lost =
        builds === null
          ? 'the pipeline was set again in Concourse'
          : `Concourse no longer has ${builds} ${builds === 1 ? 'build' : 'builds'} of ${jobs.startDeploy}`;
      return {
        at: until,
        by: 'Signalbox',
        message: reasoned(
          `Nothing known of ${pipeline} in ${environment} between ${from} and ${until}: Signalbox was not running, and ${lost}`,
          `concourse-gap-${environment}-${index}`,
        ),
        order: 0,
        files: { [gapPath(pipeline, environment, index)]: yaml({ from, until }) },
      };
    }),
  );
  return changes;
}

/** The versions that came with each bag: what figures count, and what apps' own pages show. */
function ofServices(
  pipeline: string,
  environment: string,
  deployed: { at: string; build: Build; start: Build; bag: PastBag }[],
  tagPath: (place: { environment: string; app: string }) => string,
): PastChange[] {
  let before: number | null = null;
  return deployed
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.build.id - b.build.id))
    .map(({ at, build, start, bag: { bag, services } }) => {
      const isBack = before !== null && bag < before;
      before = bag;
      const what = `${isBack ? 'Rolled back to' : 'Deployed'} bag ${bag} of ${pipeline} in ${environment}`;
      return {
        at,
        by: byOf(start),
        message: reasoned(
          `${what} (${nameOf(build)})`,
          operationOf(start),
          start.comment,
          isBack ? 'rollback' : 'bag',
        ),
        order: build.id,
        files: Object.fromEntries(
          Object.entries(services).map(([app, version]) => [
            tagPath({ environment, app }),
            `image_tag: ${JSON.stringify(version)}\n`,
          ]),
        ),
      };
    });
}

const sightWords = {
  pin: { on: 'Pinned', off: 'Unpinned' },
  disabled: { on: 'Disabled', off: 'Enabled' },
} as const;

function ofSight(
  pipeline: string,
  environment: string,
  { what, bag, on, by, reason, at, after }: PolicySight,
  order: number,
): PastChange {
  const path =
    what === 'pin'
      ? recordPath('pin', { pipeline, environment })
      : recordPath('bad-bag', { pipeline, environment, bag });
  const when = after === null ? `seen first at ${at}` : `between ${after} and ${at}`;
  return {
    at,
    by,
    message: reasoned(
      `${sightWords[what][on ? 'on' : 'off']} bag ${bag} of ${pipeline} in ${environment}, ${when}`,
      `concourse-${what}-${environment}-${order}`,
      reason || null,
    ),
    order,
    files: { [path]: on ? yaml({ bag, reason }) : null },
  };
}

/** All changes of several environments in the order in which they happened; always the same for the same facts. */
export const inOrder = (changes: readonly PastChange[]): PastChange[] =>
  [...changes].sort(
    (a, b) =>
      (a.at < b.at ? -1 : a.at > b.at ? 1 : 0) ||
      a.order - b.order ||
      (a.message < b.message ? -1 : a.message > b.message ? 1 : 0),
  );

/**
 * What is not known between builds that are: Concourse numbers each job's builds one by one.
 * @param builds of one job, all that are known
 */
export function gapsOf(builds: readonly Build[]): Gap[] {
  const originals = builds
    .filter(({ name, rerunOf }) => rerunOf === null && /^\d{1,9}$/.test(name))
    .sort((a, b) => a.id - b.id);
  return originals.slice(1).flatMap((build, index): Gap[] => {
    const before = originals[index];
    const from = before?.endedAt ?? before?.startedAt;
    const until = build.startedAt ?? build.endedAt;
    if (!before || !from || !until) return [];
    const missing = Number(build.name) - Number(before.name) - 1;
    if (missing === 0) return [];
    return [{ from, until, builds: missing > 0 ? missing : null, next: build.id }];
  });
}
