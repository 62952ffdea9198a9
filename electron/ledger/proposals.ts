import { createHash } from 'node:crypto';
import { fail, ok } from '../../shared/domain/failure/failure';
import { codeOwnersFiles } from '../../shared/domain/ledger/code-owners';
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
    failure: ledgerFailure(new GitError('other', 'push', `The branch ${branch} already exists.`)),
  };
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
      try {
        const there = await mirror.remoteRef(branchRef(intent.branch), options.signal);
        if (there !== null) return ok({ branch: intent.branch, commit: there, base: null });
      } catch (error) {
        return fail(ledgerFailure(error));
      }
      return parts.make(intent, mutate, options);
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
