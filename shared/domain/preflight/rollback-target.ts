import type { RollbackTarget } from '../board/board';
import type { Deployment } from '../history/deployment';
import { utcText } from '../text/utc-text';

/** How somebody or something saw a version in a cell. Times are ISO 8601 UTC. */
export interface HealthObservation {
  version: string;
  what: 'healthy' | 'degraded' | 'tests-passed' | 'tests-failed';
  at: string;
}

/** A version that ran at least this long without being rolled back from counts as `ran-long`. */
const ranLongMs = 60 * 60 * 1000;

interface Run {
  version: string;
  from: string;
  until: string | null;
}

/** What is known of how a version did in a cell. */
export interface Evidence {
  evidence: RollbackTarget['evidence'];
  text: string;
  /** True when it was seen failing there, or rolled back from, and not seen healthy since. */
  bad: boolean;
}

function latest(observations: readonly HealthObservation[], what: readonly HealthObservation['what'][]) {
  let found: HealthObservation | null = null;
  for (const one of observations) {
    if (what.includes(one.what) && (found === null || one.at > found.at)) found = one;
  }
  return found;
}

/**
 * Whether a deployment undoes the rollback before it: the version that was given up is there again. Only for what is a
 * `rollback` by inference alone (no operation of ours said so), where names cannot tell which version is the newer one.
 */
function undoesRollback(deployments: readonly Deployment[], index: number): boolean {
  const [one, before] = [deployments[index], deployments[index + 1]];
  return (
    one?.kind === 'rollback' &&
    one.operationId === null &&
    before?.kind === 'rollback' &&
    before.from === one.to &&
    before.to === one.from &&
    !undoesRollback(deployments, index + 1)
  );
}

/**
 * How a version did in a cell, by its runs there (newest first) and by what was observed.
 * @param serving tags that ready pods run there right now: such a version is never bad for having been rolled back from.
 */
export function evidenceFor(
  version: string,
  runs: readonly Run[],
  deployments: readonly Deployment[],
  observed: readonly HealthObservation[],
  serving: readonly string[] = [],
): Evidence {
  const past = pastOf(version, runs, deployments, observed);
  if (!serving.includes(version) || past.evidence !== 'none') return past;
  const now = 'Running there now, pods ready.';
  if (past.failed) return { ...past, text: `${now} ${past.text}`, bad: false };
  return { evidence: 'seen-healthy', text: past.bad ? `${now} ${past.text}` : now, bad: false };
}

function pastOf(
  version: string,
  runs: readonly Run[],
  deployments: readonly Deployment[],
  observed: readonly HealthObservation[],
): Evidence & { failed?: boolean } {
  const own = observed.filter((one) => one.version === version);
  const rolledBack = deployments.find(
    (one, index) => one.kind === 'rollback' && one.from === version && !undoesRollback(deployments, index),
  );
  const since = rolledBack ? own.filter((one) => one.at > rolledBack.at) : own;
  const failed = latest(since, ['degraded', 'tests-failed']);
  const healthy = latest(since, ['healthy']);
  const passed = latest(since, ['tests-passed']);
  const good = passed && (!healthy || passed.at >= healthy.at) ? passed : healthy;
  // The last word counts: a version that was healthy at first and failed afterwards is no place to go back to.
  if (good && (!failed || good.at > failed.at)) {
    return passed
      ? { evidence: 'tests-passed', text: `Tests last passed there ${utcText(passed.at)}.`, bad: false }
      : { evidence: 'seen-healthy', text: `Last seen healthy there ${utcText(good.at)}.`, bad: false };
  }
  if (rolledBack) {
    return { evidence: 'none', text: `Rolled back ${utcText(rolledBack.at)}.`, bad: true };
  }
  const long = runs.find(
    (run) =>
      run.version === version &&
      run.until !== null &&
      Date.parse(run.until) - Date.parse(run.from) >= ranLongMs,
  );
  // Failed tests alone don't outweigh a long run that nobody undid: smoke tests are flaky.
  if (long?.until && failed?.what !== 'degraded') {
    return {
      evidence: 'ran-long',
      text: `Ran here ${utcText(long.from)} to ${utcText(long.until)}, no rollback.`,
      bad: false,
    };
  }
  if (failed) {
    const what = failed.what === 'tests-failed' ? 'Tests failed' : 'Seen unhealthy';
    return { evidence: 'none', text: `${what} there ${utcText(failed.at)}.`, bad: true, failed: true };
  }
  return { evidence: 'none', text: 'Ran here, but its health was not seen.', bad: false };
}

/** The runs of a cell, newest first, from its deployments (newest first). */
export function runsOf(deployments: readonly Deployment[]): Run[] {
  return deployments.map((one, index) => ({
    version: one.to,
    from: one.at,
    until: deployments[index - 1]?.at ?? null,
  }));
}

/**
 * Where one click rolls back to: the last version that was healthy in the cell; else the last that merely ran there.
 * Never the present one, never one that was rolled back from or seen failing unless it was seen healthy after that, or
 * still runs there: what runs is always a possible way back.
 * @param present the version that the ledger says now; `null`: none.
 * @param deployments of the cell, newest first.
 * @param serving tags of the images that ready pods run there right now.
 * @param marked versions that somebody marked bad: never a way back, whatever ran.
 * @returns `null` when nothing fits.
 */
export function rollbackTarget(
  present: string | null,
  deployments: readonly Deployment[],
  observed: readonly HealthObservation[],
  serving: readonly string[] = [],
  marked: readonly string[] = [],
): RollbackTarget | null {
  const runs = runsOf(deployments);
  const tried = new Set<string>(present === null ? marked : [present, ...marked]);
  let fallback: RollbackTarget | null = null;
  for (const run of runs) {
    if (tried.has(run.version)) continue;
    tried.add(run.version);
    const { evidence, text, bad } = evidenceFor(run.version, runs, deployments, observed, serving);
    if (bad) continue;
    const target = {
      version: run.version,
      evidence,
      evidenceText: text,
      ranFrom: run.from,
      ranUntil: run.until,
    };
    if (evidence !== 'none') return target;
    fallback ??= target;
  }
  // The version before the oldest deployment known: it ran there, that is all that can be said.
  const oldest = deployments.at(-1)?.from ?? null;
  if (!fallback && oldest !== null && !tried.has(oldest)) {
    const { evidence, text, bad } = evidenceFor(oldest, runs, deployments, observed, serving);
    if (!bad) {
      const ranUntil = deployments.at(-1)?.at ?? null;
      return { version: oldest, evidence, evidenceText: text, ranFrom: null, ranUntil };
    }
  }
  return fallback;
}
