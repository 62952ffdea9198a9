import PQueue from 'p-queue';
import type { Change } from '../../shared/domain/ledger/change';
import type { CommitChecks } from '../../shared/domain/ledger/commit-checks';
import { inBackground, type Log } from '../log/log';
import type { Sources } from '../systems/github/github-sources';
import { lifeController } from '../systems/life';

/**
 * What the apps' source repos said, kept so that an action in a hurry asks nobody: `peek…` answers at once with what is
 * known (`null`: not asked yet, or could not be asked), `load…` asks, `ahead` asks in the background, two at a time.
 */
export interface SourceCache {
  /** Whether there is anybody to ask. */
  readonly canAsk: boolean;
  peekChange(app: string, from: string, to: string): Change | null;
  loadChange(app: string, from: string, to: string, signal?: AbortSignal): Promise<Change>;
  peekPublished(app: string, version: string): boolean | null;
  loadPublished(app: string, version: string, signal?: AbortSignal): Promise<boolean | null>;
  /** What ran on the version's commit; `null`: not asked yet, or nobody could tell. */
  peekChecks(app: string, version: string): CommitChecks | null;
  loadChecks(app: string, version: string, signal?: AbortSignal): Promise<void>;
  /** Whether checks can be asked for at all. */
  readonly knowsChecks: boolean;
  ahead(app: string, from: string, to: string): void;
  close(): void;
}

/** What is said of every change where there is nobody to ask. */
const noSources: Change = { state: 'unknown', because: 'The estate file has no source repos.' };

/** Entries kept per kind; the oldest go first. */
const keep = 5_000;

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.size > keep ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
}

const key = (...parts: string[]): string => parts.join('\u0000');

/** @param sources `null`: the estate names no source repos; everything is unknown then. */
export function sourceCache(sources: Sources | null, onLoaded: (app: string) => void, log: Log): SourceCache {
  const changes = new Map<string, Change>();
  const published = new Map<string, boolean>();
  const checks = new Map<string, CommitChecks>();
  const asked = new Map<string, number>();
  const queue = new PQueue({ concurrency: 2 });
  const closing = lifeController();

  async function loadChange(app: string, from: string, to: string, signal?: AbortSignal): Promise<Change> {
    const known = changes.get(key(app, from, to));
    if (known) return known;
    if (!sources) return noSources;
    try {
      const change = await sources.change(app, from, to, signal);
      if (change.state === 'known') {
        remember(changes, key(app, from, to), change);
        onLoaded(app);
      }
      return change;
    } catch (error) {
      if (!signal?.aborted) log('warn', 'sources.change-not-asked', { app, from, to, error });
      return { state: 'unknown', because: `${app}'s repo did not answer.` };
    }
  }

  return {
    canAsk: sources !== null,
    peekChange: (app, from, to) => changes.get(key(app, from, to)) ?? (sources ? null : noSources),
    loadChange,
    peekPublished: (app, version) => published.get(key(app, version)) ?? null,
    loadPublished: async (app, version, signal) => {
      const known = published.get(key(app, version));
      if (known === true) return true;
      if (!sources) return null;
      try {
        const answer = await sources.published(app, version, signal);
        // "No" is not kept for long: a version that is built right now appears a minute later.
        if (answer !== null) {
          const isNew = published.get(key(app, version)) !== answer;
          remember(published, key(app, version), answer);
          if (isNew) onLoaded(app);
        }
        return answer;
      } catch (error) {
        if (!signal?.aborted) log('warn', 'sources.version-not-asked', { app, version, error });
        return null;
      }
    },
    knowsChecks: sources?.checks !== undefined,
    peekChecks: (app, version) => checks.get(key(app, version)) ?? null,
    loadChecks: async (app, version, signal) => {
      // They go on by themselves, and are run again: asked each time.
      const found = await sources?.checks?.(app, version, signal);
      if (!found || signal?.aborted) return;
      const before = checks.get(key(app, version));
      remember(checks, key(app, version), found);
      if (JSON.stringify(before) !== JSON.stringify(found)) onLoaded(app);
    },
    ahead: (app, from, to) => {
      const what = key(app, from, to);
      // Tried a few times only: what a repo cannot answer now is asked again when somebody opens the sheet.
      const tries = asked.get(what) ?? 0;
      if (!sources || tries >= 3 || changes.has(what)) return;
      remember(asked, what, tries + 1);
      const work = queue.add(async () => {
        if (!closing.signal.aborted) await loadChange(app, from, to, closing.signal);
      });
      inBackground(log, 'sources.change-not-asked', work, { app, signal: closing.signal });
    },
    close: () => {
      closing.abort();
      queue.clear();
    },
  };
}
