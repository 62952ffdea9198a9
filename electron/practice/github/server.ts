import { createHash, randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { GithubFaults } from '../../systems/practice/faults';
import type { RightsState } from '../../systems/practice/rights';
import { listenOnLoopback } from '../estate/listen-on-loopback';
import { consoleUser, peopleByEmail } from '../estate/people';
import { BareRepo } from '../git/bare-repo';
import { accessOf, type TokenHolder, type Tokens } from '../git/token-access';
import { isInTeam, standardRights } from '../rights/standard-rights';
import type { Actions } from './actions';
import { actionsRoutes } from './actions-api';
import { getBranch, getProtection, getRuleset, listBranches, rulesOfBranch } from './branches-api';
import { compare, getCommit, listCommits, pullsOfCommit } from './commits-api';
import { getContents } from './contents-api';
import type { DeviceFlow } from './device-flow';
import { noGithubFaults } from './faults';
import { answerGraphql, hasNodeId } from './graphql';
import { answerRefUpdateRule, asksForRefUpdateRule } from './graphql-rights';
import { merge } from './merges-api';
import { answerOrg } from './orgs-api';
import { notFound, Problem } from './problem';
import type { Pulls } from './pulls';
import { pullPlace, pullsRoutes } from './pulls-api';
import { createRateLimit, type RateLimit } from './rate-limit';
import { createRef, deleteRef, getRef, getTagObject, listTags, matchingRefs, updateRef } from './refs-api';
import type { Answer, RepoContext } from './repo-context';
import { repository } from './repository-shapes';
import { rateLimits, user } from './shapes';

export interface GithubServerOptions {
  /** Folder of the bare repos, as for the Git server. */
  root: string;
  tokens: Tokens;
  /** Base URL of the Git server, for `clone_url`. */
  gitUrl: string;
  port?: number;
  now?: () => Date;
  /** GitHub Actions; left out, their addresses answer 404. */
  actions?: Actions;
  /** What the estate's people may do, asked at every request; everything, where it is left out. */
  rights?: RightsState;
  /** Pull requests; left out, their addresses answer 404. */
  pulls?: Pulls;
  /** Signing in by code; left out, its addresses ask for a token. */
  deviceFlow?: DeviceFlow;
  /** Awaited after a ref was changed, before the answer. */
  onRefsChanged?: (change: { owner: string; repo: string; holder: TokenHolder }) => Promise<void> | void;
}

export interface GithubServer {
  /** `http://127.0.0.1:<port>`: the base URL of the API. */
  url: string;
  port: number;
  faults: GithubFaults;
  /** Sets faults; connections of a server that is taken away are dropped before this returns. */
  setFaults(change: Partial<GithubFaults>): void;
  close(): Promise<void>;
}

/**
 * The part of GitHub's REST API (version 2022-11-28) that Signalbox uses, on loopback, over the bare repos that the
 * Git server serves: repository, refs, branches, tags, commits, pull requests with their reviews and auto-merge,
 * compare, merges, workflows of GitHub Actions with their runs, jobs and logs, contents, rules of branches, teams, user
 * and rate limit; with tokens, conditional requests, rate-limit headers and GitHub's errors.
 */
export async function startGithubServer(options: GithubServerOptions): Promise<GithubServer> {
  const faults = noGithubFaults();
  const now = options.now ?? (() => new Date());
  const limits = createRateLimit(now);
  const rights = options.rights ?? standardRights('everything');

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (faults.latencyMs > 0) await delay(faults.latencyMs);
    if (faults.down) return void request.socket.destroy();
    response.setHeader('x-github-request-id', requestId());
    response.setHeader('x-github-media-type', 'github.v3; format=json');
    try {
      const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
      if (!faults.failing && (await options.deviceFlow?.answer(request, response, url))) return;
      const access = accessOf(request.headers, options.tokens);
      if (!access.holder)
        throw new Problem(401, access.why === 'missing' ? 'Requires authentication' : 'Bad credentials');
      const { holder } = access;
      response.setHeader('x-oauth-scopes', scopesOf(rights, holder).join(', '));
      const limit = limits.of(holder.login);
      if (faults.rateLimited) limit.exhaust();
      if (url.pathname !== '/rate_limit') limit.spend();
      limit.headers((name, value) => response.setHeader(name, value));
      if (faults.failing) throw new Problem(502, 'Server Error');
      // Asking for the limit is free ("Get rate limit status for the authenticated user").
      if (url.pathname !== '/rate_limit' && limit.exceeded())
        throw new Problem(403, `API rate limit exceeded for user ID ${holder.login}.`, {
          documentation: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api',
        });
      const answer = await route(request, url, holder, limit);
      if (isUnheard(request, url)) return void request.socket.destroy();
      send(request, response, answer, () => limit.giveBack((name, value) => response.setHeader(name, value)));
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(500, 'Server Error');
      request.resume();
      send(request, response, { status: problem.status, body: problem.body(), headers: problem.headers });
    }
  };

  /** Whether the answer to a request is to be lost; once. */
  const isUnheard = ({ method }: IncomingMessage, { pathname }: URL): boolean => {
    if (method !== 'POST') return false;
    const fault = pathname.endsWith('/merges')
      ? 'cutNextMerge'
      : pathname.endsWith('/pulls')
        ? 'cutNextPull'
        : pathname.endsWith('/dispatches')
          ? 'cutNextDispatch'
          : null;
    if (fault === null || !faults[fault]) return false;
    faults[fault] = false;
    return true;
  };

  const route = async (
    request: IncomingMessage,
    url: URL,
    holder: TokenHolder,
    limit: RateLimit,
  ): Promise<Answer> => {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    const api = url.origin;
    if (method === 'GET' && url.pathname === '/user') {
      const person = [...peopleByEmail.values()].find((one) => one.login === holder.login);
      return { status: 200, body: user(api, holder.login, person?.name ?? holder.login) };
    }
    const scopes = scopesOf(rights, holder);
    if (method === 'GET' && /^\/(orgs|user\/teams)(\/|$)/.test(url.pathname))
      return answerOrg({ holder, scopes, rights, url });
    if (method === 'GET' && url.pathname === '/rate_limit')
      return { status: 200, body: rateLimits(limit.state()) };
    if (method === 'POST' && url.pathname === '/graphql') return graphql(request, url, holder);
    const [, owner = '', repo = '', rest = ''] =
      /^\/repos\/([A-Za-z0-9_][\w.-]*)\/([A-Za-z0-9_][\w.-]*)(?:\/(.+))?$/.exec(url.pathname) ?? [];
    const gitDir = path.join(options.root, owner, `${repo}.git`);
    // A repo that is not public is not there for a token without the scope.
    if (repo && !scopes.includes('repo')) throw notFound({ 'x-accepted-oauth-scopes': 'repo' });
    if (!repo || !(await stat(gitDir).catch(() => null))?.isDirectory()) throw notFound();
    if (method !== 'GET' && !holder.write)
      throw new Problem(403, 'Resource not accessible by personal access token');
    const body = method === 'GET' || method === 'DELETE' ? {} : await readJson(request);
    return handle(contextOf({ owner, repo, holder, url, body }), method, decode(rest));
  };

  const contextOf = (asked: {
    owner: string;
    repo: string;
    holder: TokenHolder;
    url: URL;
    body: Record<string, unknown>;
  }): RepoContext => {
    const { owner, repo, holder, url, body } = asked;
    return {
      place: { api: url.origin, owner, repo },
      repo: new BareRepo(path.join(options.root, owner, `${repo}.git`)),
      holder,
      url,
      body,
      gitUrl: options.gitUrl,
      now,
      actions: options.actions ?? null,
      rights,
      pulls: options.pulls ?? null,
      refsChanged: async () => {
        await options.onRefsChanged?.({ owner, repo, holder });
      },
    };
  };

  const graphql = async (request: IncomingMessage, url: URL, holder: TokenHolder): Promise<Answer> => {
    const { pulls } = options;
    const body = await readJson(request);
    if (asksForRefUpdateRule(body)) {
      const isThere = async (place: { owner: string; repo: string; branch: string }): Promise<boolean> =>
        scopesOf(rights, holder).includes('repo') &&
        (await contextOf({ ...place, holder, url, body: {} }).repo.readRef(`refs/heads/${place.branch}`)) !==
          null;
      return {
        status: 200,
        body: await answerRefUpdateRule({ rights, login: holder.login, isThere }, body),
      };
    }
    if (!pulls) throw notFound();
    const find = async (id: string) => {
      const found = pulls.settings.pulls.find((one) => hasNodeId(url.origin, id, one));
      if (!found) return null;
      const [owner = '', repo = ''] = found.repository.split('/');
      const place = pullPlace(contextOf({ owner, repo, holder, url, body: {} }));
      return { place, pull: await pulls.get(place, found.number) };
    };
    return { status: 200, body: await answerGraphql({ pulls, find, login: holder.login }, body) };
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    if (faults.down) socket.destroy();
  });
  const { port, close } = await listenOnLoopback(server, options.port);

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    faults,
    setFaults(change) {
      Object.assign(faults, change);
      if (faults.down) server.closeAllConnections();
      if (change.rateLimited === false) limits.reset();
    },
    close,
  };
}

