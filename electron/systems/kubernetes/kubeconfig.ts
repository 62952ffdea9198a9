import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import { leadsToLoopback } from '../../../shared/domain/estate/loopback';
import { KubeError } from './failures';
import type { KubeFailure } from './kube-failure';
import { KubeconfigFault, readKubeconfig } from './kubeconfig-text';

/** All that a kubeconfig says of a cluster or user, also what the library leaves out. */
interface Said {
  said: Readonly<Record<string, unknown>>;
}

/** One context with what it names. Holds secrets: never shown, logged or sent. */
export interface KubeContext {
  name: string;
  namespace: string;
  cluster: Cluster & Said;
  user: User & Said;
}

/** The files that kubectl would read: `KUBECONFIG`, else `~/.kube/config`. */
export function defaultKubeconfigFiles(environment: NodeJS.ProcessEnv = process.env): string[] {
  const named = [...new Set((environment.KUBECONFIG ?? '').split(delimiter))].filter((path) => path !== '');
  return named.length > 0 ? named : [join(homedir(), '.kube', 'config')];
}

const broken = (
  path: string,
  why: string,
  code: KubeFailure['code'] = 'bad-data',
  line?: number,
): KubeError =>
  new KubeError({
    code,
    message:
      code === 'not-found'
        ? `There is no kubeconfig at ${path}.`
        : `The kubeconfig ${path} cannot be used: ${why}.`,
    meaning: 'Signalbox can’t reach its clusters. Nothing else is affected.',
    next: [
      { do: 'open-settings', label: 'Choose a kubeconfig' },
      { do: 'retry', label: 'Try again' },
    ],
    place: { path, ...(line === undefined ? {} : { line }) },
    status: null,
    reason: null,
  });

/**
 * Reads one file; undefined when it is not there. What a parser quotes of it may be secret and is not passed on, which
 * is why the library, whose parser quotes the lines around a fault, gets JSON. Entries that lack what they need are
 * left out: kubectl minds them only when they are used.
 */
async function readOne(path: string): Promise<KubeConfig | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw broken(path, `it cannot be read (${code ?? 'unknown'})`);
  }
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    const said = readKubeconfig(bytes);
    config.loadFromString(JSON.stringify(said), { onInvalidEntry: 'filter' });
    config.makePathsAbsolute(dirname(path));
    addWhatIsLeftOut(config, said, dirname(path));
  } catch (error) {
    if (error instanceof KubeconfigFault) throw broken(path, error.message, 'bad-data', error.line);
    throw broken(path, 'it is not a kubeconfig');
  }
  return config;
}

/**
 * Adds what version 1.4.0 of the library leaves out: a user's `tokenFile`, `as-uid`, `as-groups` and `as-user-extra`, a
 * cluster's `extensions`, and that a command with a folder in its name is relative to the kubeconfig, too.
 */
function addWhatIsLeftOut(config: KubeConfig, file: Record<string, unknown>, folder: string): void {
  const add = (entries: readonly { name: string }[], list: unknown, field: string) => {
    for (const entry of entries) {
      const found = (list as (Record<string, unknown> | null)[]).find((one) => one?.name === entry.name);
      Object.assign(entry, { said: found?.[field] ?? {} });
    }
  };
  add(config.clusters, file.clusters, 'cluster');
  add(config.users, file.users, 'user');
  for (const { exec, said } of config.users as KubeContext['user'][]) {
    if (said.tokenFile) Object.assign(said, { tokenFile: resolve(folder, String(said.tokenFile)) });
    // A command without a folder is looked for in PATH.
    if (/[\\/]/.test(exec?.command)) exec.command = resolve(folder, exec.command);
  }
}

/**
 * Reads and merges kubeconfig files as kubectl does: of two entries with one name the first wins, the first
 * `current-context` counts, files that are not there are skipped unless all are. (The library's `loadFromDefault`
 * throws for a missing file and for a second entry of one name, and takes the last `current-context`.)
 * @throws KubeError `not-found`, `bad-data` naming the file.
 */
