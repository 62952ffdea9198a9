import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeFileSync } from 'atomically';
import { z } from 'zod';
import type { PastChange } from '../../shared/domain/concourse/past';
import { nameProblem } from '../../shared/domain/ledger/layout';
import { GitError } from '../systems/git/errors';
import { initBare } from '../systems/git/init';
import { fsckWhole } from '../systems/git/maintain';
import { runGit } from '../systems/git/run-git';
import { makeOwnFolder, makeWayForFile } from '../systems/own-folder';

/**
 * What Concourses told, as a line of commits: so it is indexed, searched and counted exactly as the release repo is. It is
 * derived from the archive, and made again whenever more becomes known of the past: the same facts make the same commits.
 */
export interface ConcourseLine {
  readonly repo: string;
  readonly branch: string;
  /**
   * Brings the line to what is known; one that is damaged is written again.
   * @returns whether there is something to read. @throws GitError
   */
  write(changes: readonly PastChange[]): Promise<boolean>;
}

const branch = 'history';
const markSchema = z.object({ count: z.number().int(), digest: z.string(), tip: z.string() });

// biome-ignore lint/suspicious/noControlCharactersInRegex: they would end the line
const notInNames = /[<>\u0000-\u001f\u007f]/g;

/** What fits into `name <mail>` of a commit. */
const person = (name: string): string => name.replace(notInNames, ' ').trim().slice(0, 200) || 'unknown';

const isGoodPath = (name: string): boolean =>
  !name.startsWith('"') &&
  name.split('/').every((part) => part === '.signalbox' || nameProblem(part) === null);

/** One change in the language of git-fast-import(1). */
function commitOf({ at, by, message, files }: PastChange, from: string | null): string {
  const when = `${person(by)} <> ${Math.floor(Date.parse(at) / 1000)} +0000`;
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const parts = Object.entries(files)
    .filter(([name]) => isGoodPath(name))
    .map(([name, text]) => (text === null ? `D ${name}\n` : `M 100644 inline ${name}\n${data(text)}`));
  return `commit refs/heads/${branch}\nauthor ${when}\ncommitter ${when}\n${data(message)}${from ? `from ${from}\n` : ''}${parts.join('')}\n`;
}

/** @param folder absolute; made where it is not there */
export function concourseLine(folder: string): ConcourseLine {
  const markFile = path.join(folder, 'signalbox-written.json');
  const tip = async (): Promise<string | null> => {
    const found = await runGit(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`], {
      gitDir: folder,
      expectedCodes: [1, 128],
    });
    return found.code === 0 ? found.stdout.toString('latin1').trim() : null;
  };
  /** How far it was written; `null`: nothing that can be built on. */
  const mark = async (): Promise<z.infer<typeof markSchema> | null> => {
    try {
      return markSchema.parse(JSON.parse(await readFile(markFile, 'utf8')));
    } catch {
      // Not there, or not ours: all of it is written again.
      return null;
    }
  };
  let isChecked = false;
  /** Whether what is there can be read and written on: looked at once, and by whatever fails later. */
  const isSound = async (): Promise<boolean> => {
    if (isChecked) return true;
    try {
      await fsckWhole({ gitDir: folder });
      isChecked = true;
      return true;
    } catch (error) {
      if (!mayBeDamage(error)) throw error;
      return false;
    }
  };

  async function writeOn(changes: readonly PastChange[]): Promise<boolean> {
    const there = await tip();
    const isAnew = there === null || !(await isSound());
    if (isAnew) {
      // What is left of a damaged one would be taken for good: Git writes no object that it believes to have.
      await rm(folder, { recursive: true, force: true });
      await initBare(folder, branch);
      isChecked = true;
    }
    const known = isAnew ? null : await mark();
    const digests: string[] = [];
    let digest = '';
    for (const change of changes) {
      digest = createHash('sha256').update(digest).update(JSON.stringify(change)).digest('hex');
      digests.push(digest);
    }
    const isOn = known !== null && known.tip === there && digests[known.count - 1] === known.digest;
    const begin = isOn ? known.count : 0;
    if (begin === changes.length) return false;
    const from = isOn ? there : null;
    const stream = changes
      .slice(begin)
      .map((change, index) => commitOf(change, index === 0 ? from : null))
      .join('');
    const reset = from ? '' : `reset refs/heads/${branch}\n\n`;
    await runGit(['fast-import', '--quiet', '--force', '--date-format=raw', '--done'], {
      gitDir: folder,
      input: `${reset}${stream}done\n`,
      background: true,
    });
    const written = { count: changes.length, digest, tip: await tip() };
    makeWayForFile(markFile);
    writeFileSync(markFile, JSON.stringify(written), { mode: 0o600 });
    return isAnew || written.tip !== there;
  }

  return {
    repo: folder,
    branch,
    async write(changes) {
      if (changes.length === 0) return false;
      makeOwnFolder(folder);
      try {
        return await writeOn(changes);
      } catch (error) {
        if (!mayBeDamage(error)) throw error;
        // It is derived: nothing is lost by it, and no damage outlives it.
        await rm(folder, { recursive: true, force: true });
        return writeOn(changes);
      }
    },
  };
}

/** Whether damage of the repo may be behind a fault. */
const mayBeDamage = (error: unknown): boolean =>
  error instanceof GitError && (error.kind === 'bad-repo' || error.kind === 'other');
