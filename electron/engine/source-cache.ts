import PQueue from 'p-queue';
import type { Change } from '../../shared/domain/ledger/change';
import type { CommitChecks } from '../../shared/domain/ledger/commit-checks';
import { inBackground, type Log } from '../log/log';
import type { Sources } from '../systems/github/github-sources';
import { lifeController } from '../systems/life';

/**
 * What the apps' source repos said, kept so that an action in a hurry asks nobody: `peek…` answers at once with what is
 * known (`null`: not asked yet, or being asked), `load…` asks, `ahead` asks in the background, two at a time.
 */
export interface SourceCache {
  /** Whether there is anybody to ask. */
  readonly canAsk: boolean;
  /** What lies between, or why the last one who asked was not told. */
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

/** Kept from an earlier time, since it could not be asked: worth asking again. */
const isOld = (change: Change): boolean => change.state === 'known' && change.asOf !== undefined;

/** Whether somebody stopped waiting because it took too long, and not because nobody wants to know any more. */
const isLate = ({ reason }: AbortSignal): boolean =>
  reason instanceof DOMException && reason.name === 'TimeoutError';

const late = (app: string): Change => ({
  state: 'unknown',
  because: `${app}'s repo did not answer in time.`,
});

const key = (...parts: string[]): string => parts.join('\u0000');

/** @param sources `null`: the estate names no source repos; everything is unknown then. */
export function sourceCache(sources: Sources | null, onLoaded: (app: string) => void, log: Log): SourceCache {
  const changes = new Map<string, Change>();
  /** Why what was asked for last is not known. */
  const missed = new Map<string, Change>();
  const published = new Map<string, boolean>();
  const checks = new Map<string, CommitChecks>();
  const asked = new Map<string, number>();
  const queue = new PQueue({ concurrency: 2 });
  const closing = lifeController();

  async function loadChange(app: string, from: string, to: string, signal?: AbortSignal): Promise<Change> {
    const what = key(app, from, to);
    const known = changes.get(what);
    if (known && !isOld(known)) return known;
    if (!sources) return noSources;
    // While it is asked, it is being asked.
    missed.delete(what);
    const noAnswer = (): void => {
      if (signal && isLate(signal)) remember(missed, what, late(app));
    };
    signal?.addEventListener('abort', noAnswer, { once: true });
    try {
      const change = await sources.change(app, from, to, signal);
      if (change.state === 'known') {
        remember(changes, what, change);
        // What was kept and is told once more brings nobody anything new.
        if (!known || JSON.stringify(known) !== JSON.stringify(change)) onLoaded(app);
      } else if (!signal?.aborted) remember(missed, what, change);
      return change;
    } catch (error) {
      if (!signal?.aborted) log('warn', 'sources.change-not-asked', { app, from, to, error });
      const change: Change = { state: 'unknown', because: `${app}'s repo did not answer.` };
      if (!signal?.aborted) remember(missed, what, change);
      return change;
    } finally {
      signal?.removeEventListener('abort', noAnswer);
    }
  }

  return {
    canAsk: sources !== null,
    peekChange: (app, from, to) =>
      changes.get(key(app, from, to)) ?? missed.get(key(app, from, to)) ?? (sources ? null : noSources),
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
      const known = changes.get(what);
      if (!sources || tries >= 3 || (known && !isOld(known))) return;
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
