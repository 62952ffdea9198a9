/** One entry of a tree object, where it lies in the bytes. */
interface EntryBytes {
  start: number;
  end: number;
  mode: string;
  name: Buffer;
  id: string;
}

/** The entries of a tree object: `<mode> <name> NUL <id>` again and again. */
function* placesOf(tree: Buffer, idBytes: number): Generator<EntryBytes> {
  for (let start = 0; start < tree.length; ) {
    const space = tree.indexOf(0x20, start);
    const nul = tree.indexOf(0, space);
    const end = nul + 1 + idBytes;
    if (space < 0 || nul < 0 || end > tree.length) throw new RangeError('That is no tree.');
    yield {
      start,
      end,
      mode: tree.toString('latin1', start, space),
      name: tree.subarray(space + 1, nul),
      id: tree.toString('hex', nul + 1, end),
    };
    start = end;
  }
}

/** Mode and id of an entry, `null` when the tree has none of this name. */
export function findInTree(tree: Buffer, idBytes: number, name: string): { mode: string; id: string } | null {
  const bytes = Buffer.from(name, 'utf8');
  for (const place of placesOf(tree, idBytes)) if (place.name.equals(bytes)) return place;
  return null;
}

/**
 * A tree with one entry set (`null`: taken out). Every other byte stays. Git sorts entries by name, a folder's as if it
 * ended with a slash (base_name_compare in tree.c).
 */
export function editTree(
  tree: Buffer,
  idBytes: number,
  name: string,
  entry: { mode: '40000' | '100644' | '100755'; id: string } | null,
): Buffer {
  const bytes = Buffer.from(name, 'utf8');
  const sortKey = (text: Buffer, mode: string): Buffer =>
    mode === '40000' ? Buffer.concat([text, Buffer.from('/')]) : text;
  const kept: Buffer[] = [];
  const key = entry ? sortKey(bytes, entry.mode) : bytes;
  const added = entry
    ? Buffer.concat([Buffer.from(`${entry.mode} `), bytes, Buffer.from([0]), Buffer.from(entry.id, 'hex')])
    : null;
  let isAdded = added === null;
  for (const place of placesOf(tree, idBytes)) {
    if (place.name.equals(bytes)) continue;
    if (added && !isAdded && Buffer.compare(sortKey(place.name, place.mode), key) > 0) {
      kept.push(added);
      isAdded = true;
    }
    kept.push(tree.subarray(place.start, place.end));
  }
  if (added && !isAdded) kept.push(added);
  return Buffer.concat(kept);
}
