import { readFile } from 'node:fs/promises';
import type http from 'node:http';
import type { RequestOptions } from 'node:https';
import tls, { type ConnectionOptions } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { Cluster, User } from '@kubernetes/client-node';
import type { ClusterExec } from '../../../shared/domain/estate/cluster-exec';
import { rememberSecret } from '../../log/known-secrets';
import { systemAuthorities } from './authorities';
import { type ExecCall, execCallOf } from './exec-call';
import { type ClusterInfo, ExecCredentials } from './exec-credential';
import { ExecError } from './exec-error';
import type { KubeContext } from './kubeconfig';
import { agentFor, proxyFor } from './proxies';
import { consentRequestOf, NotPermitted, type Trust } from './trust';

/** What a request needs to be let in. Holds secrets. */
export interface Credentials {
  headers: http.OutgoingHttpHeaders;
  /** `name:password` for basic authentication. */
  auth: string | undefined;
  /** What the connections rest on, to see whether kept ones still fit. */
  basis: unknown;
  /** How TLS to the server is spoken. */
  tls: ConnectionOptions;
  /** The proxy on the way; `null`: none. */
  proxy: URL | null;
  /** A new agent at each call. `patience`: milliseconds that a proxy may take to connect. */
  makeAgent: (keepAlive: boolean, patience: number) => http.Agent;
}

/** Gets the credentials of a context, from its files and commands, as they are now. */
export interface CredentialSource {
  /** @throws ExecError, NotPermitted, or what reading a file throws. */
  read(): Promise<Credentials>;
  /** The server refused what `read` gave: kept credentials are dropped. */
  forget(): void;
  /** Ends a command that runs for it; `read` throws ExecError from then on where it would need one. */
  close(): void;
}

const base64 = (content: string | Buffer): string => Buffer.from(content).toString('base64');

/** A file's content or what stands inline, in base64; the latter goes before (client-go `clientcmd`: data overrides files). */
const inline = async (file: string | undefined, data: string | undefined): Promise<string | undefined> =>
  data || (file ? base64(await readFile(file)) : undefined);

/** A token file goes before a token, which is used while the file cannot be read (client-go `transport/round_trippers`). */
async function tokenOf({ token, said }: KubeContext['user']): Promise<string | undefined> {
  if (!said.tokenFile) return token;
  try {
    return (await readFile(String(said.tokenFile), 'utf8')).trim();
  } catch (error) {
    if (token) return token;
    throw error;
  }
}

/** More headers by which one actions as another (`as-uid`, `as-groups`, `as-user-extra`; client-go `transport`). */
function impersonation({ impersonateUser, said }: KubeContext['user']): http.OutgoingHttpHeaders {
  if (!impersonateUser) return {};
  const extra = Object.entries(said['as-user-extra'] ?? {}).map(([key, values]) => [
    `Impersonate-Extra-${encodeURIComponent(key.toLowerCase())}`,
    [values].flat().map(String),
  ]);
  const groups = said['as-groups'];
  return {
    ...(said['as-uid'] ? { 'Impersonate-Uid': String(said['as-uid']) } : {}),
    ...(Array.isArray(groups) && groups.length > 0 ? { 'Impersonate-Group': groups.map(String) } : {}),
    ...Object.fromEntries(extra),
  };
}

/** What `provideClusterInfo` tells a command of the cluster (client-go `tools/auth/exec`). */
async function clusterInfo(cluster: KubeContext['cluster']): Promise<ClusterInfo> {
  const ca = await inline(cluster.caFile, cluster.caData);
  const extensions = (cluster.said.extensions ?? []) as { name?: unknown; extension?: unknown }[];
  const own = extensions.find(({ name }) => name === 'client.authentication.k8s.io/exec');
  return {
    server: cluster.server,
    ...(cluster.tlsServerName ? { 'tls-server-name': cluster.tlsServerName } : {}),
    ...(cluster.skipTLSVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(ca ? { 'certificate-authority-data': ca } : {}),
    ...(cluster.proxyUrl ? { 'proxy-url': cluster.proxyUrl } : {}),
    ...(own?.extension === undefined ? {} : { config: own.extension }),
  };
}

/**
 * What the library gets of an OpenID Connect login: its texts. It also runs an `exec` and reads a `tokenFile` that stand
 * in an auth-provider's `config` (client-node 1.4.0, `exec_auth.ts` and `file_auth.ts`), which no kubectl does and which
 * nobody was asked about.
 */
function oidcOf({ authProvider }: KubeContext['user']): User['authProvider'] {
  if (!authProvider) return undefined;
  const { tokenFile: _, exec: __, ...config } = (authProvider.config ?? {}) as Record<string, unknown>;
  return { name: authProvider.name, config };
}

/**
 * What the library makes of a cluster and a user: TLS, headers and OpenID Connect. All must stand inline: it reads files
 * in a way that stops the whole process meanwhile, and takes a file before what stands inline. @throws ExecError
 */
async function optionsOf(cluster: Cluster, user: User, headers: http.OutgoingHttpHeaders) {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  // The library refuses plain http unless told so; whether it may be is `findContext`'s to say.
  const skipTLSVerify = cluster.skipTLSVerify || cluster.server.startsWith('http:');
  // An agent for a proxy is ours to make: see `agentFor`.
  config.loadFromClusterAndUser({ ...cluster, skipTLSVerify, caFile: undefined, proxyUrl: undefined }, user);
  const options: RequestOptions = { headers };
  const applied = config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0]);
  // Renewing a login fails: 1.4.0 hands a text where openid-client 6 wants a URL.
  await (user.authProvider ? applied.catch(() => undefined) : applied);
  if (user.authProvider && !headers.Authorization)
    throw new ExecError(`the OpenID Connect login of the kubeconfig's user "${user.name}" has expired`, {
      advice: 'Use the cluster with kubectl once, which renews the login, then try again.',
    });
  return options;
}

