import path from 'node:path';
import type { Look } from '../../../shared/contract/connect';
import type { EstateAmendment } from '../../../shared/domain/estate/amend-estate';
import { amendEstate } from '../../../shared/domain/estate/amend-estate';
import { defaultImageTagPath, type Estate, estateSchema } from '../../../shared/domain/estate/estate';
import { parseEstate } from '../../../shared/domain/estate/parse-estate';
import { reachOf } from '../../../shared/domain/estate/reach-of';
import { openedReadOnly } from '../../../shared/domain/estate/read-only';
import { FailureError, unwrap } from '../../../shared/domain/failure/failure';
import { chainOrder, imageTagLayout } from '../../../shared/domain/ledger/layout';
import { ledgerFailure } from '../../ledger/failures';
import type { Credentials, Ledger } from '../../ledger/ledger';
import { readBoard } from '../../ledger/ledger-board';
import { openLedger } from '../../ledger/open-ledger';
import { basicAuth } from '../../ledger/remote-auth';
import type { Log } from '../../log/log';
import { GitError } from '../../systems/git/errors';
import { fileAt } from '../../systems/git/file-at';
import { remoteHeadBranch } from '../../systems/git/remote';
import { askHostKey } from '../../systems/ssh/host-key';
import { sshAddressOf } from '../../systems/ssh/ssh-address';
import { mostEstateBytes } from '../choose-estate';
import { estateFileInRepo } from '../estates/connected';
import { estateFolder } from '../open-session';

/** A release repo that somebody named in the window, with how they sign in to it. */
export interface RepoWish {
  url: string;
  branch: string | null;
  imageTagPath: string | null;
  credentials: Credentials | null;
}

/** What was found, with what connecting needs of it. */
export interface FoundRepo {
  look: Look;
  /** `null`: nothing to connect to was found. */
  found: { url: string; branch: string; imageTagPath: string; text: string | null; name: string } | null;
}

/** An address as the estate file takes it. @throws FailureError `invalid-input` saying why it can't be one. */
function checkedLedger(url: string, branch: string, imageTagPath: string): Estate['ledger'] {
  const parsed = estateSchema.shape.ledger.safeParse({ url, branch, imageTagPath });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const subject = { url: 'The address', branch: 'The branch', imageTagPath: 'The path' };
  throw new FailureError({
    code: 'invalid-input',
    message: `${subject[String(issue?.path[0]) as 'url'] ?? 'This'} ${issue?.message ?? 'is not valid'}.`,
    meaning: 'Nothing was asked.',
    next: [],
  });
}

/** A server that nobody confirmed yet; `null`: it is known, or the address leads by no SSH. */
async function unknownHost(url: string): Promise<Look | null> {
  const address = sshAddressOf(url);
  if (!address) return null;
  const answer = await askHostKey(address);
  // What else is wrong is told by Git, in its words for the release repo.
  if (answer.state !== 'unknown') return null;
  return {
    outcome: 'host-key',
    host: address.port === null ? address.host : `${address.host}:${address.port}`,
    keys: answer.keys.map(({ type, fingerprint }) => ({ type, fingerprint })),
  };
}

/**
 * Looks into a release repo without changing anything in it: whether it has an estate file, else which environments its
 * image tags are of. What is copied is what the estate is opened with afterwards.
 * @throws FailureError when it can't be read, or its estate file is none.
 */
export async function lookIntoRepo(
  wish: RepoWish,
  around: { userData: string; log: Log },
): Promise<FoundRepo> {
  const { url, credentials } = wish;
  const imageTagPath = wish.imageTagPath ?? defaultImageTagPath;
  checkedLedger(url, wish.branch ?? 'main', imageTagPath);
  const question = await unknownHost(url);
  if (question) return { look: question, found: null };
  let head: string | null;
  try {
    head = wish.branch ?? (await remoteHeadBranch(url, { auth: basicAuth(url, credentials) }));
  } catch (error) {
    throw new FailureError(ledgerFailure(error));
  }
  const place = checkedLedger(url, head ?? 'main', imageTagPath);
  const { branch } = place;
  const ledger = unwrap(
    await openLedger({
      estate: { ledger: place },
      dir: path.join(estateFolder(around.userData, place), 'mirror'),
      credentials: async () => credentials,
      identity: { name: 'Signalbox', email: 'signalbox@localhost' },
      readOnlyBecause: openedReadOnly,
      log: around.log,
    }),
  );
  try {
    unwrap(await ledger.refresh());
    const text = await estateText(ledger);
    if (text !== null) return fromFile(text, { url, branch, imageTagPath });
    const layout = imageTagLayout(imageTagPath);
    const { chain, apart } = chainOrder(readBoard(ledger.snapshot(), layout).environments.keys());
    const names = [...chain, ...apart];
    if (names.length === 0) return { look: { outcome: 'no-layout', branch, imageTagPath }, found: null };
    const name = repoName(url);
    return {
      look: {
        outcome: 'found',
        branch,
        by: 'layout',
        name,
        environments: names.map((environment) => ({
          name: environment,
          tier: environment === 'production' ? 'production' : 'standard',
          context: null,
          wrapper: [],
          argoCd: null,
          argoWorkflows: null,
        })),
        chain: chain.length > 0 ? chain : names,
        hosts: [],
        commands: [],
      },
      found: { url, branch, imageTagPath, text: null, name },
    };
  } finally {
    await ledger.close();
  }
}

const repoName = (url: string): string =>
  path.posix
    .basename(
      url
        .replace(/[/\\]+$/, '')
        .replaceAll('\\', '/')
        .replace(/^.*:(?!\/)/, ''),
    )
    .replace(/\.git$/, '') || 'Release repo';

/** The estate file at the tip; `null`: there is none. @throws FailureError `too-large`. */
async function estateText(ledger: Ledger): Promise<string | null> {
  const { commit } = ledger.snapshot();
  if (commit === null) return null;
  try {
    const bytes = await fileAt(estateFileInRepo, {
      gitDir: ledger.gitDir,
      commit,
      maxBytes: mostEstateBytes,
    });
    return bytes === null ? null : bytes.toString('utf8');
  } catch (error) {
    if (!(error instanceof GitError) || error.kind !== 'overlong')
      throw new FailureError(ledgerFailure(error));
    throw new FailureError({
      code: 'too-large',
      message: `${estateFileInRepo} in the release repo is too large for an estate file.`,
      meaning: 'It was not read. An estate file is 1 MB at most.',
      next: [],
    });
  }
}

/** The release repo is where the person found it, whatever the file calls it. */
export const ledgerAmendment = (url: string, branch: string): EstateAmendment['ledger'] => ({ url, branch });

function fromFile(text: string, place: { url: string; branch: string; imageTagPath: string }): FoundRepo {
  const { url, branch } = place;
  const parsed = parseEstate(text, estateFileInRepo, (value) =>
    amendEstate(value, { ledger: ledgerAmendment(url, branch) }),
  );
  if (!parsed.ok) throw new FailureError(parsed.failure);
  const estate = parsed.value;
  const { hosts, commands } = reachOf(estate);
  return {
    look: {
      outcome: 'found',
      branch,
      by: 'file',
      name: estate.name,
      environments: estate.environments.map(({ name, tier, cluster, argo }) => ({
        name,
        tier,
        context: cluster?.context ?? null,
        wrapper: cluster?.exec?.wrapper ?? [],
        argoCd: argo?.cd?.url ?? null,
        argoWorkflows: argo?.workflows?.url ?? null,
      })),
      chain: estate.pipelines[0]?.environments ?? [],
      hosts,
      commands,
    },
    found: { ...place, text, name: estate.name },
  };
}