/** Scopes of a classic token: the console's are switched with its rights, those of others are whole. */
function scopesOf(rights: RightsState, holder: TokenHolder): readonly string[] {
  return holder.login === consoleUser.login ? rights.scopes : ['read:org', 'repo', 'workflow'];
}

type Handler = (context: RepoContext, rest: string) => Promise<Answer>;

/** Method, pattern of the path below the repo, handler; the pattern's first group is handed on. */
const routes: readonly (readonly [string, RegExp, Handler])[] = [
  ['GET', /^$/, getRepository],
  ...actionsRoutes,
  ...pullsRoutes,
  ['GET', /^git\/ref\/(.+)$/, getRef],
  ['GET', /^git\/tags\/([^/]+)$/, getTagObject],
  ['GET', /^git\/matching-refs\/(.*)$/, matchingRefs],
  ['POST', /^git\/refs$/, createRef],
  ['PATCH', /^git\/refs\/(.+)$/, updateRef],
  ['DELETE', /^git\/refs\/(.+)$/, deleteRef],
  ['POST', /^merges$/, merge],
  ['GET', /^compare\/(.+)$/, compare],
  ['GET', /^tags$/, listTags],
  ['GET', /^branches$/, listBranches],
  ['GET', /^branches\/(.+)\/protection$/, getProtection],
  ['GET', /^branches\/(.+)$/, getBranch],
  ['GET', /^rules\/branches\/(.+)$/, rulesOfBranch],
  ['GET', /^rulesets\/(\d+)$/, getRuleset],
  ['GET', /^contents\/(.+)$/, getContents],
  ['GET', /^commits$/, listCommits],
  ['GET', /^commits\/(.+)\/pulls$/, pullsOfCommit],
  ['GET', /^commits\/(.+)$/, getCommit],
];

