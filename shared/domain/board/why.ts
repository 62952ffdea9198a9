import { shortVersion } from '../ledger/version';
import type { Cell, EnvironmentView } from './board';
import { isLagging } from './lagging';
import { stuckPromotion } from './stuck-promotion';

/** Where the cause of something is seen, or settled. */
export type WhyPlace =
  /** Pods, hooks and Argo CD of an app in an environment. */
  | { at: 'rollout'; environment: string }
  | { at: 'workflow'; environment: string; namespace: string; name: string }
  | { at: 'operation'; id: string }
  /** The cell itself, where it is another one. */
  | { at: 'cell'; environment: string }
  | { at: 'lock'; environment: string }
  | { at: 'hold' }
  | { at: 'promotion'; from: string; version: string };

/** Why a cell is not as it should be. */
export interface Why {
  /** One sentence of the cause. */
  text: string;
  /** `null`: the sentence is all there is. */
  place: WhyPlace | null;
  /** ISO 8601 UTC; `null`: not told. */
  since: string | null;
}

const why = (text: string, place: WhyPlace | null, since: string | null = null): Why => ({
  text,
  place,
  since,
});

/**
 * Why a cell fails, waits or lags, and where that is seen or settled; `null`: it does none of it, or the cause is not known.
 * @param before the app's cell in the environment before; `null`: there is none. @param now ms since the epoch.
 */
export function whyOf(
  cell: Cell,
  environment: Pick<EnvironmentView, 'lock'>,
  before: Cell | null,
  now: number,
): Why | null {
  return (
    whyTroubled(cell) ??
    whyWaiting(cell) ??
    whyStuck(cell, environment, before, now) ??
    whyBehind(cell, environment, before) ??
    whyUnwell(cell)
  );
}

/** Why a promotion that should have come did not; `null`: it is not overdue. */
export function whyStuck(
  cell: Cell,
  environment: Pick<EnvironmentView, 'lock'>,
  before: Cell | null,
  now: number,
): Why | null {
  const stuck = stuckPromotion(cell, before, environment, now);
  if (!stuck || !before?.ledger?.version) return null;
  const { environment: from, ledger } = before;
  const places: Record<typeof stuck.step, WhyPlace> = {
    deploy: { at: 'rollout', environment: from },
    tests: testsPlace(before) ?? { at: 'cell', environment: from },
    promotion: { at: 'promotion', from, version: ledger.version ?? '' },
  };
  return why(stuck.text, places[stuck.step], stuck.since);
}

/** Why a cell fails; `null`: it does not, or nothing tells. */
export function whyTroubled(cell: Cell): Why | null {
  const { ledger, hold, stage, rollout, tests, health, operation, environment } = cell;
  const rolloutThere = { at: 'rollout', environment } as const;
  if (ledger?.problem) return why(ledger.problem.message, null);
  if (hold?.state === 'alarm')
    return why(hold.detail ?? 'A version was promoted here despite the hold.', { at: 'hold' });
  if (rollout?.cause && (rollout.failing || rollout.state === 'failed'))
    return why(rollout.cause, rolloutThere, stage?.since ?? null);
  if (stage && (stage.failing || stage.state === 'drifted'))
    return why(stage.text, rolloutThere, stage.since);
  if (rollout && (rollout.failing || rollout.state === 'failed')) return why(rollout.message, rolloutThere);
  if (tests?.state === 'failed' || tests?.state === 'promotion-failed')
    return why(tests.text, testsPlace(cell), tests.at);
  if (health === 'Degraded' || health === 'Missing') return why(`Argo CD reports ${health}.`, rolloutThere);
  if (operation?.state === 'failed') return why('The last operation here failed.', operationPlace(operation));
  if (operation?.state === 'unknown')
    return why('How the last operation here ended is not known.', operationPlace(operation));
  return null;
}

/** Where a cell's tests are seen; `null`: the cluster has forgotten their run. */
function testsPlace({ tests, environment }: Cell): WhyPlace | null {
  return tests?.workflow ? { at: 'workflow', environment, ...tests.workflow } : null;
}
const operationPlace = ({ id }: NonNullable<Cell['operation']>): WhyPlace => ({ at: 'operation', id });

