import { FailureError } from '../../shared/domain/failure/failure';
import { noLog } from '../log/log';
import { GitError } from '../systems/git/errors';
import type { GitObject } from '../systems/git/make-commit';
import { encodePack } from '../systems/git/write-objects';
import { createGitHub, type GitHub, gitHubFailure } from '../systems/github/github-client';
import { mergeBranch } from '../systems/github/merges';
import { ledgerFailure } from './failures';
import { broughtInBy } from './find-operation';
import type { MergeWorld } from './landing-merge';
import type { LedgerConfig, Snapshot } from './ledger';
import type { Mirror } from './mirror';

interface Parts {
  config: LedgerConfig;
  mirror: Mirror;
  /** What the commit adds to its base. */
  objects: readonly GitObject[] | null;
  /** Message of the merge commit. */
  message: string;
  fetch(): Promise<Snapshot>;
  /** Resolves once the mirror's ref stands where the newest snapshot does. */
  settled(): Promise<void>;
  snapshotAt(commit: string): Promise<Snapshot>;
}

/** The landing by merge against a real remote and a real GitHub. */
export function mergeWorld(parts: Parts): MergeWorld {
  const { config, mirror } = parts;
  const { github: place, branch: main } = config.estate.ledger;
  const ref = (branch: string): string => `refs/heads/${branch}`;
  const client = (): GitHub => {
    if (!place)
      throw new FailureError({
        code: 'invalid-input',
        message: 'The estate file does not say where the release repo\u2019s GitHub is.',
        meaning: 'The landing merge-branch goes by GitHub\u2019s merges API. Nothing was changed.',
        next: [{ do: 'open-settings', label: 'Add ledger.github to signalbox.yaml' }],
      });
    return createGitHub({
      apiUrl: place.apiUrl,
      token: async () => (await config.githubToken?.()) ?? (await config.credentials?.())?.password ?? null,
      fetch: config.fetch,
    });
  };
  return {
    log: config.log ?? noLog,
    pushBranch: async (branch, commit) =>
      mirror.push(
        { ref: ref(branch), old: null, commit },
        // The base is on the main branch of the remote, so it needs no more than this.
        parts.objects ? await encodePack(parts.objects) : undefined,
      ),
    branchIsAt: async (branch, commit) => (await mirror.remoteRef(ref(branch))) === commit,
    deleteBranch: (branch, commit) => mirror.push({ ref: ref(branch), old: commit, commit: null }),
    merge: async (commit) => {
      const { owner = '', repo = '' } = place ?? {};
      return mergeBranch(
        client(),
        { owner, repo, base: main, head: commit, message: parts.message },
        AbortSignal.timeout(30_000),
      );
    },
    mergeFailure: (error) => {
      if (error instanceof FailureError) return { failure: ledgerFailure(error), heard: 'nothing-sent' };
      if (error instanceof GitError) return { failure: ledgerFailure(error), heard: 'nothing' };
      const status = statusOf(error);
      const failure = gitHubFailure(error, 'merging the change into the release repo');
      return { failure, heard: status === null || status >= 500 ? 'nothing' : 'refusal' };
    },
    broughtInBy: async (commit) => {
      await parts.fetch();
      await parts.settled();
      return broughtInBy(commit, { gitDir: mirror.gitDir, ref: mirror.ref });
    },
    snapshotAt: async (commit) => {
      await parts.fetch();
      return parts.snapshotAt(commit);
    },
  };
}

const statusOf = (error: unknown): number | null =>
  typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
    ? error.status
    : null;
