import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gitEnvironment, runGit } from '../systems/git/run-git';

const quoted = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;

/**
 * Makes a repo in the shape of a whole release repo out of the history of its image tags alone: every change comes by the
 * merge of a branch of one commit, as the pipeline's changes do, and between any two there are commits that touch
 * something else. Borrows the objects of the repo that it is made of.
 * @param folder of the image tags. @param between unrelated commits between any two changes.
 */
export async function makeFullShape(
  gitDir: string,
  branch: string,
  folder: string,
  target: string,
  between: number,
): Promise<void> {
  mkdirSync(target, { recursive: true });
  await runGit(['init', '--quiet', '--bare', target]);
  writeFileSync(join(target, 'objects', 'info', 'alternates'), `${resolve(gitDir, 'objects')}\n`);
  const format = '--format=%H%x00%an%x00%ct%x00%s';
  const listed = await runGit(['log', '--first-parent', '--reverse', format, branch, '--'], { gitDir });
  const changes = listed.stdout
    .toString('utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\0'));
  const [top = ''] = folder.split('/');
  const asked = changes.map(([oid]) => `${oid}:${top}\n`).join('');
  const trees = (await runGit(['cat-file', '--batch-check=%(objectname)'], { gitDir, input: asked })).stdout
    .toString('latin1')
    .split('\n');
  let mark = 0;
  function* commands(): Generator<string> {
    for (const [nth, [, author = '', at = '0', subject = '']] of changes.entries()) {
      const tree = trees[nth] ?? '';
      const commit = (who: string, message: string, parents: readonly number[], change: string) => {
        mark += 1;
        const from = parents.map((parent, place) => `${place ? 'merge' : 'from'} :${parent}\n`).join('');
        return `commit refs/heads/${parents.length > 0 && message === subject ? 'side' : 'main'}\nmark :${mark}\ncommitter ${who.replace(/[<>\n]/g, '')} <b@example.invalid> ${at} +0000\n${quoted(message)}${from}${change}\n`;
      };
      const main = mark;
      const put = `M 040000 ${tree} ${top}\n`;
      if (main > 0) {
        yield commit(author, subject, [main], put);
        yield commit('Merger', `Merge ${nth}`, [main, mark], put);
      } else yield commit(author, `${subject} `, [], put);
      for (let one = 0; one < between; one += 1)
        yield commit(
          'Other',
          `Other ${nth}.${one}`,
          [mark],
          `M 100644 inline docs/${nth % 50}/${one}\n${quoted(`${nth}\n`)}`,
        );
    }
  }
  const child = spawn('git', ['fast-import', '--quiet', '--force', '--depth=10'], {
    env: gitEnvironment({ gitDir: target }),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  await pipeline(commands, child.stdin);
  if ((await ended) !== 0) throw new Error('git fast-import failed');
}
