/** When something began and ended, ISO 8601; `null`: not known, or not yet. */
export interface Times {
  startedAt: string | null;
  finishedAt: string | null;
}

/**
 * Milliseconds that something took, or has taken by `now`; the only place where a duration is worked out of two times.
 * Never negative, whatever two clocks say; `null` where nothing tells when it began.
 * @param now milliseconds since the epoch.
 */
export function spentOf({ startedAt, finishedAt }: Times, now: number): number | null {
  if (startedAt === null) return null;
  const spent = (finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt);
  return Number.isNaN(spent) ? null : Math.max(0, spent);
}

/** How long an operation took from the request to its end, or has taken by `now`, in milliseconds. */
export const operationSpent = (
  { requestedAt, finishedAt }: { requestedAt: string; finishedAt: string | null },
  now: number,
): number => spentOf({ startedAt: requestedAt, finishedAt }, now) ?? 0;
