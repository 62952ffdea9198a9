import { codeOwners } from '../../shared/domain/ledger/code-owners';
import type { Ledger } from '../ledger/ledger';
import type { Log } from '../log/log';
import type { Sources } from '../systems/github/github-sources';

/** Who owns files, as CODEOWNERS files name them; asked ahead, since whoever is in a hurry waits for nobody. */
export interface KnownOwners {
  /** Of a file of the release repo; empty: nobody, or it was not looked at. */
  ofTagFile(path: string): string[];
  /** Of files of an app's repo; of none: whoever owns the repo as a whole. */
  ofApp(app: string, paths: readonly string[]): string[];
  /** Reads what is not known, or was read a while ago. Never rejects. */
  load(app: string, signal: AbortSignal): Promise<void>;
}

/** Milliseconds for which an app's file is taken as known. */
const lasts = 10 * 60_000;
const mostApps = 500;
/** A file that no pattern but those for all files fits: its owners are those of the repo as a whole. */
const anyFile = 'any-file-that-no-pattern-names';

/** @param sources `null`: the estate names no source repos. */
export function knownOwners(options: {
  ledger: Ledger;
  sources: Sources | null;
  now: () => Date;
  log: Log;
}): KnownOwners {
  const { ledger, sources, now, log } = options;
  let release: { commit: string; text: string | null } | null = null;
  const apps = new Map<string, { at: number; text: string | null }>();

  async function loadRelease(): Promise<void> {
    const { commit } = ledger.snapshot();
    if (commit === null || release?.commit === commit) return;
    const found = await ledger.proposals.codeOwners(commit);
    if (found.ok) release = { commit, text: found.value };
    else log('warn', 'code-owners.not-read', { ...found.failure });
  }
  async function loadApp(app: string, signal: AbortSignal): Promise<void> {
    const known = apps.get(app);
    const at = now().getTime();
    if (!sources?.codeOwners || (known && at - known.at < lasts)) return;
    try {
      const text = await sources.codeOwners(app, signal);
      if (apps.size >= mostApps) apps.clear();
      apps.set(app, { at, text });
    } catch (error) {
      if (signal.aborted) return;
      // It is asked again in a while; until then nobody is named who may not be the one.
      apps.set(app, { at, text: known?.text ?? null });
      log('warn', 'code-owners.not-read', { app, error });
    }
  }
  return {
    ofTagFile: (path) => (release?.text ? codeOwners(release.text, [path]) : []),
    ofApp: (app, paths) => {
      const text = apps.get(app)?.text;
      return text ? codeOwners(text, paths.length > 0 ? paths : [anyFile]) : [];
    },
    load: async (app, signal) => {
      await Promise.all([loadRelease(), loadApp(app, signal)]);
    },
  };
}
