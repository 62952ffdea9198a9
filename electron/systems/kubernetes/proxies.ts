import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';

/**
 * The proxy on the way to a server: the kubeconfig's `proxy-url`, else what the environment says, as kubectl asks it
 * (Go `golang.org/x/net/http/httpproxy`), which client-node 1.4.0 does not ask at all. npm's proxy-from-env has other
 * rules: no networks in `NO_PROXY`, and `example.org` is that host alone. `null`: none.
 * @throws TypeError for a `proxy-url` that is none.
 */
export function proxyFor(
  server: string,
  configured: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): URL | null {
  if (configured) {
    const url = addressOf(configured);
    if (!url) throw new TypeError('proxy-url is no http, https or socks5 address');
    return url;
  }
  const target = new URL(server);
  const name = target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const set = environment[name] || environment[name.toLowerCase()];
  if (!set || isExempt(target, environment.NO_PROXY || environment.no_proxy || '')) return null;
  return addressOf(set.includes('://') ? set : `http://${set}`);
}

/** `null` for none, and where the account has an escape that is none: so Go's `url.Parse` ("invalid URL escape"). */
function addressOf(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.host === '' || !schemes.has(url.protocol)) return null;
  try {
    decodeURIComponent(url.username + url.password);
    return url;
  } catch {
    // An escape that is none: the address names no proxy.
    return null;
  }
}

const schemes = new Set(['http:', 'https:', 'socks5:', 'socks5h:']);

/** Whether a server is reached past the environment's proxy. This computer always is. */
function isExempt({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const family = isIP(host);
  if (host === 'localhost' || (family === 4 && host.startsWith('127.')) || host === '::1') return true;
  const usedPort = port || (protocol === 'https:' ? '443' : '80');
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .some((entry) => covers(entry, host, family, usedPort));
}

function covers(entry: string, host: string, family: number, port: string): boolean {
  if (entry === '*') return true;
  const [network = '', bits] = entry.split('/');
  if (bits !== undefined) {
    const range = isIP(network);
    if (range === 0 || range !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (range === 4 ? 32 : 128))
      return false;
    const block = new BlockList();
    block.addSubnet(network, Number(bits), range === 4 ? 'ipv4' : 'ipv6');
    return block.check(host, range === 4 ? 'ipv4' : 'ipv6');
  }
  const withPort = /^(.+):(\d+)$/.exec(isIP(entry) === 6 ? '' : entry);
  if (withPort && withPort[2] !== port) return false;
  const name = (withPort?.[1] ?? entry).replace(/^\[|\]$/g, '');
  if (family !== 0) return name === host;
  // `example.org` covers itself and what is below, `.example.org` and `*.example.org` only what is below.
  const below = name.replace(/^\*(?=\.)/, '');
  return below.startsWith('.') ? host.endsWith(below) : host === below || host.endsWith(`.${below}`);
}

/** As the library's, but a proxy that takes a connection and says nothing is let go after `patience` milliseconds. */
class ImpatientProxyAgent extends HttpsProxyAgent<string> {
  readonly #patience: number;
  constructor(proxy: URL, options: http.AgentOptions & { secureContext: SecureContext }, patience: number) {
    super(proxy, options);
    this.#patience = patience;
  }
  override async connect(...[request, options]: Parameters<HttpsProxyAgent<string>['connect']>) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), this.#patience);
    // Read at once by what follows.
    this.connectOpts = { ...this.connectOpts, signal: stop.signal };
    return super.connect(request, options).finally(() => clearTimeout(timer));
  }
}

/**
 * An agent for one server, over the proxy where there is one. TLS to the server itself is each request's to say. The
 * agents that client-node 1.4.0 makes for a `proxy-url` are not used: its `hpagent` cannot check an https proxy by the
 * kubeconfig's authority, misspells servers with an IPv6 address, and tells a refusal in a text alone; its SOCKS agent
 * resolves names here.
 * @param options.patience milliseconds that an HTTP proxy may take to connect.
 */
export function agentFor(
  server: string,
  proxy: URL | null,
  options: { keepAlive: boolean; secureContext: SecureContext; patience: number },
): http.Agent {
  const { keepAlive, secureContext, patience } = options;
  if (!proxy)
    return new URL(server).protocol === 'http:'
      ? new http.Agent({ keepAlive })
      : new https.Agent({ keepAlive });
  if (proxy.protocol.startsWith('socks5')) {
    // Go lets the proxy resolve the name, and so does `socks5h`.
    const resolving = new URL(proxy.href.replace(/^socks5:/, 'socks5h:'));
    return new SocksProxyAgent(resolving, { keepAlive });
  }
  return new ImpatientProxyAgent(proxy, { keepAlive, secureContext }, patience);
}

/** A proxy's address without its password. */
export const proxyText = ({ protocol, host }: URL): string => `${protocol}//${host}`;
