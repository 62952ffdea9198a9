import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

const isFolder = (at: string): Promise<boolean> =>
  stat(at).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Makes a folder; a file in its place is set aside. */
export async function makeFolder(folder: string): Promise<void> {
  const isThere = await stat(folder).catch(() => null);
  if (isThere && !isThere.isDirectory()) await rename(folder, `${folder}.damaged-${randomUUID()}`);
  await mkdir(folder, { recursive: true });
}

/** Writes a file in one move, so that nobody ever reads half of it. */
export async function writeWhole(file: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  await makeFolder(path.dirname(file));
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, content, { mode });
    if (await isFolder(file)) await rename(file, `${file}.damaged-${randomUUID()}`);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
