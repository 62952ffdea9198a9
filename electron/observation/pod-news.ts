import type { AppPod } from './trim';

/**
 * What a pod says anew. `nothing`: it was written for others, as most writes of a status are (times of conditions,
 * addresses, fields of other controllers). `details`: what is shown of the pod itself and nothing rests on: its message,
 * restarts, how its container ended last. `all`: anything else.
 */
export type PodNews = 'nothing' | 'details' | 'all';

/** What the pod itself shows, and neither its rollout, the versions that run nor a cell. */
const details: ReadonlySet<keyof AppPod> = new Set<keyof AppPod>([
  'message',
  'restarts',
  'startedAt',
  'containers',
  'lastTermination',
  'health',
]);

/** Fields of a pod are flat: texts, numbers, lists of texts and small objects of them. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [before, after] = [Object.entries(a), b as Readonly<Record<string, unknown>>];
  return before.length === Object.keys(b).length && before.every(([name, value]) => after[name] === value);
}

/** @param before of the same name: what it said until now. */
export function podNews(before: AppPod, after: AppPod): PodNews {
  let news: PodNews = 'nothing';
  for (const field of Object.keys(after) as (keyof AppPod)[]) {
    if (isSame(before[field], after[field])) continue;
    if (!details.has(field)) return 'all';
    news = 'details';
  }
  return news;
}
