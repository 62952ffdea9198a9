import { createHash } from 'node:crypto';
import type { RouteOf } from '../../../shared/domain/estate/routes';
import { fail, ok, type Result } from '../../../shared/domain/failure/failure';
import { covers, type Freeze, type FreezeScope } from '../../../shared/domain/freeze/freeze';
import { frozenEnvironments, uncovered } from '../../../shared/domain/freeze/freeze-flags';
import { flagKey } from '../../../shared/domain/hold/flag-claims';
import type { PullRequest } from '../../../shared/domain/route/pull-request';
import { ownPart, proposalFolder } from '../../../shared/domain/route/pull-request-text';
import type { RouteAccess } from '../../../shared/domain/route/route';
import type { World } from '../world';
import { thawFreeze } from './freeze-changes';

/** How a change of freezes lands. */
export type FreezeWay =
  /** By a commit of the person's own, or by a push of the records alone. */
  | { by: 'commit' }
  /** What is on the protected branch goes by a pull request. */
  | { by: 'request'; route: RouteOf<'pull-request'> }
  | { by: 'closed'; access: Extract<RouteAccess, { state: 'closed' }>; changes: 'flags' | 'records' };

/** Pull requests that freezes wait for, by freeze, as this console last saw them. */
export type FreezeRequests = Map<
  string,
  { what: 'freeze' | 'thaw'; number: number; url: string | null; state: 'open' | 'closed' }
>;

type Seen = Pick<World, 'estate' | 'ledger' | 'routes' | 'pullRequests'>;

/** Whether records lie apart from the image tags, by the estate file. */
export const isApart = ({ estate }: Pick<World, 'estate'>): boolean => estate.ledger.records !== undefined;

/** The environments that a freeze is about, the frozen ones that something gates first. */
const environmentsOf = ({ estate }: Pick<World, 'estate'>, scope: FreezeScope): string[] => {
  const { gated, open } = frozenEnvironments(scope, estate);
  const rest = estate.environments
    .map(({ name }) => name)
    .filter((environment) =>
      covers({ ...scope, app: null, pipeline: null }, { environment, pipelines: [], apps: [] }),
    );
  return [...new Set([...gated, ...open, ...rest])];
};

/** The pull request that a change may go by; `null`: none is open to the person here. */
export function requestRoute(world: Seen, scope: FreezeScope): RouteOf<'pull-request'> | null {
  if (!world.pullRequests || !world.estate.ledger.github) return null;
  const found = world.routes.request(environmentsOf(world, scope));
  if (!found || found.access.state === 'closed') return null;
  if (isApart(world) && world.routes.recordsCommit().state === 'closed') return null;
  return found.route;
}

/**
 * How a change of freezes lands, by the person's rights as far as they are known.
 * @param touches what it changes: flags of apps, which lie on the protected branch, or the record alone.
 */
export function freezeWay(world: Seen, scope: FreezeScope, touches: 'flags' | 'records'): FreezeWay {
  const { routes } = world;
  if (touches === 'records' && isApart(world)) {
    const access = routes.recordsCommit();
    return access.state === 'closed' ? { by: 'closed', access, changes: 'records' } : { by: 'commit' };
  }
  const access = routes.ownCommit();
  if (access.state !== 'closed') return { by: 'commit' };
  const route = requestRoute(world, scope);
  return route ? { by: 'request', route } : { by: 'closed', access, changes: touches };
}

/** Asks for what {@link freezeWay} rests on. Never rejects. */
export const askFreezeWay = async ({ routes }: Pick<World, 'routes'>, signal: AbortSignal): Promise<void> => {
  await Promise.all([routes.askOwnCommit(signal), routes.askRecordsCommit(signal)]);
};

/**
 * The branch of a freeze's pull request: the same on every console, so that whoever makes it first asks, and one pull
 * request is made from any number of consoles.
 * @param keys the files that are asked for, where they are not in the record.
 */
