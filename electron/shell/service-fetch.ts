import { app, net, session } from 'electron';
import { type Accounts, accountsOf, proxyConfig, redirected, type Wanted } from './service-request';

/**
 * `fetch` for the outside services (GitHub's REST API) by Chromium's network stack: it takes the system's proxy settings
 * (with their automatic configuration and sign-on) and trusts the system's certificate store, as a browser on the same
 * machine does; Node's own `fetch` knows neither. Where `HTTPS_PROXY` or `HTTP_PROXY` is set, that one is taken, with the
 * account in its address and past `NO_PROXY`, as git and kubectl do. Cookies are neither sent nor kept. Not by Electron's
 * own `net.fetch`: that one takes the token along to wherever it is redirected.
 */
export function serviceFetch(environment: NodeJS.ProcessEnv = process.env): typeof fetch {
  let opened: Promise<Electron.Session> | null = null;
  const open = async (): Promise<Electron.Session> => {
    await app.whenReady();
    // Without `persist:` it lies in memory alone.
    const own = session.fromPartition('services', { cache: false });
    await own.setProxy(proxyConfig(environment) ?? { mode: 'system' });
    return own;
  };
  return async (input, init = {}) => {
    opened ??= open();
    const own = await opened;
    const wanted = {
      url: input instanceof Request ? input.url : String(input),
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      body: init.body === null || init.body === undefined ? null : String(init.body),
      signal: init.signal ?? null,
      redirects: 0,
      redirect: init.redirect ?? 'follow',
    };
    return send(own, wanted, accountsOf(environment));
  };
}

/** As many as the fetch standard follows. */
const mostRedirects = 20;
const withoutBody = new Set([204, 205, 304]);

/** Sends a request; rejects when no answer came, as `fetch` does. */
function send(own: Electron.Session, wanted: Wanted, accounts: Accounts): Promise<Response> {
  const { url, method, headers, body, signal } = wanted;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const request = net.request({
      url,
      method,
      session: own,
      redirect: 'manual',
      credentials: 'omit',
      useSessionCookies: false,
    });
    const aborted = (): void => {
      request.abort();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', aborted, { once: true });
    for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
    let answered = false;
    request.on('login', (asked, answer) => {
      const account = asked.isProxy && !answered ? accounts(asked.host, asked.port) : null;
      answered = true;
      if (account) answer(account.username, account.password);
      else answer();
    });
    request.on('redirect', (status, nextMethod, nextUrl) => {
      request.abort();
      if (wanted.redirect === 'error') {
        // What is sent is for this host alone; its address may be a secret, so the error does not name it.
        reject(new TypeError('unexpected redirect'));
        return;
      }
      if (wanted.redirect === 'manual') {
        signal?.removeEventListener('abort', aborted);
        resolve(new Response(null, { status, headers: { location: nextUrl } }));
        return;
      }
      if (wanted.redirects >= mostRedirects) {
        reject(new Error(`${url} redirects without end`));
        return;
      }
      resolve(send(own, redirected(wanted, nextMethod, nextUrl), accounts));
    });
    request.on('response', (response) => {
      const { statusCode: status } = response;
      const done = () => signal?.removeEventListener('abort', aborted);
      const content = bodyOf(response, signal, () => request.abort(), done);
      resolve(
        new Response(withoutBody.has(status) ? null : content, {
          status,
          headers: headersOf(response.headers),
        }),
      );
    });
    request.on('error', reject);
    request.end(body ?? undefined);
  });
}

/** A body, handed on as it comes: how much of it is taken is for whoever reads to say. */
function bodyOf(
  response: Electron.IncomingMessage,
  signal: AbortSignal | null,
  cancel: () => void,
  done: () => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      let isOver = false;
      const end = (action: () => void) => () => {
        if (isOver) return;
        isOver = true;
        signal?.removeEventListener('abort', stop);
        done();
        action();
      };
      const stop = end(() => controller.error(signal?.reason));
      const broke = end(() => controller.error(new Error('The answer was cut off.')));
      signal?.addEventListener('abort', stop, { once: true });
      response.on('data', (chunk) => {
        if (!isOver) controller.enqueue(chunk);
      });
      response.on('error', broke);
      response.on('aborted', broke);
      response.on(
        'end',
        end(() => controller.close()),
      );
    },
    cancel,
  });
}

const headersOf = (headers: Readonly<Record<string, string | string[]>>): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