/**
 * Certificates, tokens, passwords, OpenID Connect and commands of a kubeconfig, as they are when they are asked for.
 * Commands are ours (see `ExecCredentials`), the rest is for the most part the library's.
 * @param find finds the same context in the kubeconfig as it is now.
 * @param options.trust asked before a program is run or a foreign file is read; `null`: all is the person's own.
 * @param options.exec how the estate file says that the command is run; `null`: as the kubeconfig says.
 */
export function credentialSource(
  context: KubeContext,
  find: () => Promise<KubeContext>,
  options: { trust: Trust | null; exec: ClusterExec | null } = { trust: null, exec: null },
): CredentialSource {
  const { trust } = options;
  let { cluster, user } = context;
  let exec = new ExecCredentials();
  let isClosed = false;
  /**
   * A login may have written the kubeconfig again since. One that is broken just now changes nothing, nor does one that
   * means another server, or the same without looking at its certificate: that is another connection.
   */
  const look = async (): Promise<void> => {
    // One that is broken just now changes nothing, see above.
    const found = await find().catch(() => null);
    if (found?.cluster.server !== cluster.server || found.cluster.skipTLSVerify !== cluster.skipTLSVerify)
      return;
    if (isDeepStrictEqual([found.cluster, found.user], [cluster, user])) return;
    ({ cluster, user } = found);
    exec = new ExecCredentials();
    if (isClosed) exec.close();
  };
  /** What is run, which the person allowed as it is now. @throws ExecError, NotPermitted */
  const allowed = async (): Promise<ExecCall | null> => {
    const call = await execCallOf(user, options.exec);
    if (trust) {
      const request = await consentRequestOf({ name: context.name, cluster, user }, trust, call);
      if (!trust.gate.permits(request) && request) throw new NotPermitted(request);
    }
    return call;
  };
  return {
    async read() {
      await look();
      const runs = (await allowed()) !== null;
      const provider = user.authProvider?.name;
      if (provider && provider !== 'oidc')
        throw new ExecError(
          `the kubeconfig's user "${user.name}" has the auth-provider "${provider}", which Kubernetes 1.26 removed`,
          {
            advice:
              'Get the kubeconfig again with your cloud’s login command: it now writes an exec command.',
          },
        );
      const [caData, certData, keyData, token] = await Promise.all([
        inline(cluster.caFile, cluster.caData),
        inline(user.certFile, user.certData),
        inline(user.keyFile, user.keyData),
        tokenOf(user),
      ]);
      // Credentials of the kubeconfig itself go before the command's.
      const given =
        runs && !token
          ? await exec.read(
              async () => {
                const call = await allowed();
                if (!call) throw new ExecError('the kubeconfig has no login command any more');
                return call;
              },
              () => clusterInfo(cluster),
            )
          : null;
      for (const secret of [token, given?.token, keyData, given?.key, user.password]) rememberSecret(secret);
      const headers = impersonation(user);
      const { ca, cert, key, servername, rejectUnauthorized, auth } = await optionsOf(
        { ...cluster, caData },
        {
          name: user.name,
          certData: certData ?? (given?.cert ? base64(given.cert) : undefined),
          keyData: keyData ?? (given?.key ? base64(given.key) : undefined),
          token: token ?? given?.token ?? undefined,
          username: user.username,
          password: user.password ?? '',
          impersonateUser: user.impersonateUser || undefined,
          authProvider: oidcOf(user),
        },
        headers,
      );
      const materials = {
        ca: ca ?? (cluster.skipTLSVerify ? undefined : await systemAuthorities()),
        cert,
        key,
      };
      const proxy = proxyFor(cluster.server, cluster.proxyUrl);
      const secureContext = tls.createSecureContext(materials);
      const host = new URL(cluster.server).hostname.replace(/^\[|\]$/g, '');
      return {
        headers,
        auth: auth ?? undefined,
        basis: { ...materials, proxy: proxy?.href },
        tls: {
          secureContext,
          rejectUnauthorized: rejectUnauthorized ?? true,
          ...(servername ? { servername } : {}),
          // Over a proxy, Node would look for the proxy's address in the certificate of a server that has no name.
          checkServerIdentity: (_, certificate) => tls.checkServerIdentity(servername ?? host, certificate),
        },
        proxy,
        makeAgent: (keepAlive, patience) =>
          agentFor(cluster.server, proxy, { keepAlive, secureContext, patience }),
      };
    },
    forget: () => exec.forget(),
    close: () => {
      isClosed = true;
      exec.close();
    },
  };
}
