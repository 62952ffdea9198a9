import { GitHubTrouble } from './github-trouble';

/** Redirects that are followed in a row: GitHub sends on from a name that a repo had to the number that it has. */
const most = 5;
const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

/** Where an answer leads; `null`: nowhere. */
function leadsTo(answer: Response, from: string): URL | null {
  const location = isRedirect(answer.status) ? answer.headers.get('location') : null;
  return location !== null && URL.canParse(location, from) ? new URL(location, from) : null;
}

/**
 * `fetch` for GitHub's API, which answers at the name that a repo or its owner had with a redirect ("Best practices for
 * using the REST API", "Follow redirects"). It is followed on the same scheme, host and port alone: nothing of a request,
 * which may hold a commit's text or a workflow's inputs, goes to a server that the estate does not name. A request that was
 * redirected was not carried out, so it is sent again as it was: `fetch` itself makes a GET of a POST at 301 and 302,
 * which would read where something was to be made.
 * Rejects with a `GitHubTrouble`, `elsewhere`, where the answer leads to another server.
 */
export const sameServerFetch =
  (inner: typeof fetch): typeof fetch =>
  async (input, init = {}) => {
    let url = input instanceof Request ? input.url : String(input);
    let asked: RequestInit = { ...init, redirect: 'manual' };
    for (let step = 0; ; step++) {
      const answer = await inner(url, asked);
      const next = leadsTo(answer, url);
      if (next === null) return answer;
      await answer.body?.cancel();
      if (next.origin !== new URL(url).origin)
        throw new GitHubTrouble('elsewhere', next.origin.slice(0, 200));
      if (step === most) throw new GitHubTrouble('elsewhere', `more than ${most} redirects in a row`);
      if (answer.status === 303) asked = { ...asked, method: 'GET', body: null };
      url = next.href;
    }
  };
