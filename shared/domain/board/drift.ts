import { compareVersions, versionShape } from '../ledger/version';
import type { Drift } from './board';

/**
 * How a version stands to the one in the first environment of the chain. A build of another kind (a branch, called by its
 * commit, where releases have numbers) is no newer release for having run there later.
 * @param order versions that ran in the first environment, newest first, each once: orders versions whose names cannot.
 */
export function driftOf(
  version: string | null,
  first: { environment: string; version: string | null | undefined },
  order: () => readonly string[] = () => [],
): Drift {
  const of = first.environment;
  if (version === null) return { state: 'unknown', because: 'Its file has no version.' };
  if (first.version === undefined) return { state: 'unknown', because: `The app has no file in ${of}.` };
  if (first.version === null) return { state: 'unknown', because: `Its file in ${of} has no version.` };
  if (version === first.version) return { state: 'same' };
  const distance = compareVersions(version, first.version);
  if (distance !== null) {
    return distance < 0 ? { state: 'behind', by: -distance, of } : { state: 'ahead', by: distance, of };
  }
  if (versionShape(version) !== versionShape(first.version)) return { state: 'differs', of };
  const ran = order();
  const there = ran.indexOf(first.version);
  const here = ran.indexOf(version);
  if (there < 0 || here < 0) return { state: 'differs', of };
  return here > there ? { state: 'behind', by: here - there, of } : { state: 'ahead', by: there - here, of };
}
