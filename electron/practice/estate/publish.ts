import type { BareRepo } from '../git/bare-repo';
import { git } from '../git/command';
import type { SeedApp } from './apps';
import { developers } from './people';
import { addMergedPull } from './seed/app-repo';
import { ImportStream } from './seed/import-stream';
import { createRandom } from './seed/random';
import { inventPull } from './seed/releases';

/** A release that was just made in an app's repo. */
export interface PublishedRelease {
  version: string;
  /** The merge commit that the version's tag names. */
  commit: string;
  pullRequest: number;
}

/**
 * Merges an invented pull request into the app's main and tags it with the next release number, as the app's CI
 * does. Calls for the same repo must not overlap.
 */
export async function publishInto(
  repo: BareRepo,
  app: SeedApp,
  options: { now: Date; migration: boolean },
): Promise<PublishedRelease> {
  const tags = await repo.refs('refs/tags/');
  const numbers = tags.map(({ ref }) => Number(/^refs\/tags\/v(\d+)$/.exec(ref)?.[1] ?? 0));
  const newest = Math.max(app.base, ...numbers);
  const [last] = await repo.log(['-1', '--grep=^Merge pull request #', 'refs/heads/main']);
  const pull = Number(/#(\d+)/.exec(last?.message ?? '')?.[1] ?? app.pull) + 1;
  const random = createRandom((options.now.getTime() + newest) % 2 ** 31);
  const made = inventPull(
    random,
    app,
    { number: pull, mergedAt: options.now, migration: options.migration },
    new Map(),
  );
  const stream = new ImportStream();
  const version = `v${newest + 1}`;
  const merge = addMergedPull(stream, 'refs/heads/main^0', {
    pull: made,
    mergedAt: options.now,
    mergedBy: random.pick(developers),
  });
  stream.ref(`refs/tags/${version}`, merge);
  await git(repo.gitDir, ['fast-import', '--quiet', '--done'], { input: stream.text() });
  const commit = await repo.readRef('refs/heads/main');
  return { version, commit: commit ?? '', pullRequest: pull };
}
