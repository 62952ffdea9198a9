/** A request to an outside service, and where it is sent. */
export interface Wanted {
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: string | null;
  signal: AbortSignal | null;
  redirects: number;
  /** Whether a redirect is followed, ends the request with an error, or is the answer (fetch standard, "redirect mode"). */
  redirect: RequestRedirect;
}

/** The account of a proxy; `null`: none is known. */
export type Accounts = (host: string, port: number) => { username: string; password: string } | null;

/**
 * The request that follows a redirect: the token stays with its own origin (fetch standard, "HTTP-redirect fetch"), and so
 * does the body, which that standard sends along with 307 and 308: a token that renews another stands there.
 */
export function redirected(wanted: Wanted, method: string, url: string): Wanted {
  const stays = new URL(url).origin === new URL(wanted.url).origin;
  const headers = Object.entries(wanted.headers).filter(
    ([name]) => stays || name.toLowerCase() !== 'authorization',
  );
  return {
    ...wanted,
    url,
    method,
    body: stays && method === wanted.method ? wanted.body : null,
    headers: Object.fromEntries(headers),
    redirects: wanted.redirects + 1,
  };
}

const variable = (environment: NodeJS.ProcessEnv, name: string): string =>
  environment[name] || environment[name.toLowerCase()] || '';

/** The address in a variable; `proxy.example:3128` counts as http. */
function addressOf(text: string): URL | null {
  if (text === '') return null;
  const urls = [text, `http://${text}`].map((one) => (URL.canParse(one) ? new URL(one) : null));
  return urls.find((url) => url !== null && url.host !== '') ?? null;
}

const schemes: Readonly<Record<string, string>> = {
  'http:': 'http',
  'https:': 'https',
  'socks5:': 'socks5',
  'socks5h:': 'socks5',
};

/** The environment's proxies in Electron's words (`Session.setProxy`); `null`: it names none. */
export function proxyConfig(
  environment: NodeJS.ProcessEnv,
): { mode: 'fixed_servers'; proxyRules: string; proxyBypassRules: string } | null {
  const rules = (['https', 'http'] as const).flatMap((scheme) => {
    const url = addressOf(variable(environment, `${scheme.toUpperCase()}_PROXY`));
    const kind = url && schemes[url.protocol];
    return url && kind ? [`${scheme}=${kind}://${url.host}`] : [];
  });
  if (rules.length === 0) return null;
  const bypass = variable(environment, 'NO_PROXY')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    // `example.org` and `.example.org` mean the domain with all below it.
    .flatMap((entry) => {
      const name = entry.replace(/^\./, '');
      return /^[a-z0-9.-]*[a-z][a-z0-9.-]*(?::\d+)?$/i.test(name) ? [name, `*.${name}`] : [entry];
    });
  return { mode: 'fixed_servers', proxyRules: rules.join(';'), proxyBypassRules: bypass.join(';') };
}

/** The port of an address that names none, as Chromium takes it (URL standard, "special scheme"). */
const ownPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Undoes the escapes of a name or password; what is none stays, as curl takes it (curl_easy_unescape(3)). */
function unescaped(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      // What is no escape stays as it is, as curl takes it.
      return escapes;
    }
  });
}

/** The accounts that stand in the proxies' addresses. */
export function accountsOf(environment: NodeJS.ProcessEnv): Accounts {
  return (host, port) => {
    const url = ['HTTPS_PROXY', 'HTTP_PROXY']
      .map((name) => addressOf(variable(environment, name)))
      .find(
        (one) =>
          one?.hostname === host &&
          one.username !== '' &&
          (one.port || ownPorts[one.protocol]) === String(port),
      );
    return url ? { username: unescaped(url.username), password: unescaped(url.password) } : null;
  };
}
