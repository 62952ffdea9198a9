/** Milliseconds that Argo CD's controller may take to answer a refresh before it is told: a comparison takes seconds. */
const patience = 30_000;

/**
 * Says that Argo CD's controller has not answered a refresh: it takes the annotation away once the comparison is stored,
 * and leaves it there on a passing error of the repo server (argo-cd `controller/appcontroller.go`).
 * @param seenAt when the refresh was first seen, ISO 8601; `null`: none is waited for.
 * @param now milliseconds since the epoch.
 * @returns a sentence, `null` while there is nothing to tell.
 */
export function unansweredRefresh(seenAt: string | null, now: number): string | null {
  const waited = seenAt === null ? 0 : now - Date.parse(seenAt);
  if (!(waited >= patience)) return null;
  const seconds = Math.floor(waited / 5_000) * 5;
  const time = seconds < 90 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
  return `Argo CD\u2019s controller has not answered the refresh for ${time}: it may be stopped, busy, or unable to read the repo.`;
}
