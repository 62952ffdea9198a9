import { FailureError, ok, type Result } from '../../shared/domain/failure/failure';
import { proposalFolder } from '../../shared/domain/route/pull-request-text';
import type { ObjectReader } from '../systems/git/cat-file';
import type { MadeCommit } from '../systems/git/make-commit';
import { writeCommit } from '../systems/git/sign-commit';
import { encodePack } from '../systems/git/write-objects';
import { broughtInBy, landedAmong } from './find-operation';
import { landByMerge } from './landing-merge';
import { landByPush } from './landing-push';
import type {
  Identity,
  Intent,
  Landed,
  LedgerConfig,
  Mutation,
  Proposals,
  Snapshot,
  TransactionFailure,
  TransactOptions,
} from './ledger';
import { mergeWorld } from './merge-world';
import type { Mirror } from './mirror';
import type { Newest } from './newest';
import { landOnBranch, textHash } from './proposals';
import type { RemoteWatch } from './remote-watch';
import { waitWithin } from './shared-wait';
import type { SnapshotReader } from './snapshot';
import { type Landing, transact } from './transaction';

/** What a transaction is made with. */
interface WriteParts {
  config: LedgerConfig;
  mirror: Mirror;
  objects: ObjectReader;
  reader: SnapshotReader;
  newest: Newest;
  remoteWatch: RemoteWatch;
  closing: AbortSignal;
  snapshotAt(commit: string): Promise<Result<Snapshot>>;
}

/** What every way of landing has in common. `made`: the last commit that was made, with its objects. */
function commonParts({ config, mirror, objects, reader, newest, remoteWatch, closing }: WriteParts) {
  let last: MadeCommit | null = null;
  return {
    made: () => last,
    identity: config.identity,
    snapshot: () => newest.snapshot,
    fetch: (signal?: AbortSignal) => waitWithin(remoteWatch.fetchNow(), closing, signal),
    commit: (
      base: string,
      files: ReadonlyMap<string, { content: Uint8Array; executable: boolean } | null>,
      message: string,
      author: Identity,
      signal?: AbortSignal,
    ) =>
      remoteWatch.mended(async () => {
        const at = Math.floor(Date.now() / 1000);
        last = await writeCommit(
          objects,
          mirror.gitDir,
          { base, files, message, author, at },
          { signs: config.signs?.() ?? false, ...(signal ? { signal } : {}) },
        );
        return last.id;
      }),
    placeProblem: async (snapshot: Snapshot, path: string) =>
      snapshot.commit ? remoteWatch.mended(() => reader.placeProblem(snapshot.commit ?? '', path)) : null,
  };
}

/** One transaction on the real mirror, by the landing that the estate names. */
export function write<T>(
  parts: WriteParts,
  intent: Intent,
  mutate: (snapshot: Snapshot) => Mutation<T>,
  options: TransactOptions,
): Promise<Result<Landed<T>, TransactionFailure>> {
  const { config, mirror, remoteWatch } = parts;
  const { gitDir } = mirror;
  const merges = config.estate.ledger.landing === 'merge-branch';
  const { made, ...common } = commonParts(parts);
  return transact(
    {
      ...common,
      branchFor: ({ operationId }, attempt) =>
        merges
          ? `${proposalFolder(config.estate.ledger)}${operationId.replace(/[^A-Za-z0-9-]/g, '-')}${attempt > 1 ? `-${attempt}` : ''}`
          : undefined,
      land: ({ commit, base, branch, again }): Promise<Landing> =>
        branch === undefined
          ? byPush(parts, commit, base, made())
          : landByMerge(byMerge(parts, intent, branch, made()), commit, base, branch, again),
      landedAmong: (commits, base, tip) => landedAmong(commits, base, { gitDir, ref: tip }),
      landed: (commit, base) => remoteWatch.landed(commit, base),
    },
    intent,
    mutate,
    options,
  );
}

async function byPush(
  { mirror, newest, remoteWatch }: WriteParts,
  commit: string,
  base: Snapshot,
  made: MadeCommit | null,
): Promise<Landing> {
  const { gitDir, ref } = mirror;
  const pack = made && (await encodePack(made.objects));
  return landByPush(
    {
      push: (id, from) => mirror.push({ ref, old: from, commit: id }, pack ?? undefined),
      isThere: async (id) => {
        await remoteWatch.fetchNow();
        await newest.settled();
        return (await broughtInBy(id, { gitDir, ref })) !== null;
      },
    },
    commit,
    base.commit ?? '',
  );
}

function byMerge(parts: WriteParts, intent: Intent, branch: string, made: MadeCommit | null) {
  return mergeWorld({
    config: parts.config,
    mirror: parts.mirror,
    objects: made?.objects ?? null,
    message: `Merge ${branch}: ${intent.what}`,
    fetch: () => parts.remoteWatch.fetchNow(),
    settled: () => parts.newest.settled(),
    snapshotAt: async (commit) => {
      const read = await parts.snapshotAt(commit);
      if (!read.ok) throw new FailureError(read.failure);
      return read.value;
    },
  });
}

/** Makes a commit as {@link write} does, and pushes it to a branch of its own. */
export async function propose(
  parts: WriteParts,
  intent: Intent & { branch: string },
  mutate: (snapshot: Snapshot) => Mutation<null>,
  { signal, onPrepared }: Pick<Parameters<Proposals['propose']>[2], 'signal' | 'onPrepared'>,
): ReturnType<Proposals['propose']> {
  const { branch } = intent;
  const { made, ...common } = commonParts(parts);
  const result = await transact<null>(
    {
      ...common,
      branchFor: () => branch,
      land: async ({ commit }) => {
        const objects = made()?.objects;
        return landOnBranch(parts.mirror, {
          branch,
          commit,
          pack: objects ? await encodePack(objects) : undefined,
        });
      },
      // Nothing here moves main, and nobody else the branch.
      landedAmong: async () => null,
      landed: async () => {},
    },
    intent,
    mutate,
    {
      ...(signal ? { signal } : {}),
      onPrepared: ({ commit, base, files = new Map() }) =>
        onPrepared?.({
          commit,
          base,
          files: Object.fromEntries([...files].map(([path, text]) => [path, textHash(text)])),
        }),
    },
  );
  if (!result.ok) return result;
  const { changed, ownCommit, base } = result.value;
  return ok(changed ? { branch, commit: ownCommit, base: base.commit } : null);
}
