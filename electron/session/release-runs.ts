import { sourceRepoName } from '../../shared/domain/estate/source-repo-name';
import type { TimelineFacts } from '../../shared/domain/timeline/timeline-facts';
import { type GitHub, gitHubFailure } from '../systems/github/github-client';
import { type ListedRun, listRuns, runOf } from '../systems/github/runs';
import { lifeController } from '../systems/life';

/** What GitHub Actions ran on the apps' versions, asked in the background and kept. */
export interface ReleaseRuns {
  /** What is known now of the run that led to a commit of the ledger; asks GitHub when that is old. Never waits. */
  of(app: string, version: string, commitAt: string): TimelineFacts['run'];
  close(): void;
}

interface Known {
  askedAt: number;
  wantedAt: number;
  asking: boolean;
  runs: readonly ListedRun[] | null;
  failure: string | null;
}

/** Milliseconds until an answer is asked for again: of runs that go on, of none, and after a failure. */
const again = { running: 10_000, none: 60_000, failed: 30_000 };
/** A run that goes on is looked at again by itself for as long as somebody asked for it within this time. */
const interest = 60_000;
/** Versions that are remembered. */
const limit = 500;

/**
 * @param options.onKnown told with the app when something new is known.
 * @param options.now milliseconds since the epoch.
 */
export function releaseRuns(options: {
  github: GitHub;
  owner: string;
  /** Names of repos that are not called like their app. */
  repos: Readonly<Record<string, string>>;
  onKnown: (app: string) => void;
  now: () => number;
}): ReleaseRuns {
  const { now } = options;
  const known = new Map<string, Known>();
  const timers = new Set<NodeJS.Timeout>();
  const closing = lifeController();

  const isRunning = ({ runs }: Known): boolean => runs?.some(({ status }) => status !== 'completed') ?? false;
  const isOld = (one: Known): boolean => {
    const age = now() - one.askedAt;
    if (one.failure !== null) return age > again.failed;
    if (one.runs === null || one.runs.length === 0) return age > again.none;
    return isRunning(one) && age > again.running;
  };

  function ask(app: string, version: string, entry: Known): void {
    if (entry.asking || closing.signal.aborted) return;
    entry.asking = true;
    const before = JSON.stringify([entry.runs, entry.failure]);
    // A name that no repo can have is told as any other failure.
    Promise.resolve()
      .then(() => ({ owner: options.owner, repo: sourceRepoName(options.repos, app) }))
      .then((repo) => listRuns(options.github, repo, version, closing.signal))
      .then(
        (runs) => Object.assign(entry, { runs: runs ?? [], failure: null }),
        (error: unknown) =>
          Object.assign(entry, { failure: gitHubFailure(error, `the runs of ${app}`).message }),
      )
      .finally(() => {
        Object.assign(entry, { asking: false, askedAt: now() });
        if (closing.signal.aborted) return;
        if (JSON.stringify([entry.runs, entry.failure]) !== before) options.onKnown(app);
        if (!isRunning(entry)) return;
        const timer = setTimeout(() => {
          timers.delete(timer);
          if (now() - entry.wantedAt < interest) ask(app, version, entry);
        }, again.running);
        timers.add(timer);
      });
  }

  return {
    of(app, version, commitAt) {
      const key = `${app}\n${version}`;
      let entry = known.get(key);
      if (!entry) {
        entry = { askedAt: 0, wantedAt: now(), asking: false, runs: null, failure: null };
        known.set(key, entry);
        for (const oldest of known.keys()) {
          if (known.size <= limit) break;
          known.delete(oldest);
        }
      }
      entry.wantedAt = now();
      if (isOld(entry)) ask(app, version, entry);
      if (entry.runs === null) return { state: 'unknown', because: entry.failure ?? 'Loading from GitHub.' };
      const run = runOf(entry.runs, commitAt);
      return run ? { state: 'found', run } : { state: 'none' };
    },
    close() {
      closing.abort();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
