import { z } from 'zod';
import type { Contents } from './records';

/** What differs between two sets of services: two bags, or a bag and what runs. */
export const bagDifferenceSchema = z.object({
  changed: z.array(z.object({ service: z.string(), from: z.string(), to: z.string() })),
  /** In the second alone. */
  added: z.array(z.object({ service: z.string(), to: z.string() })),
  /** In the first alone. Absent never means delete. */
  removed: z.array(z.object({ service: z.string(), from: z.string() })),
  unchanged: z.array(z.object({ service: z.string(), version: z.string() })),
});
export type BagDifference = z.infer<typeof bagDifferenceSchema>;

type Versions = Readonly<Record<string, string | null>>;

/** The versions alone. */
export const versionsOf = (contents: Contents): Record<string, string> =>
  Object.fromEntries(Object.entries(contents).map(([service, { version }]) => [service, version]));

/** What differs between two sets of versions by service (`null`: none known), each list by name. */
export function bagDifference(from: Versions, to: Versions): BagDifference {
  const found: BagDifference = { changed: [], added: [], removed: [], unchanged: [] };
  for (const service of [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()) {
    const [was, is] = [from[service] ?? null, to[service] ?? null];
    if (was === null && is !== null) found.added.push({ service, to: is });
    else if (was !== null && is === null) found.removed.push({ service, from: was });
    else if (was !== null && is !== null) {
      if (was === is) found.unchanged.push({ service, version: is });
      else found.changed.push({ service, from: was, to: is });
    }
  }
  return found;
}

/** Whether nothing differs. */
export const isSame = ({ changed, added, removed }: BagDifference): boolean =>
  changed.length + added.length + removed.length === 0;
