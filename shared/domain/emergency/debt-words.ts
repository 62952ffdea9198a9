import { shortVersion } from '../ledger/version';
import { listText } from '../text/list-text';
import { utcText } from '../text/utc-text';
import type { DebtView } from './debt';

/**
 * What an emergency rollback left, in a sentence: "runs v1 by emergency rollback; Git still wants v2."
 * @param wanted what Git wants now, as far as is known.
 */
export function debtSentence({ image, imageTag, running }: DebtView, wanted: string | null): string {
  const version = shortVersion(imageTag);
  const git = wanted === null ? 'another version' : shortVersion(wanted);
  const inGit = wanted === imageTag ? 'Git wants it too.' : `Git still wants ${git}.`;
  switch (image) {
    case 'set':
    case 'unknown':
      return `runs ${version} by emergency rollback. ${inGit}`;
    case 'partly':
      return `runs ${version} in some of its workloads by emergency rollback. ${inGit}`;
    case 'not-set':
      return running === null
        ? `was to get ${version} by emergency rollback; its image was not set. ${inGit}`
        : `gets ${version} by emergency rollback. ${inGit}`;
  }
}

/** What is off since when: "Automatic sync is off for app-config and frontend since 10:32 UTC." */
export function offSentence({ off, parent, app, since }: DebtView): string {
  const names = off.length > 0 ? off : [parent, app];
  return `Automatic sync is off for ${listText(names)} since ${utcText(since)}.`;
}

/** Who else knows. @param isReachable whether the release repo is, where the record of it goes. */
export function sharedSentence({ shared }: DebtView, isReachable: boolean): string {
  if (shared) return 'Other consoles see this too.';
  return isReachable
    ? 'The release repo does not say so yet: only consoles that see Argo CD there know of it.'
    : 'While the release repo is unreachable, this can’t be shared: only consoles that see Argo CD there know of it.';
}
