import { owner, type SeedApp } from '../apps';
import { developers, web } from '../people';
import { after, day, hour } from './calendar';
import { ImportStream } from './import-stream';
import type { Random } from './random';
import { firstFiles, historyBegin, inventPull, type Pull, type Release } from './releases';

/** Message of GitHub's merge commit. */
const pullMessage = (pull: Pick<Pull, 'number' | 'branch' | 'title'>): string =>
  `Merge pull request #${pull.number} from ${owner}/${pull.branch}\n\n${pull.title}\n`;

/** Adds a pull request's commits and its merge onto main. @returns the merge's mark. */
export function addMergedPull(
  stream: ImportStream,
  main: number | string,
  release: Pick<Release, 'pull' | 'mergedAt' | 'mergedBy'>,
): number {
  let tip = main;
  const files: Record<string, string> = {};
  for (const commit of release.pull.commits) {
    tip = stream.commit('refs/heads/main', { ...commit, from: tip });
    Object.assign(files, commit.files);
  }
  return stream.commit('refs/heads/main', {
    author: release.mergedBy,
    committer: web,
    at: release.mergedAt,
    message: pullMessage(release.pull),
    from: main,
    ...(typeof tip === 'number' ? { merge: tip } : {}),
    files,
  });
}

/** The import stream of an app's repo: its releases with their tags, and two branches that are not merged yet. */
export function appRepoStream(
  random: Random,
  app: SeedApp,
  releases: readonly Release[],
  now: Date,
): { stream: string; branches: readonly string[] } {
  const stream = new ImportStream();
  const files = firstFiles(app);
  let main = stream.commit('refs/heads/main', {
    author: random.pick(developers),
    at: after(historyBegin(now), -day),
    message: `Begin ${app.repo}\n`,
    files: Object.fromEntries(files),
  });
  stream.ref(`refs/tags/v${app.base}`, main);
  for (const release of releases) {
    main = addMergedPull(stream, main, release);
    stream.ref(`refs/tags/v${release.version}`, main);
    for (const commit of release.pull.commits)
      for (const [path, content] of Object.entries(commit.files)) files.set(path, content);
  }
  const branches: string[] = [];
  for (let index = 0; index < 2; index += 1) {
    const pull = inventPull(
      random,
      app,
      { number: 0, mergedAt: after(now, -random.int(3, 20) * hour), migration: false },
      files,
    );
    const branch = index === 0 ? pull.branch : `bump-rails-${random.int(2, 9)}`;
    if (branches.includes(branch)) continue;
    branches.push(branch);
    let tip: number = main;
    for (const commit of pull.commits) tip = stream.commit(`refs/heads/${branch}`, { ...commit, from: tip });
  }
  return { stream: stream.text(), branches };
}
