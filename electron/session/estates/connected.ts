import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { writeFileSync } from 'atomically';
import { z } from 'zod';
import { amendEstate, estateAmendmentSchema } from '../../../shared/domain/estate/amend-estate';
import type { Estate } from '../../../shared/domain/estate/estate';
import { parseEstate } from '../../../shared/domain/estate/parse-estate';
import { relativePlaces } from '../../../shared/domain/estate/relative-places';
import { FailureError } from '../../../shared/domain/failure/failure';
import { storageFailure } from '../../../shared/domain/failure/storage-failure';
import { makeOwnFolder, makeWayForFile, setFileAside } from '../../systems/own-folder';
import { withAbsolutePaths } from '../choose-estate';

/** An estate that was connected to in the window. */
export const connectedEstateSchema = z.object({
  /** What the file says: as it was taken up last from the release repo, or as Signalbox made it of what it found. */
  text: z.string(),
  /** Whether the release repo has the file (`signalbox.yaml`), and changes of it there are taken up. */
  fromRepo: z.boolean(),
  /** What holds on this computer alone, over what the file says. */
  amendment: estateAmendmentSchema,
});
export type ConnectedEstate = z.infer<typeof connectedEstateSchema>;

/** The estates that were connected to on this computer: one small file each. */
export interface ConnectedEstates {
  /** @throws FailureError `not-found` or `bad-data`. */
  get(id: string): ConnectedEstate;
  /** @throws FailureError where it cannot be written. */
  set(id: string, estate: ConnectedEstate): void;
}

/** One release repo and branch, one connected estate. */
export const connectedId = (url: string, branch: string): string =>
  createHash('sha256').update(`${url}\n${branch}`).digest('hex').slice(0, 16);

const lost = (file: string, code: 'not-found' | 'bad-data', detail: string): FailureError =>
  new FailureError({
    code,
    message: 'What Signalbox saved of this estate can’t be read.',
    meaning:
      'The estate can’t be opened, and what was chosen while connecting to it is lost. Credentials, earlier operations and other estates are not affected.',
    next: [{ do: 'advice', label: 'Connect to it again.' }],
    place: { path: file },
    detail,
  });

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

export function connectedEstates(userData: string): ConnectedEstates {
  const folder = path.join(userData, 'connected');
  const fileOf = (id: string): string => path.join(folder, `${id}.json`);

  function get(id: string): ConnectedEstate {
    const file = fileOf(id);
    try {
      return connectedEstateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      throw lost(file, isMissing(error) ? 'not-found' : 'bad-data', String(error));
    }
  }

  /** What cannot be read may still be mended by hand: it is set aside, never written over. */
  function makeWay(id: string): void {
    makeOwnFolder(folder);
    if (makeWayForFile(fileOf(id))) return;
    try {
      get(id);
    } catch (error) {
      if (error instanceof FailureError && error.failure.code === 'bad-data') setFileAside(fileOf(id));
    }
  }

  return {
    get,
    set(id, estate) {
      try {
        makeWay(id);
        writeFileSync(fileOf(id), `${JSON.stringify(estate, null, '\t')}\n`, { mode: 0o600 });
      } catch (error) {
        const failure = storageFailure(error);
        throw failure ? new FailureError(failure, { cause: error }) : error;
      }
    },
  };
}

/** A file in a repo has no folder here: what was meant could only be guessed, and a guess would be run. */
const nowhere = (what: string): FailureError =>
  new FailureError({
    code: 'invalid-input',
    message: `${estateFileInRepo}: ${what} is a relative path.`,
    meaning:
      'This estate comes from the release repo, which has no folder on this computer that it could be relative to. Nothing is run.',
    next: [{ do: 'advice', label: 'Name a program that is in PATH, or a full path (~/… is your home).' }],
  });

/** The file's name in the release repo, at its root. */
export const estateFileInRepo = 'signalbox.yaml';

/**
 * The estate as it is opened: what the file says, with what holds on this computer.
 * @throws FailureError naming the file's lines when it is none.
 */
export function estateOf({ text, amendment }: ConnectedEstate): Estate {
  const parsed = parseEstate(text, estateFileInRepo, (value) => amendEstate(value, amendment));
  if (!parsed.ok) throw new FailureError(parsed.failure);
  const [relative] = relativePlaces(parsed.value);
  if (relative !== undefined) throw nowhere(relative);
  // Nothing is relative any more: where Signalbox was started from decides on nothing.
  return withAbsolutePaths(parsed.value, homedir());
}
