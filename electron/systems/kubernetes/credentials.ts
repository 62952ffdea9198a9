import { readFile } from 'node:fs/promises';
import type http from 'node:http';
import tls, { type ConnectionOptions } from 'node:tls';
import { systemAuthorities } from './authorities';
import { type ClusterInfo, ExecCredentials, ExecError } from './exec-credential';
import type { ContextSource } from './kubeconfig-files';
import { agentFor, proxyFor } from './proxies';

/** What a request needs to be let in. Holds secrets. */
export interface Credentials {
  headers: Record<string, string | string[]>;
  /** What the connections rest on, to see whether kept ones still fit. */
  basis: unknown;
  /** How TLS to the server is spoken. */
  tls: ConnectionOptions;
  /** The proxy on the way; `null`: none. */
  proxy: URL | null;
  /** A new agent at each call. */
  makeAgent: (keepAlive: boolean) => http.Agent;
}

/** Gets the credentials of a context, from its files and commands, as they are now. */
export interface CredentialSource {
  /** @throws ExecError, or what reading a file throws. */
  read(): Promise<Credentials>;
  /** The server refused what `read` gave: kept credentials are dropped. */
  forget(): void;
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

/** A token file goes before a token, which is used while the file cannot be read (client-go `transport/round_trippers`). */
async function tokenOf(user: ContextSource['user']['user']): Promise<string | undefined> {
  const token = text(user.token);
  if (!user.tokenFile) return token;
  try {
    return (await readFile(user.tokenFile, 'utf8')).trim();
  } catch (error) {
    if (token) return token;
    throw error;
  }
}

/** Headers by which one acts as another (`as`, `as-uid`, `as-groups`, `as-user-extra`; client-go `transport`). */
function impersonation(user: ContextSource['user']['user']): Credentials['headers'] {
  const as = text(user.as);
  if (!as) return {};
  const groups = Array.isArray(user['as-groups']) ? user['as-groups'].map(String) : [];
  const uid = text(user['as-uid']);
  const extra = Object.entries((user['as-user-extra'] ?? {}) as Record<string, unknown>).map(
    ([key, values]): [string, string[]] => [
      `Impersonate-Extra-${encodeURIComponent(key.toLowerCase())}`,
      [values].flat().map(String),
    ],
  );
  return {
    'Impersonate-User': as,
    ...(uid ? { 'Impersonate-Uid': uid } : {}),
    ...(groups.length > 0 ? { 'Impersonate-Group': groups } : {}),
    ...Object.fromEntries(extra),
  };
}

/** What `provideClusterInfo` tells a command of the cluster (client-go `tools/auth/exec`). */
async function clusterInfo({ cluster }: ContextSource['cluster']): Promise<ClusterInfo> {
  const ca = await fileOrData(cluster['certificate-authority'], cluster['certificate-authority-data']);
  const extensions = Array.isArray(cluster.extensions) ? (cluster.extensions as unknown[]) : [];
  const own = extensions.find(
    (one): one is { extension?: unknown } =>
      typeof one === 'object' &&
      one !== null &&
      (one as { name?: unknown }).name === 'client.authentication.k8s.io/exec',
  );
  return {
    server: cluster.server,
    ...(text(cluster['tls-server-name']) ? { 'tls-server-name': cluster['tls-server-name'] } : {}),
    ...(cluster['insecure-skip-tls-verify'] ? { 'insecure-skip-tls-verify': true } : {}),
    ...(ca ? { 'certificate-authority-data': ca.toString('base64') } : {}),
    ...(text(cluster['proxy-url']) ? { 'proxy-url': cluster['proxy-url'] } : {}),
    ...(own?.extension === undefined ? {} : { config: own.extension }),
  };
}

/**
 * Certificates, tokens, passwords and commands of a kubeconfig, by the rules of client-go. What is no longer spoken
 * (`auth-provider`) is refused in words.
 */
export function credentialSource(source: ContextSource): CredentialSource {
  const { cluster } = source.cluster;
  const { user } = source.user;
  const exec = user.exec ? new ExecCredentials(source) : null;
  return {
    async read() {
      if (user['auth-provider'])
        throw new ExecError(
          `the kubeconfig's user "${source.user.name}" has an auth-provider, which Kubernetes 1.26 took out`,
          {
            advice:
              'Fetch the kubeconfig anew with your cloud’s login command: it writes an exec command today.',
          },
        );
      const [ca, cert, key, token] = await Promise.all([
        fileOrData(cluster['certificate-authority'], cluster['certificate-authority-data']),
        fileOrData(user['client-certificate'], user['client-certificate-data']),
        fileOrData(user['client-key'], user['client-key-data']),
        tokenOf(user),
      ]);
      const username = text(user.username);
      // Credentials of the kubeconfig itself go before the command's.
      const given = exec && !token && !username ? await exec.read(() => clusterInfo(source.cluster)) : null;
      const bearer = token ?? given?.token ?? undefined;
      const basic = Buffer.from(`${username}:${text(user.password) ?? ''}`).toString('base64');
      const authorization = bearer ? `Bearer ${bearer}` : username ? `Basic ${basic}` : undefined;
      const proxy = proxyFor(cluster.server, text(cluster['proxy-url']));
      const insecure = cluster['insecure-skip-tls-verify'] === true;
      const materials = {
        ca: ca ?? (insecure ? undefined : await systemAuthorities()),
        cert: cert ?? given?.cert ?? undefined,
        key: key ?? given?.key ?? undefined,
      };
      const secureContext = tls.createSecureContext(materials);
      const servername = text(cluster['tls-server-name']);
      const host = new URL(cluster.server).hostname.replace(/^\[|\]$/g, '');
      return {
        headers: { ...(authorization ? { Authorization: authorization } : {}), ...impersonation(user) },
        basis: { ...materials, proxy: proxy?.href },
        tls: {
          secureContext,
          rejectUnauthorized: !insecure,
          ...(servername ? { servername } : {}),
          // Over a proxy, Node would look for the proxy's address in the certificate of a server that has no name.
          checkServerIdentity: (_, certificate) => tls.checkServerIdentity(servername ?? host, certificate),
        },
        proxy,
        makeAgent: (keepAlive) => agentFor(cluster.server, proxy, { keepAlive, secureContext }),
      };
    },
    forget: () => exec?.forget(),
  };
}
