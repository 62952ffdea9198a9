import { z } from 'zod';
import type { EnvironmentCluster } from '../../shared/domain/estate/cluster-of';
import {
  appsNamespaceOf,
  argoNamespaceOf,
  type DetectedField,
  type Found,
  ingressUrlOf,
  type Proposal,
  parentOf,
  type SeenApplication,
  type SeenIngress,
  serverUrl,
  workflowsNamespaceOf,
} from '../../shared/domain/estate/detected';
import type { Failure } from '../../shared/domain/failure/failure';
import { attempt, getObject } from '../systems/kubernetes/objects';
import { resourcePath } from '../systems/kubernetes/paths';
import { reviewRight } from '../systems/kubernetes/reviews';
import type { Connection, KubeObject, ResourceRef } from '../systems/kubernetes/types';

const argo = 'argoproj.io/v1alpha1';
/** Where Argo CD is usually installed: its own manifests, GOV.UK's, the Helm chart's, OpenShift's. */
const usualNamespaces = ['argocd', 'cluster-services', 'argo-cd', 'openshift-gitops'];
const usualWorkflowNamespaces = ['argo', 'apps', 'workflows'];
/** Objects of a kind that are looked at. */
const mostObjects = 500;
const listSchema = z.object({
  items: z.array(
    z.looseObject({ metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }) }),
  ),
});
const text = z.string().max(253).optional().catch(undefined);

const applicationSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    annotations: z.record(z.string(), z.string()).optional().catch(undefined),
  }),
  spec: z
    .object({ destination: z.object({ namespace: text }).optional().catch(undefined) })
    .optional()
    .catch(undefined),
  status: z
    .object({
      resources: z
        .array(z.object({ group: text, kind: text, namespace: text, name: text }))
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});

function seenApplication(object: KubeObject): SeenApplication | null {
  const read = applicationSchema.safeParse(object);
  if (!read.success) return null;
  const { metadata, spec, status } = read.data;
  const { name, namespace, annotations = {} } = metadata;
  // `<application>:<group>/<kind>:<namespace>/<name>`; an application elsewhere is `<namespace>_<name>` (Argo CD, "Resource Tracking").
  const [tracked = ''] = (annotations['argocd.argoproj.io/tracking-id'] ?? '').split(':');
  return {
    name,
    namespace,
    destination: spec?.destination?.namespace || null,
    isApp: 'repoName' in annotations,
    children: (status?.resources ?? []).flatMap((one) =>
      one.group === 'argoproj.io' && one.kind === 'Application' && one.name
        ? [{ namespace: one.namespace ?? namespace, name: one.name }]
        : [],
    ),
    managedBy: tracked.replace(/^[^_]*_/, '') || null,
  };
}

const ingressSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    tls: z.array(z.object({ hosts: z.array(z.string()).optional() })).optional(),
    rules: z
      .array(
        z.object({
          host: text,
          http: z
            .object({
              paths: z.array(
                z.object({ backend: z.object({ service: z.object({ name: z.string() }).optional() }) }),
              ),
            })
            .optional(),
        }),
      )
      .optional(),
  }),
});

function seenIngress(object: KubeObject): SeenIngress | null {
  const read = ingressSchema.safeParse(object);
  if (!read.success) return null;
  const { metadata, spec } = read.data;
  return {
    ...metadata,
    tls: (spec.tls ?? []).flatMap(({ hosts = [] }) => hosts),
    rules: (spec.rules ?? []).flatMap(({ host, http }) =>
      host
        ? [{ host, services: (http?.paths ?? []).flatMap(({ backend }) => backend.service?.name ?? []) }]
        : [],
    ),
  };
}

/** What asking a cluster came to. */
export interface Detection {
  proposals: Proposal[];
  /** What was seen and is not clear, what could not be asked, and the right that is missing, each in a sentence. */
  notes: string[];
}

/**
 * Asks a cluster where Argo CD, its Applications and workflows lie, by what the person may read. Nothing is changed, and
 * nothing guessed: each proposal says where it comes from, and what several things speak for is told, not chosen.
 * @param now what the estate says; `servers`: addresses of Argo's servers in it.
 */
