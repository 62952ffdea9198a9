import PQueue from 'p-queue';
import type { ImageFound } from '../../shared/domain/ledger/image-found';
import { inBackground, type Log } from '../log/log';
import { lifeController } from '../systems/life';
import type { AppImages } from '../systems/registry/app-images';

/**
 * What the registry said of the apps' images, kept so that an action in a hurry asks nobody: `peek` answers at once with what
 * is known (`null`: not asked, or too long ago), `load` asks, `ahead` asks in the background, two at a time.
 */
export interface ImageCache {
  /** Whether the estate names a registry. */
  readonly canAsk: boolean;
  peek(app: string, version: string): ImageFound | null;
  /**
   * At once where it was there a short while ago. Never rejects; aborted, it is unknown.
   * @param age milliseconds for which "there" is taken; left out: five minutes.
   */
  load(app: string, version: string, signal?: AbortSignal, age?: number): Promise<ImageFound>;
  ahead(app: string, version: string): void;
  close(): void;
}

/** How long an answer is told, and how long one that says "there" is not asked for again, in milliseconds. */
const believedFor = 30 * 60_000;
const freshFor = 5 * 60_000;
/** Answers kept; the oldest go first. */
const keep = 5_000;

/** @param images `null`: the estate names no registry; then nobody calls `load`. @param onLoaded when an answer is another. */
export function imageCache(
  images: AppImages | null,
  now: () => Date,
  onLoaded: (app: string) => void,
  log: Log,
): ImageCache {
  const known = new Map<string, { at: number; found: ImageFound }>();
  const queue = new PQueue({ concurrency: 2 });
  const closing = lifeController();
  const keyOf = (app: string, version: string): string => `${app}\u0000${version}`;
  const within = (app: string, version: string, age: number): ImageFound | null => {
    const one = known.get(keyOf(app, version));
    return one && now().getTime() - one.at < age ? one.found : null;
  };

  async function load(
    app: string,
    version: string,
    signal?: AbortSignal,
    age = freshFor,
  ): Promise<ImageFound> {
    const before = within(app, version, believedFor);
    // What is missing may be built right now, and what could not be asked may be asked again.
    if (before?.state === 'there' && within(app, version, age)) return before;
    if (!images)
      return { state: 'unknown', name: `${app}:${version}`, because: 'The estate file has no registry.' };
    const found = await images.look(
      app,
      version,
      signal ? AbortSignal.any([signal, closing.signal]) : closing.signal,
    );
    // A registry that is away for a moment takes nothing back.
    if (found.state === 'unknown' && before && before.state !== 'unknown') return age > 0 ? before : found;
    const key = keyOf(app, version);
    known.delete(key);
    known.set(key, { at: now().getTime(), found });
    const oldest = known.size > keep ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    if (found.state !== before?.state) onLoaded(app);
    return found;
  }

  return {
    canAsk: images !== null,
    peek: (app, version) => within(app, version, believedFor),
    load,
    ahead: (app, version) => {
      if (!images || within(app, version, freshFor)) return;
      const work = queue.add(async () => {
        if (!closing.signal.aborted && !within(app, version, freshFor))
          await load(app, version, closing.signal);
      });
      inBackground(log, 'images.not-asked', work, { app, version, signal: closing.signal });
    },
    close: () => {
      closing.abort();
      queue.clear();
    },
  };
}
