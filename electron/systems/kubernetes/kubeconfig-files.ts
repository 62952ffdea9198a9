import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
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

/** The files that kubectl would read: `KUBECONFIG`, else `~/.kube/config`. */
export function defaultKubeconfigFiles(environment: NodeJS.ProcessEnv = process.env): string[] {
  const named = (environment.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  return named.length > 0 ? named : [join(homedir(), '.kube', 'config')];
}

const broken = (path: string, why: string, code: KubeFailure['code'], cause?: unknown): KubeError =>
  new KubeError(
    {
      code,
      message:
        code === 'not-found'
          ? `There is no kubeconfig at ${path}.`
          : `The kubeconfig ${path} cannot be read.`,
      meaning: 'Signalbox cannot reach the clusters that it names. Nothing else is affected.',
      next: [
        { do: 'open-settings', label: 'Choose a kubeconfig' },
        { do: 'retry', label: 'Try again' },
      ],
      detail: why,
      place: { path },
      status: null,
      reason: null,
    },
    { cause },
  );

/** Reads one file. Its parser's messages can quote the file, so only their first line's reason is kept. */
function readOne(path: string): KubeConfig | undefined {
  const config = new KubeConfig();
  try {
    config.loadFromFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const { code, reason, mark } = error as NodeJS.ErrnoException & {
      reason?: string;
      mark?: { line?: number };
    };
    const line = mark?.line === undefined ? '' : ` in line ${mark.line + 1}`;
    throw broken(path, `${code ?? reason ?? 'it is no kubeconfig'}${line}`, 'bad-data', error);
  }
  return config;
}

/**
 * Loads and merges kubeconfig files as kubectl does: of two entries with one name the first wins, the first
 * `current-context` counts, files that are not there are skipped unless all are.
 * @throws KubeError `not-found`, `bad-data` naming the file.
 */
export function loadKubeconfig(files: readonly string[] = defaultKubeconfigFiles()): KubeConfig {
  const found = files.map(readOne).filter((config) => config !== undefined);
  if (found.length === 0) throw broken(files[0] ?? '~/.kube/config', 'no such file', 'not-found');
  const first = <T extends { name: string }>(lists: (T[] | undefined)[]): T[] => {
    const byName = new Map<string, T>();
    for (const entry of lists.flatMap((list) => list ?? []))
      if (!byName.has(entry.name)) byName.set(entry.name, entry);
    return [...byName.values()];
  };
  const merged = new KubeConfig();
  merged.loadFromOptions({
    clusters: first(found.map((config) => config.clusters)),
    users: first(found.map((config) => config.users)),
    contexts: first(found.map((config) => config.contexts)),
    currentContext: found.map((config) => config.currentContext).find((name) => Boolean(name)) ?? '',
  });
  return merged;
}

/** The contexts of the files, for a choice in the settings. @throws KubeError as {@link loadKubeconfig}. */
export function listContexts(files?: readonly string[]): ContextInfo[] {
  const config = loadKubeconfig(files);
  return config.getContexts().map((context) => {
    const cluster = config.getCluster(context.cluster);
    return {
      name: context.name,
      server: cluster?.server ?? '',
      namespace: context.namespace ?? 'default',
      current: context.name === config.getCurrentContext(),
      insecure: cluster?.skipTLSVerify ?? false,
    };
  });
}

/** Selects a context. @throws KubeError when it, its cluster or its user is not there. */
export function selectContext(
  config: KubeConfig,
  context: string | undefined,
  files: readonly string[],
): void {
  const name = context ?? config.getCurrentContext();
  const found = name ? config.getContextObject(name) : null;
  const path = files[0] ?? '';
  if (!found)
    throw broken(
      path,
      name
        ? `it has no context "${name}"; it has: ${
            config
              .getContexts()
              .map((c) => c.name)
              .join(', ') || 'none'
          }`
        : 'it names no current context',
      'bad-data',
    );
  config.setCurrentContext(found.name);
  if (!config.getCurrentCluster()?.server)
    throw broken(path, `the context "${found.name}" names a cluster that is not there`, 'bad-data');
  if (!config.getCurrentUser())
    throw broken(path, `the context "${found.name}" names a user that is not there`, 'bad-data');
}
