/** One entry of a Git tree. */
export interface TreeEntry {
  /** Decoded; with replacement characters where `nameIsValid` is false. */
  name: string;
  nameIsValid: boolean;
  kind: 'file' | 'executable' | 'symlink' | 'tree' | 'submodule' | 'unknown';
  id: string;
}

const kinds: Record<string, TreeEntry['kind']> = {
  '40000': 'tree',
  '040000': 'tree',
  '100644': 'file',
  '100664': 'file',
  '100755': 'executable',
  '120000': 'symlink',
  '160000': 'submodule',
};

/**
 * Reads a tree object: `<mode> <name> NUL <id>` again and again.
 * @param idBytes 20 for SHA-1, 32 for SHA-256.
 */
export function parseTree(content: Buffer, idBytes: number): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    if (space < 0 || end < 0 || end + 1 + idBytes > content.length) break;
    const bytes = content.subarray(space + 1, end);
    const name = bytes.toString('utf8');
    entries.push({
      name,
      nameIsValid: Buffer.from(name, 'utf8').equals(bytes),
      kind: kinds[content.toString('latin1', at, space)] ?? 'unknown',
      id: content.toString('hex', end + 1, end + 1 + idBytes),
    });
    at = end + 1 + idBytes;
  }
  return entries;
}
