import { createHash } from 'node:crypto';
import { fail, ok } from '../../shared/domain/failure/failure';
import { codeOwnersFiles } from '../../shared/domain/ledger/code-owners';
import { parseTrailers } from '../../shared/domain/ledger/trailers';
import type { ObjectReader } from '../systems/git/cat-file';
import { GitError } from '../systems/git/errors';
import { ledgerFailure } from './failures';
import { broughtInBy } from './find-operation';
import type { PushWorld } from './landing-push';
import { landByPush } from './landing-push';
import type { Proposals } from './ledger';
import type { Mirror } from './mirror';
import type { Newest } from './newest';
import type { RemoteWatch } from './remote-watch';
import { waitWithin } from './shared-wait';
import type { Landing } from './transaction';
import { parseTree } from './tree';

/** Hash of a file's text, by which it is known again after days. */
export const textHash = (text: string | null): string =>
  text === null ? 'removed' : createHash('sha256').update(text).digest('hex');

/** GitHub reads no CODEOWNERS file that is larger ("CODEOWNERS file size"). */
const mostOwners = 3 * 1024 * 1024;

const branchRef = (branch: string): string => `refs/heads/${branch}`;

/** Puts a commit on a new branch of the remote. */
export async function landOnBranch(
  { push, remoteRef }: Pick<Mirror, 'push' | 'remoteRef'>,
  { branch, commit, pack }: { branch: string; commit: string; pack: Buffer | undefined },
): Promise<Landing> {
  const world: PushWorld = {
    push: (id) => push({ ref: branchRef(branch), old: null, commit: id }, pack),
    isThere: async (id) => (await remoteRef(branchRef(branch))) === id,
  };
  const landing = await landByPush(world, commit, '');
  if (landing.kind !== 'moved') return landing;
  // It may have been made by this very push, which git sends again by itself.
  const there = await world.isThere(commit).catch(() => false);
  if (there) return { kind: 'landed', commit };
  return {
    kind: 'failed',
    failure: ledgerFailure(new GitError('moved', 'push', `The branch ${branch} already exists.`)),
  };
}

/**
 * Whether a commit is one that an operation made here: this console's copy holds it, with the operation's trailer and the
 * contents that were written down. What others push to a branch of ours is never fetched, so it is not in the copy.
 */
async function isMadeBy(
  objects: ObjectReader,
  commit: string,
  { operationId, files }: { operationId: string; files: Readonly<Record<string, string>> },
): Promise<boolean> {
  const object = await objects.read(commit);
  if (object?.type !== 'commit') return false;
  const [, message = ''] = object.content.toString('utf8').split(/\n\n(.*)/s);
  if (parseTrailers(message)?.operation !== operationId) return false;
  for (const [path, hash] of Object.entries(files)) {
    const id = await blobAt(objects, commit, path);
    const text = id === null ? null : ((await objects.read(id))?.content.toString('utf8') ?? null);
    if (textHash(text) !== hash) return false;
  }
  return true;
}

/** Id of a file at a commit; `null`: there is none. */
async function blobAt(objects: ObjectReader, commit: string, path: string): Promise<string | null> {
  const head = (await objects.read(commit))?.content.toString('utf8') ?? '';
  let id = /^tree ([0-9a-f]+)$/m.exec(head)?.[1] ?? null;
  let kind: string = 'tree';
  for (const part of path.split('/')) {
    const tree = id === null || kind !== 'tree' ? null : await objects.read(id);
    const entries = tree ? parseTree(tree.content, commit.length / 2) : [];
    const entry = entries.find(({ name }) => name === part);
    id = entry?.id ?? null;
    kind = entry?.kind ?? '';
  }
  return kind === 'file' || kind === 'executable' ? id : null;
}

/** @param make pushes the commit that `mutate` wants to the branch; see `writes.ts`. */
export function createProposals(parts: {
  mirror: Mirror;
  objects: ObjectReader;
  newest: Newest;
  remoteWatch: RemoteWatch;
  closing: AbortSignal;
  make: Proposals['propose'];
}): Proposals {
  const { mirror, objects, newest, remoteWatch, closing } = parts;
  return {
    propose: async (intent, mutate, options) => {
      const { branch, operationId } = intent;
      const { made, signal } = options;
      const look = async (): ReturnType<Proposals['propose']> => {
        const there = await mirror.remoteRef(branchRef(branch), signal);
        if (there === null) return ok(null);
        const isOwn =
          made !== null &&
          (there === made.commit || (await isMadeBy(objects, there, { operationId, files: made.files })));
        return ok(isOwn ? { branch, commit: there, base: null } : 'taken');
      };
      try {
        const before = await look();
        if (before.ok && before.value !== null) return before;
        const pushed = await parts.make(intent, mutate, options);
        if (pushed.ok || pushed.failure.code !== 'conflict') return pushed;
        // Made meanwhile: by a push of an earlier process that came late, or by somebody else.
        const after = await look();
        return after.ok && after.value !== null ? after : pushed;
      } catch (error) {
        return fail(ledgerFailure(error));
      }
    },
    withdraw: async ({ branch, commit }) => {
      const ref = branchRef(branch);
      try {
        await mirror.push({ ref, old: commit, commit: null });
        return ok('gone');
      } catch (error) {
        // Where it cannot be asked either, the first error is the one to tell.
        const there = await mirror.remoteRef(ref).catch(() => undefined);
        if (there === null) return ok('gone');
        if (there !== undefined && there !== commit) return ok('left');
        return fail(ledgerFailure(error));
      }
    },
    broughtIn: async (commit, signal) => {
      try {
        await waitWithin(remoteWatch.checkFromNow(), closing, signal);
        await newest.settled();
        const { gitDir, ref } = mirror;
        return ok(
          (await broughtInBy(commit, { gitDir, ref, ...(signal ? { signal } : {}) }))?.commit ?? null,
        );
      } catch (error) {
        return fail(ledgerFailure(error));
      }
    },
    codeOwners: async (commit) => {
      try {
        for (const file of codeOwnersFiles) {
          const id = await blobAt(objects, commit, file);
          const info = id === null ? null : await objects.info(id);
          if (id === null || info === null) continue;
          if (info.size > mostOwners) return ok(null);
          return ok((await objects.read(id))?.content.toString('utf8') ?? null);
        }
        return ok(null);
      } catch (error) {
        return fail(ledgerFailure(error));
      }
    },
  };
}
