import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { GitFaults } from '../../systems/practice/faults';
import { listenOnLoopback } from '../estate/listen-on-loopback';
import { type BranchChange, type BranchRefusal, pullRequestNeeded } from '../rights/branch-rules';
import { runBackend } from './backend';
import { noGitFaults } from './faults';
import { protectionHooks, refusalWords } from './protection';
import { accessOf, type TokenHolder, type Tokens } from './token-access';

export interface GitServerOptions {
  /** Folder of the bare repos; `<root>/<owner>/<repo>.git` is served at `<url>/<owner>/<repo>.git`. */
  root: string;
  /** Who may come in; without a known token every request is answered by 401. */
  tokens: Tokens;
  /** Wanted port; another one when it is taken, any free one when it is left out. */
  port?: number;
  /** Why a change of a branch is refused; `null` or left out: it is not. Asked for main alone. */
  refuses?: (change: BranchChange) => BranchRefusal | null;
  /** Called once a push was served (whether or not it moved a ref). */
  onPush?: (push: { owner: string; repo: string; holder: TokenHolder }) => void;
}

export interface GitServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end and without credentials. */
  url: string;
  port: number;
  /** Set its fields to make things go wrong; takes effect at once. */
  faults: GitFaults;
  /** Sets faults; a server that is taken away drops its connections before this returns. */
  setFaults(change: Partial<GitFaults>): void;
  close(): Promise<void>;
}

interface Wanted {
  gitDir: string;
  owner: string;
  repo: string;
  service: 'git-upload-pack' | 'git-receive-pack';
  /** Path below the bare repo, as http-backend wants it. */
  rest: string;
}

/**
 * Serves bare repos by Git's smart HTTP protocol on loopback, through `git http-backend` (git-http-backend(1)):
 * protocol versions 0 to 2, gzip and chunked bodies, `Expect: 100-continue`, nothing held in memory.
 * Answers: 401 without or with a wrong token, 403 for a push with a token that only reads, 404 for anything that is
 * no bare repo below `root`.
 * @throws when git is missing
 */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const root = path.resolve(options.root);
  const faults = noGitFaults();
  const running = new Set<AbortController>();
  let pushes = 0;
  /** What becomes of the push that came just now. */
  const cutOf = (): GitFaults['cutNextPush'] => {
    const { cutNextPush, unheardEvery } = faults;
    faults.cutNextPush = null;
    pushes++;
    return cutNextPush ?? (unheardEvery > 0 && pushes % unheardEvery === 0 ? 'unheard' : null);
  };

  const protectionOf = async ({ owner, repo }: Wanted, { login }: TokenHolder) => {
    const refusal = faults.protectedMain
      ? { code: 'GH006' as const, reasons: [pullRequestNeeded] }
      : (options.refuses?.({ owner, repo, branch: 'main', login }) ?? null);
    return refusal && { hooks: await protectionHooks(root), words: refusalWords({ owner, repo }, refusal) };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (faults.latencyMs > 0) await delay(faults.latencyMs);
    if (faults.down) return void request.socket.destroy();
    const wanted = wantedOf(root, request);
    if (!wanted) return refuse(request, response, 404, 'Not Found\n');
    const access = accessOf(request.headers, options.tokens);
    if (faults.authRefused || !access.holder)
      return refuse(request, response, 401, 'Invalid username or token.\n');
    if (!(await isFolder(wanted.gitDir))) return refuse(request, response, 404, 'Repository not found.\n');
    const pushes = wanted.service === 'git-receive-pack';
    if (pushes && !access.holder.write) {
      return refuse(request, response, 403, 'Write access to repository not granted.\n');
    }
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
    // Before a big push git asks by a body of four bytes whether it may come in (remote-curl.c, probe_rpc).
    const posts = pushes && request.method === 'POST' && request.headers['content-length'] !== '4';
    const cut = posts ? cutOf() : null;
    const abort = new AbortController();
    running.add(abort);
    try {
      await runBackend({
        request,
        response,
        root,
        pathInfo: `/${wanted.owner}/${wanted.repo}.git/${wanted.rest}`,
        user: access.holder.login,
        bytesPerSecond: () => faults.bytesPerSecond,
        cut,
        protection: posts ? await protectionOf(wanted, access.holder) : null,
        signal: abort.signal,
      });
    } finally {
      running.delete(abort);
      const { owner, repo } = wanted;
      if (posts) options.onPush?.({ owner, repo, holder: access.holder });
    }
  };

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse(request, response, 500, 'The practice Git server met a fault of its own.\n');
    });
  };
  const server = createServer({ requestTimeout: 0 }, handle);
  // Without a listener of our own Node would ask for the body before the token was looked at.
  server.on('checkContinue', handle);
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
      if (faults.down) {
        server.closeAllConnections();
        for (const abort of running) abort.abort();
      }
    },
    async close() {
      for (const abort of running) abort.abort();
      await close();
    },
  };
}

/** Names that GitHub allows for owners and repos, which keeps `..`, `-x` and empty segments out. */
const segment = '[A-Za-z0-9_][A-Za-z0-9_.-]*';
const pathPattern = new RegExp(
  `^/(${segment})/(${segment}?)(?:\\.git)?/(info/refs|git-upload-pack|git-receive-pack)$`,
);

function wantedOf(root: string, request: IncomingMessage): Wanted | null {
  const url = new URL(request.url ?? '/', 'http://loopback.invalid');
  const [, owner, repo, rest] = pathPattern.exec(url.pathname) ?? [];
  if (!owner || !repo || !rest) return null;
  const service = rest === 'info/refs' ? url.searchParams.get('service') : rest;
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') return null;
  if (request.method !== (rest === 'info/refs' ? 'GET' : 'POST')) return null;
  return { gitDir: path.join(root, owner, `${repo}.git`), owner, repo, service, rest };
}

async function isFolder(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => null))?.isDirectory() ?? false;
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  request.resume();
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...(status === 401 ? { 'www-authenticate': 'Basic realm="Signalbox practice"' } : {}),
  });
  response.end(text);
}
