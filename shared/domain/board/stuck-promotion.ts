import { shortVersion } from '../ledger/version';
import type { Cell, EnvironmentView } from './board';
import { isLagging } from './lagging';

/** A promotion that the pipeline should have made and did not. */
export interface StuckPromotion {
  /** Where it stands still: in the environment before, or between the two. */
  step: 'deploy' | 'tests' | 'promotion';
  /** One sentence. */
  text: string;
  /** Since when it stands there; ISO 8601 UTC. */
  since: string;
}

const minute = 60_000;

/**
 * How long each step may take before it counts as stuck, ms. The promotion is the last step of the run that tests
 * (`post-sync` of alphagov/govuk-helm-charts), so its commit is there when the run has ended; the rest is for a slow repo.
 */
const patience = {
  deploy: 30 * minute,
  tests: 60 * minute,
  promotion: 5 * minute,
} as const;

/**
 * Whether a version that is in the environment before should be here by now: it came there automatically, nothing and
 * nobody keeps it back, and no failure tells why it is not here (that is told as such). A run that is not seen may have been
 * deleted by the cluster: of that nothing is claimed.
 * @param before the app's cell in the environment before. @param now ms since the epoch.
 */
export function stuckPromotion(
  cell: Cell,
  before: Cell | null,
  { lock }: Pick<EnvironmentView, 'lock'>,
  now: number,
): StuckPromotion | null {
  const incoming = before?.ledger?.version ?? null;
  if (!before || incoming === null || !isLagging(cell, before)) return null;
  const { ledger, stage, tests, environment: there } = before;
  // The gate into an environment is the file of the one before it.
  if (ledger?.promote !== true || ledger.automaticDeploys === false || cell.hold !== null || lock !== null)
    return null;
  if (cell.operation?.state === 'running' || before.operation?.state === 'running') return null;
  const version = shortVersion(incoming);
  const stuck = (step: StuckPromotion['step'], since: string | null, after: number, text: string) =>
    since !== null && now - Date.parse(since) > after ? { step, text, since } : null;
  if (stage === null || stage.state === 'unknown' || stage.failing || before.syncWindow) return null;
  if (stage.state !== 'running')
    return stuck(
      'deploy',
      stage.since,
      patience.deploy,
      `${version} has not come up in ${there} yet, so it isn’t promoted: ${stage.text}`,
    );
  switch (tests?.state) {
    case 'running':
      return stuck(
        'tests',
        tests.at,
        patience.tests,
        `Tests of ${version} don’t end in ${there}, so it isn’t promoted.`,
      );
    case 'passed':
      return stuck(
        'promotion',
        tests.at,
        patience.promotion,
        `Tests of ${version} passed in ${there}, but it was not promoted.`,
      );
    default:
      return null;
  }
}