export function requestBranch(
  { estate }: Pick<World, 'estate'>,
  { operation, begun, asked }: Pick<Freeze, 'operation' | 'begun' | 'asked'>,
  what: 'freeze' | 'thaw',
  keys: readonly string[] = [],
): string {
  const name = `${proposalFolder(estate.ledger)}${ownPart(operation)}`;
  if (what === 'freeze' && begun === null) return `${name}-freeze`;
  // What is new in a freeze's scope later on is asked for anew, whatever became of what was asked for before; and so is
  // what there is to give back, where other freezes changed it.
  const of = [...(what === 'freeze' && asked ? Object.keys(asked.files) : keys)].sort().join('\n');
  return `${name}-${what === 'thaw' ? 'thaw' : 'more'}-${createHash('sha256').update(of).digest('hex').slice(0, 8)}`;
}

/** The files that a freeze in force is still to switch off, and that are on. */
export function keysToSwitch(
  { estate, ledger, reader }: Pick<World, 'estate' | 'ledger' | 'reader'>,
  freeze: Freeze,
): string[] {
  const snapshot = ledger.snapshot();
  return uncovered(freeze, estate, reader.view(snapshot).files, (app) => reader.claims(snapshot, app))
    .filter(({ now }) => now !== false)
    .map(({ environment, app }) => flagKey(environment, app));
}

/** Paths of the files in which a freeze that is over is still to give a flag back, as far as they can be changed. */
export function pathsToRestore(world: Pick<World, 'estate' | 'ledger' | 'reader'>, freeze: Freeze): string[] {
  const { app, environment, pipeline, by, email, operation, at } = freeze;
  const thaw = {
    kind: 'thaw',
    freeze: operation,
    scope: { app, environment, pipeline },
    ended: false,
  } as const;
  const thawed = thawFreeze(world, world.ledger.snapshot(), thaw, { by, email, operation, at });
  return thawed.kind === 'change' ? [...(thawed.files?.keys() ?? [])] : [];
}

/** The newest pull request of a branch; `null`: there is none, or nothing here could have made one. */
export async function findRequest(
  { pullRequests, estate }: Pick<World, 'pullRequests' | 'estate'>,
  branch: string,
  signal: AbortSignal,
): Promise<Result<PullRequest | null>> {
  const { github } = estate.ledger;
  if (!pullRequests || !github) return ok(null);
  return pullRequests.find({ owner: github.owner, repo: github.repo }, branch, signal);
}

/**
 * Closes a freeze's pull request that somebody may still merge, and deletes its branch.
 * @returns how it stands then, merged where that came first; `null`: there is none. Fails where that is not known, or it is
 * open still.
 */
export async function closeRequest(
  world: Pick<World, 'pullRequests' | 'estate' | 'ledger'>,
  branch: string,
  signal: AbortSignal,
): Promise<Result<PullRequest | null>> {
  const found = await findRequest(world, branch, signal);
  if (!found.ok) return found;
  if (found.value?.state !== 'open') return found;
  const { number, head } = found.value;
  const { github } = world.estate.ledger;
  if (!world.pullRequests || !github) return ok(null);
  const place = { owner: github.owner, repo: github.repo };
  const closed = await world.pullRequests.close(place, number, signal);
  const after = await world.pullRequests.get(place, number, signal);
  if (after.ok && after.value.state === 'merged') return after;
  if (after.ok && after.value.state === 'closed') {
    await world.ledger.proposals.withdraw({ branch, commit: head.commit });
    return after;
  }
  return fail({
    code: 'conflict',
    message: `Pull request #${number}, which would still switch flags of this freeze, could not be closed: ${closed.ok ? (after.ok ? 'GitHub did not close it.' : after.failure.message) : closed.failure.message}`,
    meaning: 'Nothing was changed.',
    next: [{ do: 'advice', label: 'Close it on GitHub, then try again.' }],
  });
}
