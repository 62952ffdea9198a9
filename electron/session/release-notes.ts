import { readFileSync } from 'node:fs';
import { writeFileSync } from 'atomically';
import { z } from 'zod';
import type { ReleaseSeen } from '../../shared/domain/notes/release-note';
import type { ReleaseNotes } from '../engine/ports';
import type { Log } from '../log/log';
import { makeWayForFile } from '../systems/own-folder';
import { applicationPage, readApplication } from '../systems/release/read-application';

/** Milliseconds for which an answer is taken as new: a note is written minutes before a deploy, not seconds. */
const freshFor = 60_000;
/** Milliseconds until it is asked again after it failed. */
const restAfterFailure = 15_000;
/** Apps that are remembered; the oldest go first. */
const mostApps = 2_000;

const keptSchema = z.object({
  /** Where it was read: another place knows other apps. */
  url: z.string(),
  apps: z.record(
    z.string().max(200),
    z.object({
      /** Milliseconds since 1970. */
      at: z.number(),
      facts: z.object({ notes: z.string().max(1_100), automaticOff: z.boolean() }).nullable(),
    }),
  ),
});
type Known = z.infer<typeof keptSchema>['apps'][string];
interface Kept {
  url: string;
  /** The oldest first. */
  apps: Map<string, Known>;
}

/** The app's name there; `null`: it can't be one. */
const plain = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/**
 * What the Release app says of apps: asked when somebody is about to deploy one or looks at it, kept on disk so that it is
 * there without a network, with the time when it was read.
 * @param options.place where and by which token it may be asked now; `null`: it may not.
 * @param options.applications names of apps there that are other ones.
 */
export function openReleaseNotes(options: {
  place: () => { url: string; token: string } | null;
  applications: Readonly<Record<string, string>>;
  file: string;
  fetch: typeof fetch;
  now: () => number;
  log: Log;
}): ReleaseNotes {
  const { place, file, now, log } = options;
  let kept: Kept | null = null;
  const asking = new Map<string, Promise<void>>();
  const troubles = new Map<string, { because: string; until: number }>();
  const names = new Map(Object.entries(options.applications));
  const listeners = new Set<(app: string) => void>();
  const tell = (app: string): void => {
    for (const listener of [...listeners]) listener(app);
  };
  const idOf = (app: string): string => names.get(app) ?? app;

  /** What is kept of a place. */
  function of(url: string): Kept {
    kept ??= readKept(file, log);
    if (kept?.url !== url) {
      kept = { url, apps: new Map() };
      troubles.clear();
    }
    return kept;
  }

  function save(): void {
    try {
      makeWayForFile(file);
      writeFileSync(file, JSON.stringify({ ...kept, apps: Object.fromEntries(kept?.apps ?? []) }), {
        mode: 0o600,
      });
    } catch (error) {
      // It is known until Signalbox quits, and asked for again after.
      log('warn', 'release-notes.not-written', { error });
    }
  }

  async function ask(app: string, { url, token }: { url: string; token: string }): Promise<void> {
    const answer = await readApplication({ url, token, id: idOf(app) }, options.fetch, now);
    // Settings may have changed while it was asked.
    if (place()?.url !== url) return;
    if (answer.state === 'failed') {
      const until = now() + Math.max(restAfterFailure, answer.afterMs ?? 0);
      const isNew = troubles.get(app)?.because !== answer.because;
      troubles.set(app, { because: answer.because, until });
      log('warn', 'release-notes.not-read', { app, because: answer.because });
      if (isNew) tell(app);
      return;
    }
    const { apps } = of(url);
    const facts = answer.state === 'known' ? answer.facts : null;
    const before = apps.get(app);
    const wasTrouble = troubles.delete(app);
    apps.delete(app);
    apps.set(app, { at: now(), facts });
    for (const old of [...apps.keys()].slice(0, -mostApps)) apps.delete(old);
    save();
    if (wasTrouble || !before || JSON.stringify(before.facts) !== JSON.stringify(facts)) tell(app);
  }

  return {
    canAsk: () => place() !== null,
    peek(app): ReleaseSeen | null {
      const where = place();
      if (!where) return null;
      if (!plain.test(idOf(app)))
        return { state: 'unknown', because: 'The app’s name can’t be asked for there.' };
      const known = of(where.url).apps.get(app);
      const trouble = troubles.get(app);
      if (!known) return trouble ? { state: 'unknown', because: trouble.because } : null;
      const page = applicationPage(where.url, idOf(app));
      const readAt = new Date(known.at).toISOString();
      if (known.facts === null) return { state: 'absent', readAt, page };
      return { state: 'known', ...known.facts, readAt, page, stale: trouble?.because ?? null };
    },
    async load(app, signal) {
      const where = place();
      if (!where || !plain.test(idOf(app))) return;
      const age = now() - (of(where.url).apps.get(app)?.at ?? Number.NEGATIVE_INFINITY);
      const trouble = troubles.get(app);
      // A clock that was put back makes nothing younger.
      if (trouble ? now() < trouble.until : age >= 0 && age < freshFor) return;
      // Two sheets of one app ask once; one that waits no longer leaves the other waiting.
      const running =
        asking.get(app) ??
        ask(app, where)
          .catch((error: unknown) => log('error', 'release-notes.fault', { app, error }))
          .finally(() => asking.delete(app));
      asking.set(app, running);
      await new Promise<void>((resolve) => {
        // It never rejects.
        void running.finally(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (signal.aborted) resolve();
      });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function readKept(file: string, log: Log): Kept | null {
  try {
    const { url, apps } = keptSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { url, apps: new Map(Object.entries(apps)) };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) log('warn', 'release-notes.file-unreadable', { file, error });
    return null;
  }
}
