import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openObjects } from './cat-file';
import { initBare } from './init';
import { lsRemote } from './remote';
import { runGit } from './run-git';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-bounds-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** A git that says the same thing for ever. */
async function endless(line: string): Promise<void> {
  const script = join(folder, 'git');
  await writeFile(script, `#!/bin/sh\nwhile :; do ${line}; done\n`);
  await chmod(script, 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH ?? ''}`);
}

describe.skipIf(process.platform === 'win32')('a git command that never ends', () => {
  it.each([
    ['words', "printf 'x\\r' >&2; sleep 0.01"],
    ['a line without an end', "printf 'x' >&2; sleep 0.01"],
    ['output', 'echo x; sleep 0.01'],
  ])('%s is ended when its time is up', async (_what, line) => {
    await endless(line);
    const asked = runGit(['fetch'], { deadlineMs: 400, onProgress: () => {} });
    await expect(asked).rejects.toMatchObject({ kind: 'too-slow' });
  });

  it('is ended when it has said too much, and a remote may say less', async () => {
    await endless("echo '0123456789012345678901234567890123456789 refs/heads/0123456789'");
    await expect(runGit(['x'], { maxBytes: 100_000 })).rejects.toMatchObject({ kind: 'overlong' });
  });

  it('is bounded where it asks a remote', async () => {
    const line = '0123456789012345678901234567890123456789\trefs/heads/01234567890123456789\n'.repeat(1000);
    await writeFile(join(folder, 'lines'), line);
    await endless(`cat '${join(folder, 'lines')}'`);
    await expect(lsRemote('https://host.invalid/x.git', [])).rejects.toMatchObject({ kind: 'overlong' });
  });
});

it('an object that is too big is refused without being held, and those after it are read', async () => {
  const gitDir = join(folder, 'r.git');
  await initBare(gitDir, 'main');
  const put = async (content: Buffer) =>
    (await runGit(['hash-object', '-w', '--stdin'], { gitDir, input: content })).stdout.toString().trim();
  const big = await put(Buffer.alloc(64 * 1024 * 1024 + 1));
  const small = await put(Buffer.from('small\n'));
  const objects = openObjects(gitDir);
  try {
    const [first, second, third] = await Promise.allSettled([
      objects.read(small),
      objects.read(big),
      objects.read(small),
    ]);
    expect(first).toMatchObject({ value: { content: Buffer.from('small\n') } });
    expect(second).toMatchObject({ reason: { kind: 'overlong' } });
    expect(third).toMatchObject({ value: { content: Buffer.from('small\n') } });
    expect(await objects.read(small)).toMatchObject({ type: 'blob' });
  } finally {
    objects.close();
  }
});