async function handle(context: RepoContext, method: string, rest: string): Promise<Answer> {
  for (const [wanted, pattern, handler] of routes) {
    const match = wanted === method ? pattern.exec(rest) : null;
    if (match) return handler(context, match[1] ?? '');
  }
  throw notFound();
}

async function getRepository(context: RepoContext): Promise<Answer> {
  const { place, repo, holder, rights, pulls } = context;
  const main = await repo.resolve('refs/heads/main');
  const pushedAt = main ? (await repo.commit(main)).committer.date : '2020-01-01T00:00:00Z';
  const cloneUrl = `${context.gitUrl}/${place.owner}/${place.repo}.git`;
  const admin = isInTeam(rights, 'gov-uk-ci-bots', holder.login);
  const options = { cloneUrl, write: holder.write, admin, pushedAt, pulls: pulls?.settings };
  return { status: 200, body: repository(place, options) };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  onUnchanged?: () => void,
): void {
  const text = answer.body === null ? '' : answer.text ? String(answer.body) : JSON.stringify(answer.body);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (answer.status === 200) {
    const etag = `W/"${createHash('sha256').update(text).digest('hex')}"`;
    response.setHeader('etag', etag);
    response.setHeader('cache-control', 'private, max-age=60, s-maxage=60');
    const known = request.headers['if-none-match'];
    if (known?.split(/,\s*/).includes(etag)) {
      // "Making a conditional request does not count against your primary rate limit if a 304 is returned."
      onUnchanged?.();
      response.writeHead(304).end();
      return;
    }
  }
  if (text === '') {
    response.writeHead(answer.status).end();
    return;
  }
  response.writeHead(answer.status, {
    'content-type': answer.text ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

const mostBody = 1024 * 1024;

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBody) throw new Problem(413, 'Payload too large');
    chunks.push(chunk);
  }
  if (length === 0) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Problem(400, 'Problems parsing JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Problem(400, 'Body should be a JSON object');
  return parsed as Record<string, unknown>;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw notFound();
  }
}

/** As GitHub writes them: five groups of hexadecimal digits. */
function requestId(): string {
  const digits = randomBytes(18).toString('hex').toUpperCase();
  return `${digits.slice(0, 4)}:${digits.slice(4, 10)}:${digits.slice(10, 16)}:${digits.slice(16, 22)}:${digits.slice(22, 30)}`;
}
