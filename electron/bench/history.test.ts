import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type ModelCommit, modelFolder, writeModel } from '../history/testing/model-repo';

const scratch = mkdtempSync(join(tmpdir(), 'signalbox-bench-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Three apps, two environments; every fifth version of an app is one that it had before; one app goes at the end. */
function smallHistory(): ModelCommit[] {
  const tree = new Map<string, string>();
  const commits: ModelCommit[] = [];
  for (let i = 0; i < 120; i += 1) {
    const environment = i % 2 ? 'production' : 'integration';
    const app = `app-${(i >> 1) % 3}`;
    const path = `${modelFolder}/${environment}/${app}`;
    if (i === 119) tree.delete(path);
    else tree.set(path, `image_tag: v${i % 30 < 24 ? i - (i % 2) : (i % 30) - 24 - (i % 2)}\n`);
    commits.push({
      parents: i ? [i - 1] : [],
      tree: new Map(tree),
      at: 1_700_000_000 + i * 3600,
      author: 'Ada',
      message: `Change ${i}\n`,
    });
  }
  return commits;
}

/** What the commits say, counted from their trees. */
function countsOf(commits: readonly ModelCommit[]) {
  const environments: Record<string, number> = {};
  const ran = new Set<string>();
  let returns = 0;
  let last: ReadonlyMap<string, string> = new Map();
  for (const { tree } of commits) {
    for (const [path, text] of tree) {
      if (last.get(path) === text) continue;
      const environment = path.split('/').at(-2) ?? '';
      environments[environment] = (environments[environment] ?? 0) + 1;
      if (ran.has(path + text)) returns += 1;
      ran.add(path + text);
    }
    last = tree;
  }
  const deployments = Object.values(environments).reduce((sum, count) => sum + count, 0);
  return { deployments, environments, apps: 3, returns, live: last.size };
}

const milliseconds = z.number().nonnegative();
const figuresSchema = z.looseObject({
  counts: z.unknown(),
  coldIndex: z.looseObject({ ms: milliseconds, baselineMs: milliseconds, ratio: z.number().positive() }),
  incremental: z.looseObject({ ms: milliseconds }),
  queries: z.record(
    z.string(),
    z.looseObject({ p50: milliseconds, p95: milliseconds, rows: z.number().int() }),
  ),
  peakMemoryMb: z.number(),
  machine: z.string().min(1),
});

it('measures a small repo from the command line, in the promised form and with right counts', async () => {
  const gitDir = join(scratch, 'small.git');
  const commits = smallHistory();
  await writeModel(gitDir, commits);
  const bench = join(import.meta.dirname, '..', 'dev', 'bootstrap.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [
    bench,
    'bench',
    'history',
    '--repo',
    gitDir,
    '--branch',
    'main',
    '--times',
    '3',
    '--json',
  ]);
  const printed: unknown = JSON.parse(stdout);
  const figures = figuresSchema.parse(printed);
  expect(figures.counts).toEqual(countsOf(commits));
  expect(countsOf(commits).returns).toBeGreaterThan(3);
  expect(Object.keys(figures.queries)).toEqual(
    expect.arrayContaining(['feed', 'textApp', 'boardAsOf', 'figuresMonth', 'versionHistory', 'compare']),
  );
  expect(figures.queries.feed?.rows).toBe(100);
});
