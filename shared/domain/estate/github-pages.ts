/** A repo at a GitHub, as the estate file names it. */
export interface GitHubRepo {
  apiUrl: string;
  owner: string;
  repo: string;
}

/**
 * Where people read a GitHub whose API is at an address: `https://api.github.com` is github.com's, an own server has its API
 * under `https://<host>/api/v3` (docs.github.com, "Getting started with the REST API").
 * @returns `null` where it is not spoken to over https, as in practice.
 */
export function gitHubWeb(apiUrl: string): string | null {
  if (!URL.canParse(apiUrl)) return null;
  const { protocol, host } = new URL(apiUrl);
  if (protocol !== 'https:') return null;
  return `https://${host === 'api.github.com' ? 'github.com' : host}`;
}

const page = (apiUrl: string, ...parts: string[]): string | null => {
  const web = gitHubWeb(apiUrl);
  return web && `${web}/${parts.map(encodeURIComponent).join('/')}`;
};

export const teamPage = (apiUrl: string, org: string, team: string): string | null =>
  page(apiUrl, 'orgs', org, 'teams', team);

const personPage = (apiUrl: string, login: string): string | null => page(apiUrl, login);

/** @param commit its whole id; what is none has no page. */
export const commitPage = ({ apiUrl, owner, repo }: GitHubRepo, commit: string): string | null =>
  /^[0-9a-f]{40,64}$/.test(commit) ? page(apiUrl, owner, repo, 'commit', commit) : null;

/** @param path from the repo's root. */
export const filePage = ({ apiUrl, owner, repo }: GitHubRepo, branch: string, path: string): string | null =>
  page(apiUrl, owner, repo, 'blob', ...branch.split('/'), ...path.split('/'));

/** The page of an owner as a CODEOWNERS file names them; an address has none. */
export function ownerPage(apiUrl: string, owner: string): string | null {
  const found = /^@([^/@]+)(?:\/([^/@]+))?$/.exec(owner);
  if (!found) return null;
  const [, first = '', team] = found;
  return team === undefined ? personPage(apiUrl, first) : teamPage(apiUrl, first, team);
}

/** Base of the API of the GitHub where an estate's people are; `null`: it names none. */
export const gitHubOf = (estate: {
  ledger: { github?: { apiUrl: string } | undefined };
  sources?: { github?: { apiUrl: string } | undefined } | undefined;
}): string | null => estate.ledger.github?.apiUrl ?? estate.sources?.github?.apiUrl ?? null;

/**
 * Where people read one of Signalbox's own records; `null`: nowhere that is known, as where they lie in a repo of their own.
 * @param path from the repo's root; empty: what stands before every path.
 */
export function recordPage(
  {
    ledger,
  }: {
    ledger: {
      branch: string;
      github?: GitHubRepo | undefined;
      records?: { url?: string | undefined; branch: string } | undefined;
    };
  },
  path: string,
): string | null {
  if (!ledger.github || ledger.records?.url !== undefined) return null;
  return filePage(ledger.github, ledger.records?.branch ?? ledger.branch, path);
}
