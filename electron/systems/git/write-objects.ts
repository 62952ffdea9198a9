import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { GitError } from './errors';
import type { GitObject } from './make-commit';

const compress = promisify(deflate);

/**
 * Puts objects into a repo as loose ones (gitformat-loose: zlib over `<type> <size> NUL <content>`), each whole or not
 * at all. Those that are there already stay.
 * @throws {GitError} `disk-full`, or `bad-repo` when the folder cannot be written to.
 */
export async function writeLoose(gitDir: string, objects: readonly GitObject[]): Promise<void> {
  try {
    await Promise.all(objects.map((object) => writeOne(gitDir, object)));
  } catch (error) {
    const code = codeOf(error);
    const { syscall } = error as NodeJS.ErrnoException;
    const kind = code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'bad-repo';
    throw new GitError(
      kind,
      'commit',
      `The local copy cannot be written to (${code}${syscall ? `, ${syscall}` : ''}).`,
      { cause: error },
    );
  }
}

async function writeOne(gitDir: string, { id, type, content }: GitObject): Promise<void> {
  const path = join(gitDir, 'objects', id.slice(0, 2), id.slice(2));
  // Not there: it is written.
  if (await stat(path).catch(() => null)) return;
  const header = Buffer.from(`${type} ${content.length}\0`);
  const packed = await compress(Buffer.concat([header, content]), { level: 1 });
  const passing = join(gitDir, 'objects', `tmp_obj_${randomUUID()}`);
  try {
    await writeFile(passing, packed, { mode: 0o444 });
    await moveInto(passing, path);
  } catch (error) {
    await rm(passing, { force: true });
    throw error;
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/**
 * A repack that runs at the same time takes away folders that it finds empty, also one that was made just now, at any
 * moment of this. The folder is made plainly: a recursive mkdir fails when the folder goes between two looks of its own.
 */
async function moveInto(passing: string, path: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await mkdir(dirname(path)).catch((error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error;
      });
      return await rename(passing, path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || tries === 10) throw error;
    }
  }
}

const typeNumbers = { commit: 1, tree: 2, blob: 3 } as const;

/** A pack of objects, whole ones without deltas (gitformat-pack(5)). */
export async function encodePack(objects: readonly GitObject[]): Promise<Buffer> {
  const head = Buffer.alloc(12);
  head.write('PACK', 'latin1');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(objects.length, 8);
  const bodies = await Promise.all(
    objects.map(async ({ type, content }) => [
      objectHead(typeNumbers[type], content.length),
      await compress(content),
    ]),
  );
  const pack = Buffer.concat([head, ...bodies.flat()]);
  const algorithm = objects[0]?.id.length === 64 ? 'sha256' : 'sha1';
  return Buffer.concat([pack, createHash(algorithm).update(pack).digest()]);
}

/** Type and size: four bits of the size in the first byte, seven in each one after it, lowest first. */
function objectHead(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (type << 4) | (size & 0x0f);
  for (let rest = Math.floor(size / 16); ; rest = Math.floor(rest / 128)) {
    if (rest === 0) {
      bytes.push(byte);
      return Buffer.from(bytes);
    }
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
}
