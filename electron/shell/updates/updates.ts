import { type Failure, FailureError } from '../../../shared/domain/failure/failure';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import { listText } from '../../../shared/domain/text/list-text';
import type { Update } from '../../../shared/domain/update/update';
import { inBackground, type Log } from '../../log/log';
import type { UpdateSource } from './update-source';

/** Newer versions of Signalbox: looked for, loaded and installed, never while an operation runs. */
export interface Updates {
  get(): Update;
  /** Looks for a newer version; what comes of it stands in the answer. */
  look(): Promise<Update>;
  /** Loads the one that was found: at once, or as soon as no operation runs. */
  load(): Update;
  /** Ends Signalbox and starts the newer version. @throws FailureError while an operation runs. */
  install(): Update;
  /** Operations began or ended. */
  operationsChanged(): void;
  onChange(listener: () => void): () => void;
  close(): void;
}

/** Milliseconds from the start to the first look by itself, and from one to the next. */
const firstLook = 60_000;
const lookEvery = 6 * 3_600_000;

/**
 * @param options.ability as `updateAbility` told it.
 * @param options.running titles of the operations that run.
 * @param options.looksByItself whether it may look without being asked right now.
 * @param options.leave ends everything that is open, then calls `install`, which ends the process; what it rejects with is
 *   why this version has to go on.
 * @param options.found told of a version that was found without being asked for, once.
 */
export function createUpdates(options: {
  current: string;
  ability: Pick<Update, 'canLook' | 'cannot'>;
  source: () => Promise<UpdateSource>;
  running: () => string[];
  looksByItself: () => boolean;
  leave: (install: () => Promise<void>) => void;
  found: (version: string) => void;
  log: Log;
}): Updates {
  const { ability, log } = options;
  const listeners = new Set<() => void>();
  let source: Promise<UpdateSource> | null = null;
  let looking: Promise<Update> | null = null;
  let state: Omit<Update, 'current' | 'canLook' | 'cannot' | 'waitsFor'> = {
    phase: 'not-looked',
    lookedAt: null,
    version: null,
    notes: null,
    progress: null,
    failure: null,
  };

  const get = (): Update => ({
    current: options.current,
    ...ability,
    ...state,
    waitsFor: options.running().slice(0, 200),
  });
  const become = (change: Partial<typeof state>): Update => {
    state = { ...state, ...change };
    for (const listener of [...listeners]) listener();
    return get();
  };
  const opened = (): Promise<UpdateSource> => {
    source ??= options.source().catch((error: unknown) => {
      // What could not be opened once is opened again: the next look may find the disk or the file back.
      source = null;
      throw error;
    });
    return source;
  };

  async function lookNow(): Promise<Update> {
    become({ phase: 'looking', failure: null });
    try {
      const found = await (await opened()).look();
      const lookedAt = new Date().toISOString();
      return found === null
        ? become({ phase: 'newest', lookedAt, version: null, notes: null })
        : become({ phase: 'found', lookedAt, ...found });
    } catch (error) {
      log('warn', 'update.not-looked', { error });
      return become({ phase: 'not-looked', version: null, notes: null, failure: failureOf(error) });
    }
  }

  async function loadNow(): Promise<void> {
    become({ phase: 'loading', progress: 0, failure: null });
    let told = 0;
    try {
      await (await opened()).load((part) => {
        // A hundredth is seen; every packet would be thousands.
        if (part - told < 0.01) return;
        told = part;
        become({ progress: part });
      });
      become({ phase: 'ready', progress: null });
    } catch (error) {
      log('warn', 'update.not-loaded', { error });
      become({ phase: 'found', progress: null, failure: failureOf(error) });
    }
  }

  const look = (): Promise<Update> => {
    if (!ability.canLook) throw refused(ability.cannot ?? '');
    // What is loaded, or about to be installed, is not looked for again.
    if (!['not-looked', 'newest', 'found', 'looking'].includes(state.phase)) return Promise.resolve(get());
    looking ??= lookNow().finally(() => {
      looking = null;
    });
    return looking;
  };
  let told: string | null = null;
  const lookByItself = (): void => {
    if (!ability.canLook || !options.looksByItself()) return;
    const looked = look().then(({ phase, version }) => {
      if (phase !== 'found' || version === null || version === told) return;
      told = version;
      options.found(version);
    });
    inBackground(log, 'update.not-looked', looked);
  };
  const timers = [setTimeout(lookByItself, firstLook), setInterval(lookByItself, lookEvery)];
  for (const timer of timers) timer.unref();

  return {
    get,
    look,
    load() {
      if (ability.cannot !== null) throw refused(ability.cannot);
      if (state.phase !== 'found') return get();
      if (options.running().length > 0) return become({ phase: 'waiting', failure: null });
      inBackground(log, 'update.not-loaded', loadNow());
      return get();
    },
    install() {
      // Asked twice: it is about to end.
      if (state.phase === 'installing') return get();
      if (state.phase !== 'ready') throw refused('No newer version is loaded.');
      const running = options.running();
      if (running.length > 0) throw new FailureError(heldBy(running));
      const installing = become({ phase: 'installing', failure: null });
      // After the answer has left: what ends the process would swallow it.
      setImmediate(() => {
        // One may have begun since.
        const begun = options.running();
        if (begun.length > 0) {
          become({ phase: 'ready', failure: heldBy(begun) });
          return;
        }
        log('info', 'update.installing', { version: state.version });
        options.leave(async () => {
          (await opened()).install();
        });
      });
      return installing;
    },
    operationsChanged() {
      if (state.phase === 'waiting' && options.running().length === 0)
        inBackground(log, 'update.not-loaded', loadNow());
      else if (state.version !== null) for (const listener of [...listeners]) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

const heldBy = (running: readonly string[]): Failure => ({
  code: 'busy',
  message: 'Signalbox installs nothing while an operation runs.',
  meaning: `Still running: ${listText(running, 5)}.`,
  next: [{ do: 'advice', label: 'Wait for it to end or cancel it, then install.' }],
});

const refused = (message: string): FailureError =>
  new FailureError({ code: 'refused', message, meaning: 'Nothing was done.', next: [] });