/** What a cell that is on its way waits for. */
function whyWaiting({ stage, tests, syncWindow, environment, ...cell }: Cell): Why | null {
  if (stage && stage.state !== 'running' && stage.state !== 'unknown')
    return why(
      stage.state === 'waiting' && syncWindow ? `Blocked by a sync window: ${syncWindow.text}` : stage.text,
      { at: 'rollout', environment },
      stage.since,
    );
  if (tests?.state === 'running' || tests?.state === 'stopped')
    return why(tests.text, testsPlace({ ...cell, tests, environment, stage, syncWindow }), tests.at);
  if (cell.operation?.state === 'running')
    return why('An operation is running here.', operationPlace(cell.operation));
  return null;
}

/** What is known of a cell that neither fails nor waits for anything that is seen, and is not well. */
function whyUnwell({ health, stage, environment }: Cell): Why | null {
  const there = { at: 'rollout', environment } as const;
  if (stage?.state === 'unknown') return why(stage.text, there, stage.since);
  return health === null || health === 'Healthy' ? null : why(`Argo CD reports ${health}.`, there);
}

/** Why a newer version that is further up the chain has not come here. */
function whyBehind(cell: Cell, { lock }: Pick<EnvironmentView, 'lock'>, before: Cell | null): Why | null {
  const { drift, hold, ledger } = cell;
  const incoming = before?.ledger?.version ?? null;
  const isBehind = drift.state === 'behind' || drift.state === 'differs';
  if (!isBehind && (before === null || !isLagging(cell, before))) return null;
  if (hold)
    return why(
      hold.frozen && hold.detail
        ? hold.detail
        : `Held${hold.by ? ` by ${hold.by}` : ''}${hold.reason ? `: ${hold.reason}` : '.'}`,
      { at: 'hold' },
      hold.since,
    );
  if (lock)
    return why(
      `${cell.environment} is locked by ${lock.by}${lock.reason ? `: ${lock.reason}` : '.'}`,
      { at: 'lock', environment: cell.environment },
      lock.at,
    );
  if (!before || incoming === null) return null;
  const there = before.environment;
  const inThere: WhyPlace = { at: 'cell', environment: there };
  if (incoming === ledger?.version) return why(`${there} does not have the newer version either.`, inThere);
  const version = shortVersion(incoming);
  if (before.stage && before.stage.state !== 'running' && before.stage.state !== 'unknown')
    return why(`${version} is not running in ${there} yet.`, inThere, before.stage.since);
  const tests = testsPlace(before) ?? inThere;
  switch (before.tests?.state) {
    case 'failed':
      return why(`Tests of ${version} failed in ${there}, so it isn’t promoted.`, tests, before.tests.at);
    case 'promotion-failed':
      return why(`The promotion of ${version} from ${there} failed.`, tests, before.tests.at);
    case 'running':
      return why(`Tests of ${version} are still running in ${there}.`, tests, before.tests.at);
    case 'stopped':
      return why(
        `Tests of ${version} were stopped in ${there}, so it isn’t promoted.`,
        tests,
        before.tests.at,
      );
    default:
  }
  const promotion: WhyPlace = { at: 'promotion', from: there, version: incoming };
  if (before.ledger?.promote === false)
    return why(`${version} was deployed to ${there} by hand, so it isn’t promoted automatically.`, promotion);
  if (before.tests?.state === 'passed') return why(`Tests of ${version} passed in ${there}.`, promotion);
  if (before.tests?.state === 'unknown')
    return why(`It is not known whether ${version} passed its tests in ${there}.`, inThere);
  return before.stage?.state === 'running' ? why(`${version} runs in ${there}.`, promotion) : null;
}

/**
 * Whether users are still served while the wanted version does not come up: `Users are still served by v2118, 3 of 3 pods.`
 * `null`: the wanted version is what runs, or it is not known what serves.
 */
export function servedText({ running, ledger, rollout }: Cell): string | null {
  const version = running?.version ?? null;
  if (running?.none === 'no-pods') return 'No pod runs: users are not served.';
  if (version === null || running?.by !== 'pods') return null;
  if (version === ledger?.version) {
    const isDown = rollout !== null && rollout.desired > 0 && rollout.available === 0;
    return isDown && running.versions.length === 0 ? 'No pod is ready: users are not served.' : null;
  }
  const row = running.versions.find((one) => one.version === version);
  if (!row) return `Users are still served by ${shortVersion(version)}.`;
  if (row.ready === 0) return null;
  return `Users are still served by ${shortVersion(version)}, ${row.ready} of ${row.pods} pods.`;
}
