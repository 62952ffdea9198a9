import type { BareRepo, Signature } from '../git/bare-repo';
import { mergeIntoBranch } from '../git/merge-branch';
import type { ImageTagValues, ReleaseRepo } from '../ports';
import { imageTagPath } from './apps';
import { parseImageTagFile, withImageTag } from './image-tag-values';
import { bot, type Person, web } from './people';

const mainRef = 'refs/heads/main';
/** Tries until a change of the same file by somebody else is given up on. */
const mostTries = 8;

/** The release repo as the practice pipeline sees it; see {@link ReleaseRepo}. */
export interface WatchedReleaseRepo extends ReleaseRepo {
  /** Looks whether main moved, and tells the listeners; called after whatever may have moved it. */
  lookAgain(): Promise<void>;
  /** A person's change of one environment's file, as a commit on main by them. @returns the commit. */
  commitAs(
    person: Person,
    change: { repo: string; environment: string; message: string; edit: (text: string) => string },
  ): Promise<string>;
  /**
   * A person's change of any one file, as a commit on main by them.
   * @param change.edit the file's text from what it was, `null`: there was none
   * @returns the commit.
   */
  commitFileAs(
    person: Person,
    change: { path: string; message: string; edit: (text: string | null) => string },
  ): Promise<string>;
}

/**
 * Opens the release repo by plumbing on its bare repo.
 * @param options.away whether the scenario took it away: then everything rejects
 * @param options.botWaits whether the scenario has the bot wait before its commits; left out: never
 */
export async function openReleaseRepo(options: {
  repo: BareRepo;
  away: () => boolean;
  botWaits?: () => boolean;
  now: () => Date;
}): Promise<WatchedReleaseRepo> {
  const { repo, now } = options;
  const listeners = new Set<(commit: string) => void>();
  const cache = new Map<string, Promise<Map<string, ImageTagValues>>>();
  let known = await repo.readRef(mainRef);
  let looking = Promise.resolve();

  const head = async (): Promise<string> => {
    if (options.away()) throw new Error('could not read from the release repo: connection refused');
    const commit = await repo.readRef(mainRef);
    if (commit === null) throw new Error('the release repo has no main');
    return commit;
  };
  const lookAgain = (): Promise<void> => {
    const looked = looking.then(async () => {
      const commit = await repo.readRef(mainRef);
      if (commit === null || commit === known) return;
      known = commit;
      for (const listener of [...listeners]) listener(commit);
    });
    looking = looked.catch(() => {});
    return looked;
  };
  const read = async (commit: string, environment: string): Promise<Map<string, ImageTagValues>> => {
    const values = new Map<string, ImageTagValues>();
    for (const [name, text] of await repo.folder(commit, imageTagPath(environment, '').slice(0, -1))) {
      const parsed = parseImageTagFile(text);
      if (parsed) values.set(name, parsed);
    }
    return values;
  };
  const commitFileAs: WatchedReleaseRepo['commitFileAs'] = async (person, { path, message, edit }) => {
    for (;;) {
      const base = await head();
      const text = await repo.text(base, path);
      const next = edit(text);
      if (next === text) return base;
      const commit = await repo.commitFiles({
        parent: base,
        files: new Map([[path, next]]),
        message,
        author: signed(person),
      });
      if (!(await repo.swapRef(mainRef, base, commit))) continue;
      await lookAgain();
      return commit;
    }
  };
  const signed = (person: Person): Signature => ({ name: person.name, email: person.email, at: now() });

  return {
    head,
    botWaits: () => options.botWaits?.() ?? false,
    lookAgain,
    onMoved(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    async imageTags(commit, environment) {
      const key = `${commit} ${environment}`;
      let found = cache.get(key);
      if (!found) {
        found = read(commit, environment);
        found.catch(() => cache.delete(key));
        cache.set(key, found);
        const [oldest] = cache.keys();
        if (cache.size > 32 && oldest) cache.delete(oldest);
      }
      return new Map(await found);
    },

    async updateImageTag({ repo: app, environment, imageTag, promote }) {
      const path = imageTagPath(environment, app);
      const branch = `update-image-tag/${app}/${environment}/${imageTag}`;
      for (let attempt = 1; attempt <= mostTries; attempt += 1) {
        const base = await head();
        const text = await repo.text(base, path);
        if (text === null) throw new Error(`the release repo has no ${path}`);
        if (parseImageTagFile(text)?.imageTag === imageTag) return base;
        const own = await repo.commitFiles({
          parent: base,
          files: new Map([[path, withImageTag(text, imageTag, promote)]]),
          message: `Update ${app} image tag to ${imageTag} for ${environment}\n`,
          author: signed(bot),
        });
        const ref = `refs/heads/${branch}`;
        await repo.swapRef(ref, await repo.readRef(ref), own);
        const merged = await mergeIntoBranch(repo, {
          ref: mainRef,
          head: own,
          message: `Merge ${branch} into main\n`,
          author: signed(bot),
          committer: signed(web),
        });
        await repo.swapRef(ref, own, null);
        if (merged.outcome === 'conflict') continue;
        await lookAgain();
        return merged.commit;
      }
      throw new Error(`${path} changed under every one of ${mostTries} tries`);
    },

    commitAs(person, { repo: app, environment, message, edit }) {
      const path = imageTagPath(environment, app);
      const change = (text: string | null): string => {
        if (text === null) throw new Error(`the release repo has no ${path}`);
        return edit(text);
      };
      return commitFileAs(person, { path, message, edit: change });
    },
    commitFileAs,
  };
}
