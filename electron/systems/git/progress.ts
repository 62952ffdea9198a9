/** Progress as Git prints it with `--progress`: phase, and share of the whole when Git knows it. */
export interface GitProgress {
  phase: string;
  /** 0–1 within this phase, `null` while the whole is not known. */
  share: number | null;
}

/**
 * Reads one line of Git's progress ("Receiving objects:  42% (1234/2938), 1.2 MiB | 3 MiB/s"); `null` for other lines.
 * Lines end with CR while a phase runs: split by {@link splitLines}.
 */
export function parseProgress(line: string): GitProgress | null {
  const text = line.replace(/^remote: /, '');
  const known = /^([A-Z][A-Za-z ]+):\s+(\d{1,3})% \(\d+\/\d+\)/.exec(text);
  if (known?.[1]) return { phase: known[1], share: Math.min(100, Number(known[2])) / 100 };
  const counting = /^([A-Z][A-Za-z ]+): \d+(?:, done\.?)?\s*$/.exec(text);
  return counting?.[1] ? { phase: counting[1], share: null } : null;
}

/** Cuts text into whole lines at CR, LF or both; `rest` is what has no end yet. */
export function splitLines(text: string): { lines: string[]; rest: string } {
  const parts = text.split(/\r\n|\r|\n/);
  const rest = parts.pop() ?? '';
  return { lines: parts.filter((line) => line !== ''), rest };
}
