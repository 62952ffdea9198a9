import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { GitError, type GitErrorKind, saidByGit } from './errors';
import { fetchRequest, PackReader } from './fetch-pack';
import type { HttpAuth } from './http-auth';
import { delimiterPkt, flushPkt, pkt, takePackets } from './pkt-line';
import { type RefChange, rejectionKind } from './push';
import { type ReceiveReport, ReportReader } from './receive-report';

/**
 * The exchanges of Git's smart HTTP protocol that are on a release manager's way, spoken by ourselves over one
 * connection that stays open (gitprotocol-http(5), gitprotocol-v2(5)). What `git push` needs three round trips on a
 * new connection for (connect, advertisement, push) takes one: the old value of the ref is known from the snapshot,
 * and the server compares it again under its own lock. Nor does what somebody else pushed meanwhile need more than one
 * to come here, nor two processes and a new connection. Everything else, and every doubt, is left to git.
 */
export interface SmartHttp {
  /** Where a ref stands, `null` when it is not there. @throws {GitError} */
  refAt(ref: string, options?: Asking): Promise<string | null>;
  /**
   * Moves a ref by compare-and-swap; `pack` holds what the server lacks (empty for a deletion).
   * @throws {GitError} as `pushRef` does; `unreachable` where not a byte was sent.
   */
  push(change: RefChange, pack: Buffer, options?: Asking): Promise<void>;
  /**
   * The pack of what a commit needs besides another one and all behind that; thin: it may build upon objects that are
   * not in it. @throws {GitError} `connection-lost` also where it has more than a megabyte.
   */
  packSince(want: string, have: string, options?: Asking): Promise<Buffer>;
  close(): void;
}

interface Asking {
  auth?: HttpAuth | null;
  signal?: AbortSignal;
}

/** Idle connections are dropped before the usual servers drop theirs (5 s in Apache and Node). */
const idleMs = 4_500;
const stallMs = 20_000;
const maxAnswerBytes = 1_000_000;
/** From the question to the whole answer: a byte now and then is no silence. */
const deadlineMs = { 'git-upload-pack': 30_000, 'git-receive-pack': 60_000 } as const;

/** What sends git another way than we would go, or makes it trust others, by the address's scheme (curl(1), git(1)). */
const detours: Readonly<Record<string, readonly string[]>> = {
  'http:': ['http_proxy', 'all_proxy', 'ALL_PROXY'],
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'GIT_SSL_CAINFO', 'GIT_SSL_CAPATH'],
};

/**
 * Whether requests of our own would take the way that git takes: they know no proxy, and no certificate authority
 * besides the runtime's.
 */
export function canSpeakDirectly(url: string, environment: NodeJS.ProcessEnv = process.env): boolean {
  const scheme = /^https?:(?=\/\/)/i.exec(url)?.[0].toLowerCase() ?? '';
  return detours[scheme]?.every((name) => !environment[name]) ?? false;
}

