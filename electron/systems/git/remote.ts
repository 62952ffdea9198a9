import { boundedFetch } from './bounded-fetch';
import { quietProgram } from './local-repo';
import { type GitOptions, runGit } from './run-git';

type Asking = Pick<GitOptions, 'signal' | 'auth' | 'stallMs'>;

/** A remote's refs are one answer: 32 MB are 400,000 of them. */
const questions = { stallMs: 20_000, deadlineMs: 60_000, maxBytes: 32 * 1024 * 1024 };
/** What was added since the last fetch, in milliseconds. */
const fetchDeadlineMs = 15 * 60_000;
/** Bytes that a fetch of the release repo may bring: fifty times what GOV.UK's whole history takes. */
const mostFetched = 8e9;

/**
 * The refs of a remote that match the patterns (git-ls-remote(1)): full names are cheap, since the protocol's version 2
 * sends nothing else. No patterns: all branches.
 */
export async function lsRemote(
  url: string,
  patterns: readonly string[],
  options: Asking = {},
): Promise<ReadonlyMap<string, string>> {
  const filter = patterns.length === 0 ? ['--heads'] : [];
  const { stdout } = await runGit(
    [
      'ls-remote',
      '--quiet',
      ...quietProgram(url, 'upload-pack'),
      ...filter,
      '--end-of-options',
      url,
      ...patterns,
    ],
    {
      ...questions,
      ...options,
    },
  );
  return parseLsRemote(stdout.toString('utf8'));
}

/** Names of the remote's tags that begin with a prefix, without `refs/tags/`. */
export async function remoteTags(
  url: string,
  prefix: string,
  options: Asking = {},
): Promise<ReadonlySet<string>> {
  const pattern = `refs/tags/${prefix}*`;
  const { stdout } = await runGit(
    [
      'ls-remote',
      '--quiet',
      ...quietProgram(url, 'upload-pack'),
      '--tags',
      '--refs',
      '--end-of-options',
      url,
      pattern,
    ],
    { ...questions, ...options },
  );
  const refs = parseLsRemote(stdout.toString('utf8'));
  return new Set([...refs.keys()].map((ref) => ref.slice('refs/tags/'.length)));
}

/** The branch that a remote's HEAD names (`main`), `null` when it names none or holds nothing. */
export async function remoteHeadBranch(url: string, options: Asking = {}): Promise<string | null> {
  const { stdout } = await runGit(
    [
      'ls-remote',
      '--quiet',
      ...quietProgram(url, 'upload-pack'),
      '--symref',
      '--end-of-options',
      url,
      'HEAD',
    ],
    {
      ...questions,
      ...options,
    },
  );
  return /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(stdout.toString('utf8'))?.[1] ?? null;
}

/** Lines of `<object id> TAB <ref>`. */
function parseLsRemote(text: string): ReadonlyMap<string, string> {
  const refs = new Map<string, string>();
  for (const line of text.split('\n')) {
    const tab = line.indexOf('\t');
    if (tab > 0) refs.set(line.slice(tab + 1).trim(), line.slice(0, tab));
  }
  return refs;
}

/**
 * Brings a branch from a remote under the ref `into` of a bare repo, wherever it moved (a rewound remote is followed).
 * @throws GitError `branch-missing` when the remote has no such branch.
 */
export async function fetchBranch(
  url: string,
  branch: string,
  options: GitOptions & {
    gitDir: string;
    into: string;
    shallow?: boolean;
    /** Bytes that may come. Default 8 GB. */
    maxFetched?: number | undefined;
  },
): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const { into, shallow, maxFetched = mostFetched, ...rest } = options;
  await boundedFetch(
    [
      '--progress',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-auto-gc',
      '--no-recurse-submodules',
      ...quietProgram(url, 'upload-pack'),
      ...(shallow ? ['--depth=1'] : []),
      '--end-of-options',
      url,
      `+${ref}:${into}`,
    ],
    { deadlineMs: fetchDeadlineMs, maxBytes: questions.maxBytes, maxFetched, ...rest },
  );
}
