import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { KubeError } from './failures';
import type { KubeFailure } from './types';

/** One context of the kubeconfig files, without secrets. */
export interface ContextInfo {
  name: string;
  server: string;
  namespace: string;
  current: boolean;
  /** `insecure-skip-tls-verify` is set. */
  insecure: boolean;
}

/**
 * The parts of a kubeconfig (`v1`, `Config`) that are looked at here; all else is kept as it is, for `credentials.ts`.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
/** An empty value (`namespace:`) is one that is not there, as with kubectl. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);
/** What a context needs to be used; kubectl minds its absence only in the one that is used. */
const required = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const userSchema = z.looseObject({ 'client-certificate': text, 'client-key': text, tokenFile: text });
const fileSchema = z.looseObject({
  'current-context': z.string().nullish(),
  clusters: list(
    z.object({
      name: z.string(),
      cluster: z.looseObject({
        server: required,
        'certificate-authority': text,
        'insecure-skip-tls-verify': flag,
      }),
    }),
  ),
  users: list(
    z.object({
      name: z.string(),
      user: userSchema.nullish().transform((user) => user ?? userSchema.parse({})),
    }),
  ),
  contexts: list(
    z.object({
      name: z.string(),
      context: z.looseObject({ cluster: required, user: required, namespace: text }),
    }),
  ),
});
type File = z.output<typeof fileSchema>;

/** One context with what it names. Holds secrets: never shown, logged or sent. */
export interface ContextSource {
  context: File['contexts'][number];
  cluster: File['clusters'][number];
  user: File['users'][number];
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
    meaning: 'Signalbox cannot reach the clusters that it names. Nothing else is affected.',
    next: [
      { do: 'open-settings', label: 'Choose a kubeconfig' },
      { do: 'retry', label: 'Try again' },
    ],
    place: { path, ...(line === undefined ? {} : { line }) },
    status: null,
    reason: null,
  });

/** Reads one file; undefined when it is not there. What parsers quote of it may be secret and is not passed on. */
function readOne(path: string): File | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw broken(path, `it cannot be read (${code ?? 'unknown'})`);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const error = document.errors[0];
  if (error)
    throw broken(path, `it is no YAML (${error.code})`, 'bad-data', lineCounter.linePos(error.pos[0]).line);
  let data: unknown;
  try {
    data = document.toJS();
  } catch {
    throw broken(path, 'it is no YAML (its aliases cannot be resolved)');
  }
  // An empty file is a kubeconfig that names nothing, as with kubectl.
  const parsed = fileSchema.safeParse(data ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw broken(path, `it is no kubeconfig (${issue?.path.join('.') || 'the file'} does not fit)`);
  }
  return withAbsolutePaths(parsed.data, dirname(path));
}

/** Paths in a kubeconfig are relative to the file that they stand in. */
function withAbsolutePaths(file: File, folder: string): File {
  const resolve = (entry: Record<string, unknown>, fields: readonly string[]) => {
    for (const field of fields) {
      const path = entry[field];
      if (typeof path === 'string' && path !== '' && !isAbsolute(path)) entry[field] = join(folder, path);
    }
  };
  for (const { cluster } of file.clusters) resolve(cluster, ['certificate-authority']);
  for (const { user } of file.users) {
    resolve(user, ['client-certificate', 'client-key', 'tokenFile']);
    // A command without a folder is looked for in PATH.
    const exec = user.exec as Record<string, unknown> | null | undefined;
    if (typeof exec === 'object' && exec && /[\\/]/.test(String(exec.command))) resolve(exec, ['command']);
  }
  return file;
}

/**
 * Reads and merges kubeconfig files as kubectl does: of two entries with one name the first wins, the first
 * `current-context` counts, files that are not there are skipped unless all are.
 * @throws KubeError `not-found`, `bad-data` naming the file.
 */
function readAll(files: readonly string[]): File {
  const found = files.map(readOne).filter((file) => file !== undefined);
  if (found.length === 0) throw broken(files[0] ?? '~/.kube/config', 'no such file', 'not-found');
  const first = <T extends { name: string }>(entries: T[]): T[] => {
    const byName = new Map<string, T>();
    for (const entry of entries) if (!byName.has(entry.name)) byName.set(entry.name, entry);
    return [...byName.values()];
  };
  return {
    clusters: first(found.flatMap((file) => file.clusters)),
    users: first(found.flatMap((file) => file.users)),
    contexts: first(found.flatMap((file) => file.contexts)),
    'current-context': found.map((file) => file['current-context']).find((name) => Boolean(name)) ?? null,
  };
}

/** The contexts of the files, for a choice in the settings. @throws KubeError `not-found`, `bad-data`. */
export function listContexts(files: readonly string[] = defaultKubeconfigFiles()): ContextInfo[] {
  const all = readAll(files);
  return all.contexts.map(({ name, context }) => {
    const cluster = all.clusters.find((candidate) => candidate.name === context.cluster)?.cluster;
    return {
      name,
      server: cluster?.server ?? '',
      namespace: context.namespace ?? 'default',
      current: name === all['current-context'],
      insecure: cluster?.['insecure-skip-tls-verify'] ?? false,
    };
  });
}

/**
 * One context (the current one when none is named) with its cluster and user.
 * @param proxyUrl a proxy on the way to a cluster that has none in the kubeconfig.
 * @throws KubeError `not-found`, `bad-data` when the context or what it names is not there, or when the cluster's
 * address would send credentials in the clear.
 */
export function findContext(
  files: readonly string[],
  name: string | undefined,
  proxyUrl?: string,
): ContextSource {
  const all = readAll(files);
  const wanted = name ?? all['current-context'];
  const path = files[0] ?? '';
  if (!wanted) throw broken(path, 'it names no current context');
  const context = all.contexts.find((candidate) => candidate.name === wanted);
  if (!context) {
    const others = all.contexts.map((candidate) => candidate.name).join(', ');
    throw broken(path, `it has no context "${wanted}" (it has: ${others || 'none'})`);
  }
  const cluster = all.clusters.find((candidate) => candidate.name === context.context.cluster);
  if (!cluster?.cluster.server)
    throw broken(path, `the context "${wanted}" names a cluster that is not there`);
  const user = all.users.find((candidate) => candidate.name === context.context.user);
  if (!user) throw broken(path, `the context "${wanted}" names a user that is not there`);
  const { server } = cluster.cluster;
  if (!/^https?:\/\//.test(server))
    throw broken(path, `the address of the cluster "${cluster.name}" is no URL`);
  if (server.startsWith('http:') && !cluster.cluster['insecure-skip-tls-verify'])
    throw broken(
      path,
      `the cluster "${cluster.name}" is reached without TLS, which would show your credentials`,
    );
  if (proxyUrl === undefined) return { context, cluster, user };
  if (cluster.cluster['proxy-url'])
    throw broken(path, `the cluster "${cluster.name}" has a proxy of its own`);
  const proxied = { ...cluster, cluster: { ...cluster.cluster, 'proxy-url': proxyUrl } };
  return { context, cluster: proxied, user };
}
