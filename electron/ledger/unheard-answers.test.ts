import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { estateSchema } from '../../shared/domain/estate/estate';
import { type GithubServer, startGithubServer } from '../practice/github/server';
import type { LedgerConfig } from './ledger';
import { deploy } from './testing/commit-deploy';
import {
  commitFiles,
  commitsOf,
  fileAt,
  makeEstate,
  type TestEstate,
  tagFile,
  tagPath,
  unwrap,
  writerToken,
} from './testing/release-repo';

const path = tagPath('production', 'good');
let estate: TestEstate;
beforeEach(async () => {
  estate = await makeEstate({ [path]: tagFile('v1') });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await estate.close();
});

const wish = () => {
  const operationId = uuidv7();
  return [
    { operationId, what: 'deploy good' },
    deploy({ operationId, app: 'good', version: 'v2', expectedFrom: 'v1' }),
  ] as const;
};

/** Does something at the moment when the server has served the next push. */
function onNextPush(action: () => unknown): void {
  estate.onPush = () => {
    estate.onPush = () => {};
    action();
  };
}

// Behind a proxy everything is left to git, whose HTTP client sends a push again by itself.
const ways = [
  { way: 'over our own connection', proxied: false },
  { way: 'by git', proxied: true },
];

describe.each(ways)('a push $way whose answer does not begin', ({ proxied }) => {
  beforeEach(() => {
    if (proxied) vi.stubEnv('http_proxy', estate.server.url);
  });

  it('has landed, and is told so', async () => {
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    estate.server.setFaults({ cutNextPush: 'unheard' });
    const landed = unwrap(await ledger.transact(...wish()));
    expect(landed).toMatchObject({ changed: true, value: { from: 'v1' }, ownCommit: landed.commit });
    expect(await commitsOf(estate.gitDir)).toEqual([landed.commit, landed.base.commit]);
    expect(ledger.snapshot().commit).toBe(landed.commit);
  });

  it('has landed also when others built upon it, merged it or wrote over it meanwhile', async () => {
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    estate.server.setFaults({ cutNextPush: 'unheard' });
    let theirs: Promise<string> | null = null;
    onNextPush(() => {
      theirs = commitFiles(estate.gitDir, { [path]: tagFile('v9') });
    });
    const landed = unwrap(await ledger.transact(...wish()));
    const commits = await commitsOf(estate.gitDir);
    expect(commits).toContain(landed.commit);
    expect(ledger.snapshot().commit).toBe(await theirs);
    expect(ledger.snapshot().file(path)?.text).toBe(tagFile('v9'));
  });

  it('is not known where the remote stays away, and is found when it is back', async () => {
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    const [intent, mutate] = wish();
    estate.server.setFaults({ cutNextPush: 'unheard' });
    onNextPush(() => estate.server.setFaults({ down: true }));
    const result = await ledger.transact(intent, mutate);
    const [own = ''] = await commitsOf(estate.gitDir);
    expect(result.ok ? null : [result.failure.code, result.failure.commit]).toEqual(['unknown-outcome', own]);
    estate.server.setFaults({ down: false });
    expect(unwrap(await ledger.findOperation(intent.operationId))).toEqual({ ownCommit: own, commit: own });
  });

  it('is not known where the token is revoked in that moment', async () => {
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    estate.server.setFaults({ cutNextPush: 'unheard' });
    onNextPush(() => estate.server.setFaults({ authRefused: true }));
    const result = await ledger.transact(...wish());
    expect(result.ok ? '' : result.failure.code).toBe('unknown-outcome');
  });

  it('is not told as cancelled when the person cancels in that moment', async () => {
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    const stop = new AbortController();
    estate.server.setFaults({ cutNextPush: 'unheard' });
    onNextPush(() => stop.abort());
    const landed = unwrap(await ledger.transact(...wish(), { signal: stop.signal }));
    expect((await commitsOf(estate.gitDir))[0]).toBe(landed.commit);
  });

  it('is not told as refused by a branch that was protected in that moment', async () => {
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    estate.server.setFaults({ cutNextPush: 'unheard' });
    onNextPush(() => estate.server.setFaults({ protectedMain: true }));
    const landed = unwrap(await ledger.transact(...wish()));
    expect((await commitsOf(estate.gitDir))[0]).toBe(landed.commit);
  });

  describe('in the landing by merge', () => {
    let github: GithubServer;
    beforeEach(async () => {
      github = await startGithubServer({
        root: join(estate.folder, 'repos'),
        tokens: { [writerToken]: { login: 'robin', write: true } },
        gitUrl: estate.server.url,
      });
    });
    afterEach(() => github.close());
    const merging = (change: Partial<LedgerConfig> = {}): Partial<LedgerConfig> => ({
      estate: estateSchema.parse({
        name: 'test',
        ledger: {
          url: estate.url,
          landing: 'merge-branch',
          github: { apiUrl: github.url, owner: 'demo', repo: 'release' },
        },
        environments: [{ name: 'production' }],
      }),
      ...change,
    });

    it('has made the branch, which is then merged', async () => {
      const ledger = await estate.open('a', merging());
      unwrap(await ledger.refresh());
      estate.server.setFaults({ cutNextPush: 'unheard' });
      const landed = unwrap(await ledger.transact(...wish()));
      expect(landed.attempts).toBe(1);
      expect((await commitsOf(estate.gitDir))[0]).toBe(landed.commit);
    });

    it('and the merge whose answer does not begin has landed, also where GitHub says no to the next question', async () => {
      for (const [name, after] of [
        ['plain', () => {}],
        ['limited', () => github.setFaults({ rateLimited: true })],
      ] as const) {
        const ledger = await estate.open(name, merging());
        unwrap(await ledger.refresh());
        const operationId = uuidv7();
        github.setFaults({ cutNextMerge: true });
        const version = `v-${name}`;
        const landing = ledger.transact(
          { operationId, what: name },
          deploy({ operationId, app: 'good', version, expectedFrom: null }),
        );
        await expect.poll(() => github.faults.cutNextMerge).toBe(false);
        after();
        const landed = unwrap(await landing);
        expect((await commitsOf(estate.gitDir))[0]).toBe(landed.commit);
        expect(await fileAt(estate.gitDir, path)).toContain(`image_tag: ${version}\n`);
      }
    });

    it('a merge that is sent again by the network stack and then refused has landed', async () => {
      // Chromium sends a request again when a kept connection dies before an answer (net/http/http_network_transaction.cc,
      // ShouldResendRequest): we hear the second answer alone.
      let merges = 0;
      const resending: typeof fetch = async (input, init) => {
        if (!String(input instanceof Request ? input.url : input).endsWith('/merges'))
          return fetch(input, init);
        await fetch(input, init);
        merges++;
        return new Response(JSON.stringify({ message: 'Merge conflict' }), {
          status: merges === 1 ? 409 : 403,
          headers: { 'content-type': 'application/json' },
        });
      };
      const ledger = await estate.open('a', merging({ fetch: resending }));
      unwrap(await ledger.refresh());
      for (const version of ['v2', 'v3']) {
        const operationId = uuidv7();
        const landed = unwrap(
          await ledger.transact(
            { operationId, what: version },
            deploy({ operationId, app: 'good', version, expectedFrom: null }),
          ),
        );
        expect((await commitsOf(estate.gitDir))[0]).toBe(landed.commit);
      }
      expect(merges).toBe(2);
    });
  });
});

it('an operation is found whatever dates newer commits bear', async () => {
  const ledger = await estate.open('a');
  const base = unwrap(await ledger.refresh()).commit ?? '';
  const [intent, mutate] = wish();
  const landed = unwrap(await ledger.transact(intent, mutate));
  const at = Math.floor(Date.now() / 1000);
  for (const days of [1.5, 400]) {
    await commitFiles(estate.gitDir, { [path]: tagFile(`v${days}`) }, { at: at - days * 86_400 });
    for (const known of [{ base }, {}])
      expect(unwrap(await ledger.findOperation(intent.operationId, known))).toEqual({
        ownCommit: landed.commit,
        commit: landed.commit,
      });
  }
  // A base that is no more in the repo hides nothing either.
  expect(unwrap(await ledger.findOperation(intent.operationId, { base: 'a'.repeat(40) }))?.ownCommit).toBe(
    landed.commit,
  );
});
