import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { estateSchema } from '../../shared/domain/estate/estate';
import { createGitSources } from '../systems/sources/git-sources';
import { openLedger } from './open-ledger';
import { type EndlessServer, startEndlessServer } from './testing/endless-server';
import { unwrap } from './testing/release-repo';

let folder: string;
let server: EndlessServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-endless-'));
  server = await startEndlessServer();
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Bytes below the folder. */
async function taken(): Promise<number> {
  let sum = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    const found = await stat(join(folder, name));
    if (found.isFile()) sum += found.size;
  }
  return sum;
}

const estate = () =>
  estateSchema.parse({
    name: 'Endless',
    ledger: { url: `${server.url}/release.git` },
    environments: [{ name: 'staging' }],
  });

describe('a Git server that sends a pack without end', () => {
  it('does not fill the disk by the release repo: the fetch is ended, said, and leaves nothing', async () => {
    const ledger = unwrap(
      await openLedger({
        estate: estate(),
        dir: join(folder, 'mirror'),
        identity: { name: 'A', email: 'a@example.org' },
        maxFetched: 5_000_000,
        pollMs: 10,
      }),
    );
    ledger.start();
    try {
      const asked = await ledger.refresh();
      expect(asked).toMatchObject({
        ok: false,
        failure: { code: 'bad-data', message: 'The release repo sends more than Signalbox takes at once.' },
      });
      expect(await taken()).toBeLessThan(100_000);
      expect(ledger.freshness()).toMatchObject({ state: 'unreachable', failure: { code: 'bad-data' } });
      // Whoever looks regularly does not take so much again and again; whoever asks does.
      expect(server.fetches()).toBeLessThanOrEqual(2);
      const before = server.fetches();
      expect((await ledger.refresh()).ok).toBe(false);
      expect(server.fetches()).toBe(before + 1);
    } finally {
      await ledger.close();
    }
  });

  it('does not fill it by source repos either, together or one by one', async () => {
    const sources = createGitSources({
      urlTemplate: `${server.url}/{app}.git`,
      repos: {},
      dir: join(folder, 'sources'),
      maxBytes: 5_000_000,
      auth: async () => null,
      now: Date.now,
    });
    try {
      for (const app of ['one', 'two', 'one'])
        await expect(sources.candidates(app, '', 10)).rejects.toMatchObject({
          failure: {
            code: 'bad-data',
            message: `The source repo of ${app} sends more than Signalbox takes.`,
          },
        });
      expect(await taken()).toBeLessThan(100_000);
      // What was too big a moment ago is not asked for again.
      expect(server.fetches()).toBe(2);
      await writeFile(join(folder, 'sources', 'other'), 'no repo');
      await expect(sources.candidates('three', '', 10)).rejects.toMatchObject({
        failure: { code: 'bad-data' },
      });
    } finally {
      sources.close();
    }
  });

  it.each(['release', 'sources'])('leaves nothing when it is stopped in the middle (%s)', async (what) => {
    if (what === 'release') {
      const ledger = unwrap(
        await openLedger({
          estate: estate(),
          dir: join(folder, 'mirror'),
          identity: { name: 'A', email: 'a@example.org' },
        }),
      );
      void ledger.refresh();
      await expect.poll(taken).toBeGreaterThan(1_000_000);
      await ledger.close();
    } else {
      const sources = createGitSources({
        urlTemplate: `${server.url}/{app}.git`,
        repos: {},
        dir: join(folder, 'sources'),
        auth: async () => null,
        now: Date.now,
      });
      const asked = sources.candidates('one', '', 10).catch(() => null);
      await expect.poll(taken).toBeGreaterThan(1_000_000);
      sources.close();
      await asked;
    }
    await expect.poll(taken).toBeLessThan(100_000);
  });
});
