import { z } from 'zod';
import { namesAccount } from './url-account';

/** What can be found out by asking a cluster, as the estate file names it. */
export const detectedFields = [
  'cluster.argoNamespace',
  'cluster.parentApplication',
  'cluster.appsNamespace',
  'cluster.workflowsNamespace',
  'argo.cd.url',
  'argo.workflows.url',
] as const;
export type DetectedField = (typeof detectedFields)[number];

/** A proposal for one field. Nothing of it counts before the person takes it. */
export const proposalSchema = z.object({
  field: z.enum(detectedFields),
  value: z.string().min(1).max(2000),
  /** What the estate says now; `null`: nothing. */
  now: z.string().nullable(),
  /** Where it comes from, in a sentence. */
  from: z.string(),
});
export type Proposal = z.infer<typeof proposalSchema>;

/** An Application as far as it tells where things lie. */
export interface SeenApplication {
  namespace: string;
  name: string;
  /** `spec.destination.namespace`. */
  destination: string | null;
  /** Whether it is an app of the release repo (annotation `repoName`). */
  isApp: boolean;
  /** Applications that it manages (`status.resources`). */
  children: readonly { namespace: string; name: string }[];
  /** The Application that says it manages this one (annotation `argocd.argoproj.io/tracking-id`), by its name. */
  managedBy: string | null;
}

/** What is proposed, and what was seen and left to the person, each in a sentence. */
export interface Found {
  proposal: { value: string; from: string } | null;
  note: string | null;
}
const nothing: Found = { proposal: null, note: null };

/** How often each value occurs, the most frequent first. */
function counted(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
}

const list = (values: readonly string[]): string =>
  values.slice(0, 5).join(', ') + (values.length > 5 ? ', …' : '');

/** The one that most agree upon; where several do as often, none is guessed. */
function most(values: readonly string[], what: string, from: (count: number, all: number) => string): Found {
  const [first, second] = counted(values);
  if (!first) return nothing;
  if (second && second[1] === first[1])
    return { proposal: null, note: `${what} is not clear: ${first[0]} and ${second[0]} are named as often.` };
  return { proposal: { value: first[0], from: from(first[1], values.length) }, note: null };
}

/** The namespace of the Applications. Those of apps count, where there are any. */
export function argoNamespaceOf(all: readonly SeenApplication[]): Found {
  const apps = all.filter(({ isApp }) => isApp);
  const counts = apps.length > 0 ? apps : all;
  return most(
    counts.map(({ namespace }) => namespace),
    'The namespace of the Applications',
    (count, of) => `${count} of ${of} Applications ${apps.length > 0 ? 'of apps ' : ''}are in it.`,
  );
}

/** The Application that renders those of the apps (Argo CD, "App of Apps": `status.resources`, or the tracking annotation). */
export function parentOf(all: readonly SeenApplication[], namespace: string): Found {
  const key = (one: { namespace: string; name: string }): string => `${one.namespace}/${one.name}`;
  const apps = new Set(all.filter(({ isApp }) => isApp).map(key));
  const counts = apps.size > 0 ? apps : new Set(all.map(key));
  const by = new Map<string, Set<string>>();
  const add = (parent: string, child: string): void => {
    if (counts.has(child)) by.set(parent, (by.get(parent) ?? new Set()).add(child));
  };
  for (const one of all) {
    for (const child of one.children) add(one.name, key(child));
    if (one.managedBy !== null) add(one.managedBy, key(one));
  }
  const ranked = [...by].map(([name, of]): [string, number] => [name, of.size]).sort((a, b) => b[1] - a[1]);
  const [first, second] = ranked;
  if (!first) return nothing;
  if (second && second[1] === first[1])
    return {
      proposal: null,
      note: `The parent Application is not clear: ${first[0]} and ${second[0]} manage as many.`,
    };
  const where = all.find(({ name }) => name === first[0])?.namespace;
  if (where === undefined)
    return {
      proposal: null,
      note: `The Applications say that ${first[0]} manages them, but it can’t be seen.`,
    };
  if (where !== namespace)
    return {
      proposal: null,
      note: `${where}/${first[0]} manages the Applications, but is in another namespace than they are.`,
    };
  return {
    proposal: { value: first[0], from: `It manages ${first[1]} of ${counts.size} Applications.` },
    note: null,
  };
}

/** Where the apps are deployed to. */
export function appsNamespaceOf(all: readonly SeenApplication[]): Found {
  return most(
    all.flatMap(({ isApp, destination }) => (isApp && destination !== null ? [destination] : [])),
    'The namespace of the apps',
    (count, of) => `${count} of ${of} Applications of apps are deployed to it.`,
  );
}

/** Where workflows run: where the templates are that the estate starts, else where most workflows are. */
export function workflowsNamespaceOf(
  templates: readonly { namespace: string; name: string }[],
  workflows: readonly { namespace: string }[],
): Found {
  const known = templates.filter(({ name }) => name === 'deploy-image' || name === 'post-sync');
  if (known.length > 0) {
    const namespaces = [...new Set(known.map(({ namespace }) => namespace))];
    const [only] = namespaces;
    if (only === undefined || namespaces.length > 1)
      return {
        proposal: null,
        note: `The namespace of workflows is not clear: ${list(namespaces)} have the templates.`,
      };
    const names = list([...new Set(known.map(({ name }) => name))].sort());
    return { proposal: { value: only, from: `The WorkflowTemplates ${names} are in it.` }, note: null };
  }
  return most(
    workflows.map(({ namespace }) => namespace),
    'The namespace of workflows',
    (count, of) => `${count} of ${of} workflows are in it.`,
  );
}

/** An address of a server that a cluster names, as the estate file takes it; `null`: it can't be one. */
export function serverUrl(text: string): string | null {
  const url = text.trim().replace(/\/+$/, '');
  if (url.length > 300 || !/^https?:\/\/[^\s/]/i.test(url) || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  if (parsed.username || parsed.password || namesAccount(url) || parsed.search || parsed.hash) return null;
  return url;
}

/** An Ingress as far as it leads to one of Argo's servers. */
export interface SeenIngress {
  namespace: string;
  name: string;
  /** Of its rules, with the Services behind each. */
  rules: readonly { host: string; services: readonly string[] }[];
  /** Hosts that it has certificates for. */
  tls: readonly string[];
}

/** The one host at which a Service of Argo's is reached from outside. */
export function ingressUrlOf(
  ingresses: readonly SeenIngress[],
  isServer: (service: string) => boolean,
  what: string,
): Found {
  const hosts = ingresses.flatMap(({ namespace, name, rules, tls }) =>
    rules
      .filter(({ services }) => services.some(isServer))
      .map(({ host }) => ({
        host,
        from: `${namespace}/${name}`,
        scheme: tls.includes(host) ? 'https' : null,
      })),
  );
  const names = [...new Set(hosts.map(({ host }) => host))];
  const [first] = hosts;
  if (!first) return nothing;
  if (names.length > 1)
    return { proposal: null, note: `${what} is not clear: Ingresses lead to it from ${list(names)}.` };
  // Most of them end TLS at a load balancer that the Ingress does not name.
  const url = serverUrl(`${first.scheme ?? 'https'}://${first.host}`);
  return url === null
    ? nothing
    : { proposal: { value: url, from: `The Ingress ${first.from} leads there.` }, note: null };
}
