import { mkdirSync, renameSync, statSync } from 'node:fs';

const stampOf = (): string => new Date().toISOString().replace(/[:.]/g, '-');

/**
 * Makes a folder of ours, for its owner alone. What is no folder and lies in its place is set aside as
 * `<name>.damaged-<when>`, never deleted.
 * @returns where that went; `null`: nothing was in the way.
 * @throws what the file system throws where neither can be done.
 */
export function makeOwnFolder(dir: string): string | null {
  const found = statSync(dir, { throwIfNoEntry: false });
  if (found?.isDirectory()) return null;
  const aside = found ? `${dir}.damaged-${stampOf()}` : null;
  if (aside !== null) renameSync(dir, aside);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return aside;
}

/** Sets a folder aside that lies where a file of ours should. @returns whether there was one. */
export function makeWayForFile(file: string): boolean {
  if (!statSync(file, { throwIfNoEntry: false })?.isDirectory()) return false;
  setFileAside(file);
  return true;
}

/** Sets aside what cannot be read, as `<name>.damaged-<when>`. @throws what the file system throws where it can't. */
export const setFileAside = (file: string): void => renameSync(file, `${file}.damaged-${stampOf()}`);
