import type { Claim } from '../../shared/domain/attribution/claims';
import type { ArchiveStore } from '../archive/archive-store';
import type { Engine } from '../engine/engine-types';
import type { History } from '../history/open-history';

/** What the history is told of commits that others made, beyond what the records in the release repo say. */
export interface ToldClaims {
  /** Takes in what the journal knows by now, and more where it is given, and tells the history if that is news. */
  tell(more?: readonly Claim[]): void;
}

/**
 * Keeps what this console knows in the archive, since its journal forgets old operations and GitHub old runs.
 * @param options.onFailure told of what could not be kept; it is told to the history all the same.
 */
export function toldClaims(options: {
  engine: Pick<Engine, 'claims'>;
  archive: Pick<ArchiveStore, 'keepClaim' | 'claims'>;
  history: Pick<History, 'tell'>;
  now: () => string;
  onFailure: (failure: ReturnType<ArchiveStore['keepClaim']>) => void;
  /** The history has to be updated for it to count. */
  onTold: () => void;
  onRefused: (error: unknown) => void;
}): ToldClaims {
  const { engine, archive, history, now, onFailure, onTold, onRefused } = options;
  const keyOf = ({ source, operation, commit }: Claim): string => `${source} ${operation ?? commit}`;
  const known = new Map(archive.claims().map((claim) => [keyOf(claim), JSON.stringify(claim)]));
  const claims = new Map(archive.claims().map((claim) => [keyOf(claim), claim]));
  let told = false;
  return {
    tell(more = []) {
      let isNews = !told;
      for (const claim of [...engine.claims(), ...more]) {
        const json = JSON.stringify(claim);
        if (known.get(keyOf(claim)) === json) continue;
        known.set(keyOf(claim), json);
        claims.set(keyOf(claim), claim);
        onFailure(archive.keepClaim(claim, now()));
        isNews = true;
      }
      if (!isNews) return;
      told = true;
      history.tell([...claims.values()]).then(onTold, onRefused);
    },
  };
}
