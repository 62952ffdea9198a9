import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { defaultImageTagPath, type Estate, estateSchema } from '../../shared/domain/estate/estate';
import { openedReadOnly } from '../../shared/domain/estate/read-only';
import { FailureError, fail, ok, type Result } from '../../shared/domain/failure/failure';
import { chainOrder, imageTagLayout } from '../../shared/domain/ledger/layout';
import { GitError } from '../systems/git/errors';
import { findGitDir } from '../systems/git/init';
import { headRef, resolveRef } from '../systems/git/refs';
import { lsRemote, remoteHeadBranch } from '../systems/git/remote';
import { readTrustedFolders } from '../systems/git/safe-directory';
import { canSpeakDirectly, openSmartHttp } from '../systems/git/smart-http';
import { ledgerFailure } from './failures';
import { detachedHead, localFolder } from './in-place';
import type { LedgerConfig, Snapshot } from './ledger';
import { readBoard } from './ledger-board';

/** How a repo that somebody named on the command line is opened: where it lies when it is local, else as a mirror. */
export interface LedgerTarget {
  ledger: Estate['ledger'];
  inPlace: boolean;
}

/**
 * Looks at what `--ledger` names: a bare repo, a work tree, a `file://` URL, or any other Git address.
 * The branch is the one that HEAD names there; of a local repo whose HEAD is on no branch, as a build server checks it
 * out, it is {@link detachedHead}: the commit that was checked out, and nothing else, is what whoever named it means.
 * @param knownBranch of an address whose remote does not answer, where it was opened before; left out: it is not known.
 * Fails with `not-found` or `bad-data` where a path leads to no repo, `invalid-input` for an address that is none.
 */
export async function ledgerTarget(
  address: string,
  knownBranch: (url: string) => Promise<string | null> = async () => null,
): Promise<Result<LedgerTarget>> {
  try {
    await readTrustedFolders();
    const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) && !/^file:/i.test(address);
    const path = isUrl ? null : localFolder(address);
    // Not there, or not for us: either way it is no folder that can be opened.
    const exists = path !== null && (await stat(path).catch(() => null)) !== null;
    const isScpLike = path !== null && !exists && /^[^/\\]+@?[^/\\]*:/.test(path) && !isAbsolute(path);
    if (!isUrl && !isScpLike) {
      if (!exists || path === null)
        throw new FailureError({
          code: 'not-found',
          message: `Nothing found at ${address}.`,
          meaning: 'No release repo was opened.',
          next: [{ do: 'advice', label: 'Check the path.' }],
        });
      const folder = resolve(path);
      const head = await headRef(await findGitDir(folder));
      return ok({ ledger: parseLedger(folder, await branchOf(folder, head)), inPlace: true });
    }
    const asGiven = parseLedger(address, 'main');
    const branch = await remoteHeadBranch(address).catch(
      async (error: unknown) => (await knownBranch(asGiven.url)) ?? explained(asGiven.url, error),
    );
    return ok({ ledger: parseLedger(asGiven.url, branch ?? 'main'), inPlace: false });
  } catch (error) {
    return fail(ledgerFailure(error));
  }
}

/** HEAD's branch where it has a commit, else `main` or `master`, whichever is there, else the only one. */
async function branchOf(folder: string, head: string | null): Promise<string> {
  const gitDir = await findGitDir(folder);
  if (head === null && (await resolveRef(detachedHead, { gitDir }))) return detachedHead;
  for (const ref of [head, 'refs/heads/main', 'refs/heads/master'])
    if (ref && (await resolveRef(ref, { gitDir }))) return ref.replace('refs/heads/', '');
  const [only, another] = [...(await lsRemote(gitDir, [])).keys()];
  return (
    (another === undefined ? only : undefined)?.replace('refs/heads/', '') ??
    head?.replace('refs/heads/', '') ??
    'main'
  );
}

/** Git does not say where a redirect leads: it is asked for here, without credentials. */
async function explained(url: string, error: unknown): Promise<never> {
  if (!(error instanceof GitError) || error.kind !== 'redirected' || !canSpeakDirectly(url)) throw error;
  const http = openSmartHttp(url);
  try {
    await http.refAt('HEAD');
  } catch (better) {
    if (better instanceof GitError && better.kind === 'redirected') throw better;
  } finally {
    http.close();
  }
  throw error;
}

function parseLedger(url: string, branch: string): Estate['ledger'] {
  const parsed = estateSchema.shape.ledger.safeParse({ url, branch });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new GitError('other', 'remote', `${issue?.path.join('.')} ${issue?.message}`);
}

/** What {@link LedgerConfig} needs to open a target for reading alone. */
export function readOnlyConfig(target: LedgerTarget, dir: string): LedgerConfig {
  return {
    estate: { ledger: target.ledger },
    dir,
    inPlace: target.inPlace,
    readOnlyBecause: openedReadOnly,
    identity: { name: 'Signalbox', email: 'signalbox@localhost' },
  };
}

/**
 * A read-only estate made of what a release repo holds: its environments are the folders found, in the known order,
 * unknown ones after them and in no pipeline. Fails with `bad-data` when there is no file in GOV.UK's layout.
 */
export function detectEstate(snapshot: Snapshot, ledger: Estate['ledger'], name: string): Result<Estate> {
  const layout = imageTagLayout(defaultImageTagPath);
  const { chain, apart } = chainOrder(readBoard(snapshot, layout).environments.keys());
  if (chain.length + apart.length === 0)
    return fail({
      code: 'bad-data',
      message: 'This repo has no image-tag files in the known layout.',
      meaning: `There are none at ${defaultImageTagPath}.`,
      next: [{ do: 'advice', label: 'Write a signalbox.yaml that sets the layout in ledger.imageTagPath.' }],
    });
  return ok(
    estateSchema.parse({
      name,
      ledger,
      environments: [...chain, ...apart].map((environment) => ({
        name: environment,
        tier: environment === 'production' ? 'production' : 'standard',
      })),
      pipelines: chain.length > 0 ? [{ name: 'apps', kind: 'apps', environments: chain }] : [],
    }),
  );
}