export async function detectArgo(
  connection: Connection,
  now: Pick<
    EnvironmentCluster,
    'argoNamespace' | 'workflowsNamespace' | 'appsNamespace' | 'parentApplication'
  > & {
    argoCd: string | null;
    argoWorkflows: string | null;
  },
  signal: AbortSignal,
): Promise<Detection> {
  const proposals: Proposal[] = [];
  const notes: string[] = [];
  const take = (field: DetectedField, before: string | null, found: Found): string | null => {
    if (found.note !== null) notes.push(found.note);
    if (found.proposal && found.proposal.value !== before)
      proposals.push({ field, now: before, ...found.proposal });
    return found.proposal?.value ?? null;
  };
  /** Everything of a kind that may be read: everywhere, else in the namespaces that are usual. */
  const all = async (
    plural: string,
    group: string,
    apiVersion: string,
    namespaces: readonly string[],
  ): Promise<KubeObject[] | null> => {
    const listIn = async (namespace: string | undefined): Promise<KubeObject[] | Failure> => {
      const place: ResourceRef = { apiVersion, plural, ...(namespace === undefined ? {} : { namespace }) };
      // One page: what most of so many say is what all say.
      const ask = () =>
        connection.json<unknown>({ path: resourcePath(place), query: { limit: mostObjects }, signal });
      const answer = await attempt(ask, { signal });
      if (!answer.ok) return answer.failure;
      const read = listSchema.safeParse(answer.value);
      return read.success ? read.data.items : [];
    };
    const may = await reviewRight(
      connection,
      { verb: 'list', group, resource: plural, namespace: '' },
      signal,
    );
    if (may.allowed !== false) {
      const everywhere = await listIn(undefined);
      if (Array.isArray(everywhere)) return everywhere;
      if (everywhere.code !== 'forbidden') {
        notes.push(`${plural} could not be listed: ${everywhere.message}`);
        return null;
      }
    }
    const found: KubeObject[] = [];
    let asked = 0;
    let trouble: Failure | null = null;
    for (const namespace of [...new Set(namespaces)]) {
      const here = await reviewRight(
        connection,
        { verb: 'list', group, resource: plural, namespace },
        signal,
      );
      // What could not be asked may be allowed.
      if (here.allowed === false) continue;
      const objects = await listIn(namespace);
      if (!Array.isArray(objects)) {
        if (objects.code !== 'forbidden') trouble = objects;
        continue;
      }
      asked += 1;
      found.push(...objects);
    }
    if (asked > 0) return found;
    notes.push(
      trouble
        ? `${plural} could not be listed: ${trouble.message}`
        : `Your account may not list ${plural}${group ? `.${group}` : ''} in this cluster, so nothing is proposed by them. Whoever manages access to the cluster grants it.`,
    );
    return null;
  };

  const listed = await all('applications', 'argoproj.io', argo, [now.argoNamespace, ...usualNamespaces]);
  const applications = (listed ?? []).flatMap((object) => seenApplication(object) ?? []);
  if (listed !== null && applications.length === 0) notes.push('No Argo CD Application was found.');
  const argoNamespace =
    take('cluster.argoNamespace', now.argoNamespace, argoNamespaceOf(applications)) ?? now.argoNamespace;
  take('cluster.parentApplication', now.parentApplication, parentOf(applications, argoNamespace));
  take('cluster.appsNamespace', now.appsNamespace, appsNamespaceOf(applications));

  const places = [now.workflowsNamespace, ...usualWorkflowNamespaces];
  const templates = await all('workflowtemplates', 'argoproj.io', argo, places);
  const placed = (objects: KubeObject[] | null) =>
    (objects ?? []).map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name }));
  let where = workflowsNamespaceOf(placed(templates), []);
  // Workflows are large: they are asked for where the templates tell nothing.
  if (templates !== null && !where.proposal && where.note === null)
    where = workflowsNamespaceOf([], placed(await all('workflows', 'argoproj.io', argo, places)));
  take('cluster.workflowsNamespace', now.workflowsNamespace, where);

  const settings = await getObject(
    connection,
    { apiVersion: 'v1', plural: 'configmaps', namespace: argoNamespace, name: 'argocd-cm' },
    { signal },
  );
  // argocd-cm.yaml, `url`: "Argo CD's externally facing base URL (optional). Required when configuring SSO".
  const named = settings.ok ? (settings.value as { data?: { url?: unknown } }).data?.url : undefined;
  const url = typeof named === 'string' ? serverUrl(named) : null;
  const ingresses = (
    (await all('ingresses', 'networking.k8s.io', 'networking.k8s.io/v1', [argoNamespace, ...places])) ?? []
  ).flatMap((object) => seenIngress(object) ?? []);
  take(
    'argo.cd.url',
    now.argoCd,
    url !== null
      ? {
          proposal: { value: url, from: `The ConfigMap ${argoNamespace}/argocd-cm names it (url).` },
          note: null,
        }
      : ingressUrlOf(ingresses, (service) => /(?:^|-)argocd-server$/.test(service), 'Argo CD’s server'),
  );
  take(
    'argo.workflows.url',
    now.argoWorkflows,
    ingressUrlOf(
      ingresses,
      (service) => /(?:^|-)argo-(?:workflows-)?server$/.test(service),
      'Argo Workflows’ server',
    ),
  );
  return { proposals, notes: [...new Set(notes)] };
}
