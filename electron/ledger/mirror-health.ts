import { GitError } from '../systems/git/errors';
import { ledgerFailure } from './failures';
import type { Mirror } from './mirror';

/** Minutes between one copying and the next: a broken disk or a broken remote is no reason to copy for ever. */
const firstPause = 10;
const longestPause = 240;
const minutes = 60_000;

/** Notices damage of the mirror, has it copied again, and says so. */
export interface MirrorHealth {
  /** Whether damage was noticed that is not mended yet. */
  readonly isDoubted: boolean;
  /** Hears of a fault of something that was done with the repo here. @returns whether damage may be behind it. */
  hears(error: unknown): boolean;
  /**
   * Mends what it can, the remote being there.
   * @returns whether something was mended, so that what failed may be tried again; `replaced` where the repo is another.
   */
  mend(signal: AbortSignal): Promise<'no' | 'unlocked' | 'replaced'>;
  /** Looks whether what others met in the repo is damage; at most once an hour. */
  check(signal: AbortSignal): Promise<void>;
  /** Sentences for a person. */
  notices(): readonly string[];
}

/** @param onNotice called when the sentences changed. @param letGo before the repo is replaced. */
export function watchHealth(mirror: Mirror, letGo: () => void, onNotice: () => void): MirrorHealth {
  const { repair } = mirror;
  let doubt: GitError | null = null;
  let { notice } = mirror;
  let renewals = 0;
  let notBefore = 0;
  let checkedAt = Number.NEGATIVE_INFINITY;
  const tell = (text: string): void => {
    if (notice === text) return;
    notice = text;
    onNotice();
  };
  const hears: MirrorHealth['hears'] = (error) => {
    if (!repair || !(error instanceof GitError) || !(error.kind === 'bad-repo' || error.kind === 'other'))
      return false;
    doubt = error;
    tell(
      'The local copy of the release repo is damaged. Signalbox copies it again when the release repo answers; until then, some of it may be missing.',
    );
    return true;
  };
  const mend: MirrorHealth['mend'] = async (signal) => {
    if (!repair || !doubt) return 'no';
    if (await repair.unlock()) {
      doubt = null;
      tell('Signalbox removed a lock file that Git left in the local copy of the release repo.');
      return 'unlocked';
    }
    // Somebody may still hold a young one: the next look sees.
    if (/\.lock': File exists/.test(doubt.detail) || performance.now() < notBefore) return 'no';
    notBefore = performance.now() + Math.min(firstPause * 2 ** renewals, longestPause) * minutes;
    renewals++;
    try {
      await repair.renew(signal, letGo);
    } catch (error) {
      if (signal.aborted) throw error;
      const { message } = ledgerFailure(error);
      tell(
        `The local copy of the release repo is damaged, and copying it again failed: ${message} Signalbox will try again later.`,
      );
      return 'no';
    }
    doubt = null;
    const at = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    tell(
      `The local copy of the release repo was damaged. It was copied again at ${at}; nothing in the release repo is lost.`,
    );
    return 'replaced';
  };
  return {
    get isDoubted() {
      return doubt !== null;
    },
    hears,
    mend,
    check: async (signal) => {
      if (!repair || doubt || performance.now() - checkedAt < 60 * minutes) return;
      checkedAt = performance.now();
      await repair.check(signal).catch(hears);
    },
    notices: () => (notice === null ? [] : [notice]),
  };
}