/** Opens the way to a remote; connects with the first question. */
export function openSmartHttp(url: string): SmartHttp {
  const base = new URL(url.replace(/\/+$/, ''));
  const isSecure = base.protocol === 'https:';
  const agentOptions = { keepAlive: true, maxFreeSockets: 1, timeout: idleMs };
  const agent = isSecure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);

  let usedAt = Date.now();
  /**
   * Drops connections that were idle for too long by the wall clock: the agent's own timer stands still while the
   * computer sleeps, and a push into a connection of another network would be silent until it stalls.
   */
  const dropOld = (): void => {
    if (Date.now() - usedAt > idleMs)
      for (const socket of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []))
        socket.destroy();
    usedAt = Date.now();
  };

  /** Posts, and gives every chunk of a good answer to `take` until that has what it wants (or the answer ends: `null`). */
  const exchange = <T>(
    service: 'git-upload-pack' | 'git-receive-pack',
    body: Buffer,
    asking: Asking,
    take: (chunk: Buffer) => T | null,
  ): Promise<T | null> =>
    new Promise((resolve, reject) => {
      const command = service === 'git-receive-pack' ? 'push' : 'ls-remote';
      dropOld();
      let isSent = false;
      const refuse = (kind: GitErrorKind, detail: string, unsent = false) =>
        reject(new GitError(kind, command, saidByGit(detail), { unsent }));
      const request = (isSecure ? httpsRequest : httpRequest)(
        {
          protocol: base.protocol,
          hostname: base.hostname.replace(/^\[|\]$/g, ''),
          port: base.port,
          path: `${base.pathname}/${service}`,
          method: 'POST',
          agent,
          timeout: stallMs,
          headers: {
            'content-type': `application/x-${service}-request`,
            accept: `application/x-${service}-result`,
            'content-length': body.length,
            'user-agent': 'git/signalbox',
            ...(command === 'ls-remote' ? { 'git-protocol': 'version=2' } : {}),
            // A header for another origin stays at home.
            ...(asking.auth?.origin === base.origin ? { authorization: asking.auth.header } : {}),
          },
          ...(asking.signal ? { signal: asking.signal } : {}),
        },
        (response: IncomingMessage) => {
          const status = response.statusCode ?? 0;
          if (status !== 200) {
            response.resume();
            // Node sends nothing again by itself, so a refusal is the answer to this very request.
            const there = placeOf(response, url, service);
            return refuse(kindOf(response), there ?? `The remote answered ${status}.`, status < 500);
          }
          if (/^text\/html\b/i.test(response.headers['content-type'] ?? '')) {
            request.destroy();
            return refuse('not-git', 'The answer is a web page.', true);
          }
          let length = 0;
          let isDone = false;
          response.on('data', (chunk: Buffer) => {
            length += chunk.length;
            if (isDone) {
              if (length > maxAnswerBytes) request.destroy();
              return;
            }
            try {
              if (length > maxAnswerBytes) throw new RangeError('The answer is too long.');
              const wanted = take(chunk);
              if (wanted === null) return;
              isDone = true;
              resolve(wanted);
            } catch (error) {
              isDone = true;
              request.destroy();
              refuse('connection-lost', error instanceof Error ? error.message : '');
            }
          });
          response.on('error', () =>
            isTooSlow
              ? refuse('too-slow', 'The remote answers too slowly.')
              : refuse('connection-lost', 'The answer was cut off.'),
          );
          response.on('end', () => {
            usedAt = Date.now();
            resolve(null);
          });
        },
      );
      request.on('socket', (socket) => {
        socket.setNoDelay(true);
        if (!socket.connecting) isSent = true;
        else
          socket.once(isSecure ? 'secureConnect' : 'connect', () => {
            isSent = true;
          });
      });
      let isTooSlow = false;
      // Runs on when what was wanted is there: a connection whose answer never ends is of no more use.
      const deadline = setTimeout(() => {
        isTooSlow = true;
        request.destroy(new Error('The remote answers too slowly.'));
      }, deadlineMs[service]);
      request.on('close', () => clearTimeout(deadline));
      request.on('timeout', () => request.destroy(new Error('The remote stopped answering.')));
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (asking.signal?.aborted) return refuse('aborted', '');
        if (isTooSlow) return refuse('too-slow', error.message, !isSent);
        refuse(isSent ? 'connection-lost' : 'unreachable', error.message || (error.code ?? ''), !isSent);
      });
      request.end(body);
    });

  return {
    refAt: async (ref, asking = {}) => {
      let rest: Buffer = Buffer.alloc(0);
      let found: string | null = null;
      const ended = await exchange('git-upload-pack', lsRefsRequest(ref), asking, (chunk) => {
        const taken = takePackets(Buffer.concat([rest, chunk]));
        rest = taken.rest;
        for (const packet of taken.packets) {
          if (packet.kind === 'flush') return true;
          const [id = '', name] = packet.content.toString('utf8').trim().split(' ');
          if (!/^[0-9a-f]{40,64}$/.test(id))
            throw new RangeError(packet.content.toString('utf8').slice(0, 200));
          if (name === ref) found = id;
        }
        return null;
      });
      if (!ended) throw new GitError('connection-lost', 'ls-remote', 'The answer was cut off.');
      return found;
    },
    push: async (change, pack, asking = {}) => {
      const reader = new ReportReader(change.ref);
      const body = Buffer.concat([pushRequest(change), pack]);
      const report: ReceiveReport | null = await exchange('git-receive-pack', body, asking, (chunk) =>
        reader.take(chunk),
      );
      if (report === null) throw new GitError('connection-lost', 'push', 'The answer was cut off.');
      if (report.kind === 'done') return;
      const detail = saidByGit(`${report.reason}\n${reader.messages}`);
      throw new GitError(rejectionKind(report.reason, reader.messages), 'push', detail);
    },
    packSince: async (want, have, asking = {}) => {
      const reader = new PackReader();
      const body = fetchRequest(want, have);
      const pack = await exchange('git-upload-pack', body, asking, (chunk) => reader.take(chunk));
      if (pack === null) throw new GitError('connection-lost', 'fetch', 'The answer was cut off.');
      return pack;
    },
    close: () => agent.destroy(),
  };
}

/** `ls-refs` of the protocol's version 2 for one ref. */
const lsRefsRequest = (ref: string): Buffer =>
  Buffer.concat([
    pkt('command=ls-refs\n'),
    pkt('agent=signalbox\n'),
    delimiterPkt,
    pkt(`ref-prefix ${ref}\n`),
    flushPkt,
  ]);

/** The command of a push (gitprotocol-pack(5), "Reference Update Request and Packfile Transfer"). */
function pushRequest({ ref, old, commit }: RefChange): Buffer {
  const none = '0'.repeat((old ?? commit ?? '').length);
  const format = none.length === 64 ? ' object-format=sha256' : '';
  const wishes = `report-status side-band-64k agent=signalbox${format}`;
  return Buffer.concat([pkt(`${old ?? none} ${commit ?? none} ${ref}\0 ${wishes}`), flushPkt]);
}

function kindOf({ statusCode: status = 0, headers }: IncomingMessage): GitErrorKind {
  if (status === 401) return 'unauthorised';
  // GitHub limits with either ("Rate limits for the REST API", secondary ones).
  if (status === 429 || (status === 403 && headers['retry-after'] !== undefined)) return 'limited';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'no-such-repo';
  if (status === 405 || status === 501) return 'not-git';
  if (status >= 300 && status < 400) return 'redirected';
  return 'connection-lost';
}

/** Where a redirect leads, as a repo's address, without user info; `null` where it names nothing of use. */
function placeOf(response: IncomingMessage, from: string, service: string): string | null {
  try {
    const place = new URL(response.headers.location ?? '', `${from.replace(/\/+$/, '')}/${service}`);
    if (!/^https?:$/.test(place.protocol) || !response.headers.location) return null;
    const path = place.pathname.replace(new RegExp(`/${service}$`), '');
    return `${place.origin}${path}`.slice(0, 300);
  } catch {
    // An address that is none is not told.
    return null;
  }
}
