import { unwatchFile, watchFile } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { EstateChange } from '../../../shared/contract/estates';
import type { Estate } from '../../../shared/domain/estate/estate';
import { newReach } from '../../../shared/domain/estate/reach-of';
import { FailureError } from '../../../shared/domain/failure/failure';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import { shortTitleOf } from '../../../shared/domain/operation/intent';
import { watched } from '../../../shared/domain/operation/leaving';
import { inBackground, type Log } from '../../log/log';
import { fileAt } from '../../systems/git/file-at';
import { mostEstateBytes, readEstateFile } from '../choose-estate';
import type { Session } from '../open-session';
import type { EstateChoice } from './choice';
import { type ConnectedEstate, type ConnectedEstates, estateFileInRepo, estateOf } from './connected';
import type { EstateChanges } from './estate-handlers';
import type { Lifecycle, Openable } from './lifecycle';

/** Milliseconds between two looks at a file on this computer. */
const lookEvery = 1_000;
/** Milliseconds after which a change is tried again that waits for something that can't be interrupted. */
const tryAgainAfter = 2_000;

export interface FollowedChanges extends EstateChanges {
  onChange(listener: () => void): () => void;
  close(): void;
}

/** What a changed file comes to: the estate that it describes, and what makes it the one that is opened from now on. */
interface Candidate {
  estate: Estate;
  keep: () => void;
}

/**
 * Takes up changes of the file that describes the open estate: on this computer as soon as it is saved, in the release
 * repo as soon as the branch moves, but not under an operation that somebody watches: a rollback must not be interrupted
 * because a colleague saved a file. A change that names a host or a command that was not there before is taken up by the
 * person alone; one that can't be read leaves everything as it is.
 */
export function followEstateFile(options: {
  lifecycle: Lifecycle<EstateChoice, Openable & { session: Session }>;
  connected: ConnectedEstates;
  /** Has the file's next opening take this, as it was looked at, whatever the file says by then. */
  agree: (file: string, estate: Estate) => void;
  log: Log;
}): FollowedChanges {
  const { lifecycle, connected, agree, log } = options;
  const listeners = new Set<() => void>();
  let change: EstateChange | null = null;
  let waiting: Candidate | null = null;
  let stopFollowing: () => void = () => undefined;
  let retry: NodeJS.Timeout | null = null;
  /** The newest look is the one that counts: an older one may end after it. */
  let looks = 0;

  function tell(next: EstateChange | null): void {
    if (isDeepStrictEqual(change, next)) return;
    change = next;
    for (const listener of [...listeners]) listener();
  }

  /** What was looked at before is not the change any more: it is neither taken up by itself nor by the person. */
  function letGo(): void {
    if (retry) clearTimeout(retry);
    retry = null;
    waiting = null;
  }

  /** @param agreed by a person: then only what can't be interrupted holds it back. */
  async function takeUp(candidate: Candidate, agreed = false): Promise<void> {
    const state = lifecycle.now();
    if (state.phase !== 'open') return;
    const current = lifecycle.current();
    const held = [...(current?.heldBy() ?? []), ...(current && !agreed ? watchedIn(current.session) : [])];
    if (retry) clearTimeout(retry);
    retry = null;
    if (held.length > 0) {
      tell({ state: 'waits', because: held[0] ?? '' });
      retry = setTimeout(
        () => inBackground(log, 'estate.change-not-taken-up', takeUp(candidate, agreed)),
        tryAgainAfter,
      );
      return;
    }
    candidate.keep();
    log('info', 'estate.file-changed');
    await lifecycle.open(state.choice);
  }

  async function look(session: Session, read: () => Promise<Candidate | null>): Promise<void> {
    looks += 1;
    const mine = looks;
    const isOld = (): boolean => mine !== looks || lifecycle.current()?.session !== session;
    let candidate: Candidate | null;
    try {
      candidate = await read();
    } catch (error) {
      if (isOld()) return;
      letGo();
      return tell({ state: 'broken', failure: failureOf(error) });
    }
    if (isOld()) return;
    letGo();
    if (!candidate || isDeepStrictEqual(candidate.estate, session.estate)) return tell(null);
    const { hosts, commands } = newReach(session.estate, candidate.estate);
    if (hosts.length + commands.length === 0) return takeUp(candidate);
    waiting = candidate;
    tell({ state: 'asks', hosts, commands });
  }

  function follow(choice: EstateChoice, session: Session): () => void {
    if (choice.kind === 'file') {
      const { path } = choice;
      const onFile = (): void =>
        inBackground(
          log,
          'estate.change-not-taken-up',
          look(session, async () => {
            const estate = await readEstateFile(path);
            return { estate, keep: () => agree(path, estate) };
          }),
        );
      watchFile(path, { interval: lookEvery, persistent: false }, onFile);
      // It may have changed before anybody watched it.
      onFile();
      return () => unwatchFile(path, onFile);
    }
    if (choice.kind !== 'connected') return () => undefined;
    const record = connected.get(choice.id);
    if (!record.fromRepo) return () => undefined;
    const aborting = new AbortController();
    const onRef = (): void =>
      inBackground(
        log,
        'estate.change-not-taken-up',
        look(session, async () => {
          const text = await textInRepo(session, aborting.signal);
          if (text === null || text === record.text) return null;
          const next: ConnectedEstate = { ...record, text };
          return { estate: estateOf(next), keep: () => connected.set(choice.id, next) };
        }),
        { signal: aborting.signal },
      );
    const stop = session.ledger.onRefMoved(onRef);
    // It may have moved before anybody listened.
    if (session.ledger.snapshot().commit !== null) onRef();
    return () => {
      aborting.abort();
      stop();
    };
  }

  const stopListening = lifecycle.onChange(() => {
    stopFollowing();
    stopFollowing = () => undefined;
    letGo();
    tell(null);
    const state = lifecycle.now();
    const open = lifecycle.current();
    if (state.phase === 'open' && open) stopFollowing = follow(state.choice, open.session);
  });

  return {
    now: () => change,
    async accept(shown) {
      if (!waiting || !isDeepStrictEqual(change, { state: 'asks', ...shown }))
        throw new FailureError({
          code: 'not-found',
          message: 'The estate file changed again meanwhile.',
          meaning: 'The change was not applied.',
          next: [{ do: 'advice', label: 'Review it, then decide again.' }],
        });
      await takeUp(waiting, true);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      stopListening();
      stopFollowing();
      letGo();
    },
  };
}

/** Operations that somebody watches, each by its title. A batch is none: those of its apps are. */
const watchedIn = ({ engine }: Session): string[] =>
  watched(engine.list({ open: true, limit: 200 }))
    .filter(({ intent }) => intent.kind !== 'batch')
    .map(({ intent }) => shortTitleOf(intent));

/** The estate file at the tip of the branch, as far as this computer knows it; `null`: there is none. */
async function textInRepo({ ledger }: Session, signal: AbortSignal): Promise<string | null> {
  const { commit } = ledger.snapshot();
  if (commit === null) return null;
  const bytes = await fileAt(estateFileInRepo, {
    gitDir: ledger.gitDir,
    commit,
    maxBytes: mostEstateBytes,
    signal,
  });
  return bytes === null ? null : bytes.toString('utf8');
}
