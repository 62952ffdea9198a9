import type { Estate } from './estate';
import { shellLine } from './shell-line';

/** What an estate file has this computer reach and run. */
export interface Reach {
  /** Hosts (with a port that is not the usual one) that something is sent to, each once, sorted. */
  hosts: string[];
  /** Commands that logins are run inside of, as one would type them, each once, sorted. */
  commands: string[];
}

/** `host[:port]` of a URL or of an scp-like address; `null` for a local path. */
function hostOfAddress(address: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address))
    return /^file:/i.test(address) || !URL.canParse(address) ? null : new URL(address).host || null;
  return /^(?:[^/@\s]+@)?([^/\\:\s]{2,}):/.exec(address)?.[1] ?? null;
}

/** Every host that an estate names in any of its fields, and every command. Kubeconfigs say theirs themselves. */
export function reachOf(estate: Estate): Reach {
  const hosts = new Set<string>();
  const commands = new Set<string>();
  const add = (address: string | undefined): void => {
    const host = address === undefined ? null : hostOfAddress(address.replaceAll('{app}', 'app'));
    if (host !== null) hosts.add(host);
  };
  // Addresses stand in many fields, and each that is added later is to be found, too.
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) add(value);
    } else if (Array.isArray(value)) value.forEach(look);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  };
  look(estate);
  for (const address of [estate.ledger.url, estate.ledger.records?.url, estate.sources?.urlTemplate])
    add(address);
  for (const { cluster, argo } of estate.environments) {
    for (const server of [argo?.cd, argo?.workflows])
      for (const host of server?.signInHosts ?? []) hosts.add(host);
    if (!cluster?.exec) continue;
    const [program = '(the kubeconfig’s login command)', ...words] = cluster.exec.wrapper;
    const env = Object.entries(cluster.exec.env).map(([name, value]) => ({ name, value }));
    commands.add(shellLine({ argv: [program, ...words], env }, 'posix'));
  }
  return { hosts: [...hosts].sort(), commands: [...commands].sort() };
}

/** Places that an estate leads to without naming their hosts: repos, and clusters that a kubeconfig names. */
function placesOf({ ledger, environments }: Estate): string[] {
  const repos = [
    ['the release repo', ledger.url],
    ['the repo of records', ledger.records?.url],
  ].flatMap(([what, url]) => (url === undefined ? [] : [`${what} ${url}`]));
  const clusters = environments.flatMap(({ cluster }) =>
    cluster ? [`the cluster ${cluster.context} of ${cluster.kubeconfig ?? 'your kubeconfig'}`] : [],
  );
  return [...new Set([...repos, ...clusters])];
}

const added = (before: readonly string[], after: readonly string[]): string[] =>
  after.filter((one) => !before.includes(one));

/**
 * What an estate reaches or runs and the one before did not: `hosts` holds places, too, that a changed file leads to
 * without naming a host, as "the cluster prod of your kubeconfig".
 */
export function newReach(before: Estate, after: Estate): Reach {
  const was = reachOf(before);
  const is = reachOf(after);
  return {
    hosts: [...added(was.hosts, is.hosts), ...added(placesOf(before), placesOf(after))],
    commands: added(was.commands, is.commands),
  };
}