async function readAll(files: readonly string[]): Promise<KubeConfig> {
  const [merged, ...others] = (await Promise.all(files.map(readOne))).filter((one) => one !== undefined);
  if (!merged) throw broken(files[0] ?? '~/.kube/config', 'no such file', 'not-found');
  for (const { clusters, users, contexts, currentContext } of others) {
    for (const one of clusters) if (!merged.getCluster(one.name)) merged.addCluster(one);
    for (const one of users) if (!merged.getUser(one.name)) merged.addUser(one);
    for (const one of contexts) if (!merged.getContextObject(one.name)) merged.addContext(one);
    if (!merged.currentContext) merged.setCurrentContext(currentContext);
  }
  return merged;
}

/** A context as it may be shown: nothing secret. */
export interface ShownContext {
  name: string;
  server: string;
  /** The program that logs in, as the kubeconfig names it; `null`: none runs. */
  command: string | null;
}

/** The contexts that can be chosen, in the order of the files. @throws KubeError as {@link findContext}. */
export async function listContexts(files: readonly string[]): Promise<ShownContext[]> {
  const all = await readAll(files);
  return all.contexts.flatMap(({ name, cluster, user }) => {
    const server = all.getCluster(cluster)?.server;
    const command: unknown = all.getUser(user)?.exec?.command;
    return server === undefined
      ? []
      : [{ name, server, command: typeof command === 'string' ? command : null }];
  });
}

/**
 * One context (the current one when none is named) with its cluster and user.
 * @param proxyUrl a proxy on the way to a cluster that has none in the kubeconfig.
 * @throws KubeError `not-found`, `bad-data` when the context or what it names is not there, or when the cluster's
 * address would send credentials in the clear.
 */
export async function findContext(
  files: readonly string[],
  name: string | undefined,
  proxyUrl?: string,
): Promise<KubeContext> {
  const all = await readAll(files);
  const wanted = name ?? all.currentContext;
  const path = files[0] ?? '';
  if (!wanted) throw broken(path, 'it has no current context');
  const context = all.getContextObject(wanted);
  if (!context) {
    const others = all.contexts.map((candidate) => candidate.name).join(', ');
    throw broken(path, `it has no context "${wanted}" (it has: ${others || 'none'})`);
  }
  const cluster = all.getCluster(context.cluster) as KubeContext['cluster'] | null;
  if (!cluster) throw broken(path, `the context "${wanted}" refers to a cluster that does not exist`);
  const user =
    // Without a name it is nobody, as for kubectl.
    (context.user ? all.getUser(context.user) : { name: '', said: {} }) as KubeContext['user'] | null;
  if (!user) throw broken(path, `the context "${wanted}" refers to a user that does not exist`);
  const server = serverAddress(cluster, user);
  if (server === null) throw broken(path, `the address of the cluster "${cluster.name}" is not a URL`);
  // On this machine it passes no network: `kubectl proxy`.
  if (server.startsWith('http:') && !cluster.skipTLSVerify && !leadsToLoopback(server))
    throw broken(
      path,
      `the cluster "${cluster.name}" is reached without TLS, which would show your credentials`,
    );
  if (proxyUrl !== undefined && cluster.proxyUrl)
    throw broken(path, `the cluster "${cluster.name}" has its own proxy`);
  return {
    name: wanted,
    namespace: context.namespace ?? 'default',
    cluster: { ...cluster, server, ...(proxyUrl === undefined ? {} : { proxyUrl }) },
    user,
  };
}

/**
 * A cluster's address as client-go completes it (`rest.DefaultServerURL`): a scheme in any case; without one, https where
 * there is anything of TLS, else http, before a host and port alone. `null` for anything else.
 */
function serverAddress(cluster: Cluster, user: User): string | null {
  const { server } = cluster;
  const scheme = /^https?:\/\//i.exec(server)?.[0];
  if (scheme !== undefined) {
    const address = scheme.toLowerCase() + server.slice(scheme.length);
    return URL.canParse(address) ? address : null;
  }
  if (server.includes('://') || /[/?#]/.test(server)) return null;
  const { caData, caFile, skipTLSVerify } = cluster;
  const isTls = Boolean(caData || caFile || skipTLSVerify || user.certData || user.certFile);
  const address = `${isTls ? 'https' : 'http'}://${server}`;
  return URL.canParse(address) ? address : null;
}
