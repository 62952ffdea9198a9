/** One file of a difference; counts are `null` for binary files. */
export interface FileChange {
  path: string;
  /** Where it was before, for a rename. */
  previousPath: string | null;
  status: 'added' | 'removed' | 'modified' | 'renamed';
  /** Object id of the new content, of the old one where it was removed. */
  blob: string;
  additions: number | null;
  deletions: number | null;
}

const statuses: Readonly<Record<string, FileChange['status']>> = { A: 'added', D: 'removed', R: 'renamed' };

/** Reads `--raw --numstat -z` output: first all raw records, then all counts, in the same order. */
export function parseDiff(text: string): FileChange[] {
  const fields = text.split('\0');
  const changes: FileChange[] = [];
  let at = 0;
  while (fields[at]?.startsWith(':')) {
    const [, , before = '', blob = '', letter = 'M'] = (fields[at] ?? '').split(' ');
    const renamed = letter.startsWith('R') || letter.startsWith('C');
    const first = fields[at + 1] ?? '';
    const last = renamed ? (fields[at + 2] ?? '') : first;
    changes.push({
      path: last,
      previousPath: renamed ? first : null,
      status: statuses[letter.charAt(0)] ?? 'modified',
      blob: letter.startsWith('D') ? before : blob,
      additions: null,
      deletions: null,
    });
    at += renamed ? 3 : 2;
  }
  for (const change of changes) {
    const [additions = '-', deletions = '-', name] = (fields[at] ?? '').split('\t');
    change.additions = additions === '-' ? null : Number(additions);
    change.deletions = deletions === '-' ? null : Number(deletions);
    at += name === '' ? 3 : 1;
  }
  return changes;
}
