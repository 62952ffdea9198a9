import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { PastChange } from '../../shared/domain/concourse/past';
import { nameProblem } from '../../shared/domain/ledger/layout';
import { initBare } from '../systems/git/init';
import { runGit } from '../systems/git/run-git';

/**
 * What Concourses told, as a line of commits: so it is indexed, searched and counted exactly as the release repo is. It is
 * derived from the archive, and made again whenever more becomes known of the past: the same facts make the same commits.
 */
export interface ConcourseLine {
  readonly repo: string;
  readonly branch: string;
  /** Brings the line to what is known. @returns whether it changed. @throws GitError */
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
  return {
    repo: folder,
    branch,
    async write(changes) {
      if (changes.length === 0) return false;
      const [known, there] = [await mark(), await tip()];
      const digests: string[] = [];
      let digest = '';
      for (const change of changes) {
        digest = createHash('sha256').update(digest).update(JSON.stringify(change)).digest('hex');
        digests.push(digest);
      }
      const isOn = known !== null && known.tip === there && digests[known.count - 1] === known.digest;
      const begin = isOn ? known.count : 0;
      if (begin === changes.length) return false;
      if (there === null) await initBare(folder, branch);
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
      await writeFile(`${markFile}.new`, JSON.stringify(written), { mode: 0o600 });
      await rm(markFile, { force: true });
      await rename(`${markFile}.new`, markFile);
      return written.tip !== there;
    },
  };
}
