/** How many letters are to be changed, put in, left out or swapped with their neighbour to make the one of the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** Longer texts are no mistyped names. */
const longest = 60;

/**
 * The word that somebody most likely meant; `null`: none is near (a third of its letters may differ, two at least for
 * words of four and more). Case, `-` and `_` count for nothing.
 */
export function nearest(typed: string, known: readonly string[]): string | null {
  if (typed.length > longest) return null;
  const plain = (text: string): string => text.toLowerCase().replace(/[-_\s]/g, '');
  const wanted = plain(typed);
  if (wanted === '') return null;
  // `prod`, `staging-eu`.
  const begun = known.filter((word) => {
    const [short, long] = [wanted, plain(word)].sort((a, b) => a.length - b.length);
    return word !== typed && (short?.length ?? 0) >= 3 && (long ?? '').startsWith(short ?? '');
  });
  if (begun.length === 1) return begun[0] ?? null;
  const ranked = known
    .filter((word) => word.length <= longest && word !== typed)
    .map((word) => ({ word, far: distance(wanted, plain(word)) }))
    .sort((a, b) => a.far - b.far);
  const [best] = ranked;
  if (!best) return null;
  const allowed = wanted.length < 4 ? 1 : Math.max(2, Math.floor(wanted.length / 3));
  return best.far <= allowed && best.far < wanted.length ? best.word : null;
}
