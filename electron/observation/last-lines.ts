/**
 * Adds lines and lets go of all but the last: a server may send a log from its beginning, without end, whatever number of
 * lines was asked for. At most twice as many are held.
 */
export function addLast<T>(lines: T[], more: readonly T[], most: number): void {
  for (const line of more) {
    if (lines.length >= 2 * most) lines.splice(0, lines.length - most);
    lines.push(line);
  }
}
