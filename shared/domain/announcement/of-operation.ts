import { shortVersion } from '../ledger/version';
import { operationLink } from '../link/signalbox-link';
import type { Intent } from '../operation/intent';
import { type Operation, waitsForReview } from '../operation/operation';
import type { RouteKind } from '../route/route';
import type { Announcement, AnnouncementEvent } from './announcement';

/** What is told of one kind of operation. */
interface Told {
  started: AnnouncementEvent | null;
  done: AnnouncementEvent;
  failed: AnnouncementEvent | null;
  /** Cancelled, replaced, or its end is not known. */
  stopped: AnnouncementEvent | null;
  what: string;
  apps: string[];
  pipeline: string | null;
  version: string | null;
}

const deploying = {
  started: 'deploy-started',
  done: 'deploy-done',
  failed: 'deploy-failed',
  stopped: 'deploy-stopped',
} as const;
const rollingBack = {
  started: 'rollback-started',
  done: 'rolled-back',
  failed: 'rollback-failed',
  stopped: 'rollback-failed',
} as const;

/** `null`: nobody is told of such operations. */
function toldOf(intent: Intent): Told | null {
  switch (intent.kind) {
    case 'deploy':
    case 'promote':
      return {
        ...deploying,
        what: `${intent.app} ${shortVersion(intent.version)}`,
        apps: [intent.app],
        pipeline: null,
        version: intent.version,
      };
    case 'rollback':
    case 'emergency-rollback': {
      const emergency = {
        started: 'emergency-rollback-started',
        done: 'emergency-rollback-done',
        failed: 'emergency-rollback-failed',
        stopped: 'emergency-rollback-failed',
      } as const;
      return {
        ...(intent.kind === 'rollback' ? rollingBack : emergency),
        what: `${intent.app} to ${shortVersion(intent.version)}`,
        apps: [intent.app],
        pipeline: null,
        version: intent.version,
      };
    }
    case 'deploy-bag':
    case 'roll-back-bag':
      return {
        ...(intent.kind === 'deploy-bag' ? deploying : rollingBack),
        what:
          intent.kind === 'deploy-bag'
            ? `bag ${intent.bag} of ${intent.pipeline}`
            : `${intent.pipeline} to bag ${intent.bag}`,
        apps: [],
        pipeline: intent.pipeline,
        version: null,
      };
    case 'force-unlock':
      return {
        started: null,
        done: 'force-unlock',
        failed: null,
        stopped: null,
        what: intent.pipeline,
        apps: [],
        pipeline: intent.pipeline,
        version: null,
      };
    default:
      return null;
  }
}

/** How the version landed, as its jobs tell; undefined: by a commit of this console's own. */
function routeOf({ jobs, intent }: Operation): RouteKind | undefined {
  if ('pipeline' in intent) return undefined;
  const kinds = new Set(jobs.map(({ kind }) => kind));
  if (kinds.has('workflow')) return 'workflow';
  if (kinds.has('github-workflow')) return 'actions';
  return kinds.has('pull-request') ? 'pull-request' : undefined;
}

/**
 * When it began to change something, ISO 8601 UTC; `null`: not yet, or never. What was stopped by its checks, or waits for
 * somebody's review, has changed nothing and is told nobody.
 */
function begunAt(operation: Operation): string | null {
  const { steps, commit, workflows, jobs, intent } = operation;
  const byApp = intent.kind === 'deploy' || intent.kind === 'promote' || intent.kind === 'rollback';
  if (byApp && commit === null) {
    const runs = workflows.length > 0 || jobs.some(({ kind }) => kind === 'github-workflow');
    if (!runs || waitsForReview(operation)) return null;
  }
  const first =
    intent.kind === 'deploy-bag' || intent.kind === 'roll-back-bag'
      ? steps.find(({ name }) => name === 'lock')
      : steps[0];
  return first?.state === 'succeeded' ? first.finishedAt : null;
}

/** Where it is read on the web: the run or the pull request that carries it, else its commit. */
function webOf({ jobs, commit }: Operation, commitPage: (commit: string) => string | null): string | null {
  const carrying = jobs.findLast(({ url }) => url !== null && isWebPage(url))?.url ?? null;
  return carrying ?? (commit === null ? null : commitPage(commit));
}

/** As long as an announcement takes, and nothing but https: a job's address comes from another system. */
const isWebPage = (url: string): boolean =>
  url.length <= 2_000 && URL.canParse(url) && new URL(url).protocol === 'https:';

/** How it ended, as an event; `null`: it runs, or nobody is told of such an end. */
function endOf({ state }: Operation, told: Told): AnnouncementEvent | null {
  switch (state) {
    case 'running':
      return null;
    case 'succeeded':
      return told.done;
    case 'failed':
      return told.failed;
    default:
      return told.stopped;
  }
}

const endWords: Partial<Record<Operation['state'], string>> = {
  cancelled: 'It was cancelled.',
  superseded: 'Another version replaced it.',
  unknown: 'How it ended is not known. Check before you rely on it.',
};

/**
 * What is told of an operation as it stands, oldest first: that it began, and how it ended. Asked again it answers the same,
 * with the same ids, so that nothing is told twice after a restart.
 * @param pipelineOf the pipeline of an environment; `null`: it is in none, or in several.
 * @param commitPage where a commit of the release repo is read on the web; `null`: nowhere.
 */
export function announcementsOf(
  operation: Operation,
  pipelineOf: (environment: string) => string | null,
  commitPage: (commit: string) => string | null = () => null,
): Announcement[] {
  const { intent, id, actor, finishedAt } = operation;
  const told = toldOf(intent);
  const begun = told && begunAt(operation);
  if (!told || begun === null || !('environment' in intent)) return [];
  const route = routeOf(operation);
  const open = operationLink(id);
  const common = {
    thread: `operation ${id}`,
    who: actor,
    what: told.what,
    pipeline: told.pipeline ?? pipelineOf(intent.environment),
    environments: [intent.environment],
    apps: told.apps,
    version: told.version,
    ...(route === undefined ? {} : { route }),
    why: intent.reason?.trim() || null,
    until: null,
    link: webOf(operation, commitPage),
    ...(open === null ? {} : { open }),
    callEveryone: false,
  };
  const all: Announcement[] = [];
  if (told.started)
    all.push({ ...common, id: `operation ${id} started`, event: told.started, at: begun, details: [] });
  const end = endOf(operation, told);
  if (end !== null && finishedAt !== null) {
    const details = [
      endWords[operation.state],
      operation.supersededBy?.text,
      operation.failure?.message,
      operation.failure?.meaning,
    ].filter((text): text is string => Boolean(text));
    all.push({ ...common, id: `operation ${id} ended`, event: end, at: finishedAt, details });
  }
  return all;
}
