import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openObjects } from './cat-file';
import { PackReader, unpackSmall } from './fetch-pack';
import { initBare } from './init';
import { makeCommit } from './make-commit';
import { flushPkt, pkt } from './pkt-line';
import { runGit } from './run-git';
import { encodePack } from './write-objects';

const band = (number: number, content: string): Buffer => pkt(String.fromCharCode(number) + content);
/** Gives it byte by byte. @returns the pack, as soon as it is whole. */
function read(...parts: Buffer[]): Buffer | null {
  const reader = new PackReader();
  for (const byte of Buffer.concat(parts)) {
    const pack = reader.take(Buffer.from([byte]));
    if (pack) return pack;
  }
  return null;
}

describe('the answer to a fetch', () => {
  it('is the pack between what is printed for a person, once it is whole', () => {
    const answer = [pkt('packfile\n'), band(2, 'Counting'), band(1, 'PA'), band(2, '100%'), band(1, 'CK')];
    expect(read(...answer, flushPkt)?.toString()).toBe('PACK');
    expect(read(...answer)).toBeNull();
  });
  it('is none when the server says no, breaks off or is no Git server', () => {
    expect(() => read(pkt('ERR upload-pack: not our ref'))).toThrow('not our ref');
    expect(() => read(pkt('packfile\n'), band(1, 'PA'), band(3, 'aborting'))).toThrow('aborting');
    expect(() => read(flushPkt)).toThrow('no pack');
    expect(() => read(Buffer.from('<html>'))).toThrow('no pkt-line');
  });
});

describe('a small pack', () => {
  let gitDir: string;
  let base: string;
  beforeEach(async () => {
    gitDir = await mkdtemp(join(tmpdir(), 'signalbox-unpack-'));
    await initBare(gitDir, 'main');
    const input =
      'commit refs/heads/main\ncommitter Robin <robin@example.invalid> 1700000000 +0000\ndata 1\nx\nM 644 inline a/b\ndata 1\nx\n';
    await runGit(['fast-import', '--quiet'], { gitDir, input });
    base = (await runGit(['rev-parse', 'main'], { gitDir })).stdout.toString().trim();
  });
  afterEach(() => rm(gitDir, { recursive: true, force: true }));

  const made = async () => {
    const objects = openObjects(gitDir);
    try {
      return await makeCommit(objects, {
        base,
        files: new Map([['a/c', { content: Buffer.from('new\n'), executable: false }]]),
        message: 'change\n',
        author: { name: 'Robin', email: 'robin@example.invalid' },
        at: 1_700_000_001,
      });
    } finally {
      objects.close();
    }
  };

  it('becomes objects of the repo', async () => {
    const { id, objects } = await made();
    expect(await unpackSmall(await encodePack(objects), { gitDir })).toBe(true);
    const { stdout } = await runGit(['cat-file', 'blob', `${id}:a/c`], { gitDir });
    expect(stdout.toString()).toBe('new\n');
  });
  it('is not taken when it is broken, or when something that it leads to is missing', async () => {
    const { objects } = await made();
    const withoutBlob = objects.filter(({ type }) => type !== 'blob');
    expect(await unpackSmall(await encodePack(withoutBlob), { gitDir })).toBe(false);
    const broken = await encodePack(objects);
    broken[broken.length - 1] = (broken[broken.length - 1] ?? 0) ^ 1;
    expect(await unpackSmall(broken, { gitDir })).toBe(false);
    expect(await unpackSmall(Buffer.from('<html>no pack</html>'), { gitDir })).toBe(false);
  });
});
