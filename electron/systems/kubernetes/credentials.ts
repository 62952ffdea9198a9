import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https, { type AgentOptions, type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { ContextSource } from './kubeconfig-files';

/** What a request needs to be let in. Holds secrets. */
export interface Credentials {
  headers: Record<string, string>;
  /** `user:password`, where the kubeconfig has them. */
  auth: string | undefined;
  /** What of TLS it rests on, to see whether the agents still fit. */
  tls: Pick<AgentOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  /** A new agent at each call. */
  makeAgent: () => http.Agent;
}

/** Gets the credentials of a context, from its files and commands, as they are now. */
export interface CredentialSource {
  read(): Promise<Credentials>;
  /** The server refused what `read` gave: caches of tokens are dropped. */
  forget(): void;
}

/** What only the library does: exec plugins, cloud providers, impersonation, proxies. */
export function credentialSource(source: ContextSource): CredentialSource {
  const { user } = source.user;
  const { cluster } = source.cluster;
  const forLibrary = ['exec', 'auth-provider', 'as'].some((field) => user[field]) || cluster['proxy-url'];
  return forLibrary ? libraryCredentials(source) : plainCredentials(source);
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** A file's content or inline base64; the inline one goes before (client-go `clientcmd`: data overrides files). */
async function fileOrData(file: unknown, data: unknown): Promise<Buffer | undefined> {
  const inline = text(data);
  if (inline) return Buffer.from(inline, 'base64');
  const path = text(file);
  return path ? readFile(path) : undefined;
}

/** A token file goes before a token, as with kubectl. */
async function tokenOf(user: ContextSource['user']['user']): Promise<string | undefined> {
  return user.tokenFile ? (await readFile(user.tokenFile, 'utf8')).trim() : text(user.token);
}

/**
 * Certificates, tokens and passwords that stand in the kubeconfig or in files that it names. They are read here and
 * not by the library, since that takes longer to load (a thousand modules) than all else until the first answer.
 */
function plainCredentials({ cluster: { cluster }, user: { user } }: ContextSource): CredentialSource {
  return {
    async read() {
      const [ca, cert, key, token] = await Promise.all([
        fileOrData(cluster['certificate-authority'], cluster['certificate-authority-data']),
        fileOrData(user['client-certificate'], user['client-certificate-data']),
        fileOrData(user['client-key'], user['client-key-data']),
        tokenOf(user),
      ]);
      const servername = text(cluster['tls-server-name']);
      const tls = {
        ...(ca ? { ca } : {}),
        ...(cert ? { cert } : {}),
        ...(key ? { key } : {}),
        ...(servername ? { servername } : {}),
        ...(cluster['insecure-skip-tls-verify'] ? { rejectUnauthorized: false } : {}),
      };
      const username = text(user.username);
      const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
      return {
        headers,
        auth: !token && username ? `${username}:${text(user.password) ?? ''}` : undefined,
        tls,
        makeAgent: () => (cluster.server.startsWith('http:') ? new http.Agent() : new https.Agent(tls)),
      };
    },
    forget() {},
  };
}

/** The library's credentials. It is loaded when first needed. */
function libraryCredentials(source: ContextSource): CredentialSource {
  let config: KubeConfig | undefined;
  return {
    async read() {
      const { KubeConfig } = await import('@kubernetes/client-node');
      const used = config ?? new KubeConfig();
      config = used;
      // Its word for a token file is another than kubectl's, so it is given the token.
      const { tokenFile: _, ...user } = source.user.user;
      const token = await tokenOf(source.user.user);
      if ((used.getContexts() ?? []).length === 0 || source.user.user.tokenFile)
        // JSON is YAML.
        used.loadFromString(
          JSON.stringify({
            clusters: [source.cluster],
            users: [{ name: source.user.name, user: { ...user, ...(token ? { token } : {}) } }],
            contexts: [source.context],
            'current-context': source.context.name,
          }),
        );
      const options: RequestOptions = {};
      await used.applyToHTTPSOptions(options as Parameters<KubeConfig['applyToHTTPSOptions']>[0]);
      const { ca, cert, key, servername, rejectUnauthorized } = options;
      const tls = { ca, cert, key, servername, rejectUnauthorized } as Credentials['tls'];
      const cluster = used.getCurrentCluster();
      const library = used as unknown as { createAgent(of: typeof cluster, options: unknown): http.Agent };
      return {
        headers: (options.headers ?? {}) as Record<string, string>,
        auth: options.auth ?? undefined,
        tls,
        makeAgent: () => library.createAgent(cluster, { ...tls }),
      };
    },
    forget() {
      // A new object has new authenticators, whose caches are empty.
      config = undefined;
    },
  };
}
