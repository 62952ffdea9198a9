import type { ResourceKind } from './kinds';
import { ApiError } from './stored-objects';

/** A rule of a Role (rbac.authorization.k8s.io/v1, PolicyRule), and where it holds. */
export interface Rule {
  apiGroups: readonly string[];
  /** `pods`, `pods/log`. */
  resources: readonly string[];
  verbs: readonly string[];
  /** Left out, it is a ClusterRole's: everywhere, and cluster-wide. */
  namespaces?: readonly string[];
}

/** What the bearer of a token may do. */
export interface Grant {
  username: string;
  /** Read only, everywhere allowed. */
  readOnly?: boolean;
  /** Only these namespaces (and nothing cluster-wide); all when left out. */
  namespaces?: readonly string[];
  /** Only these kinds, as a Role names them (`pods`, `pods/log`); all when left out. */
  resources?: readonly string[];
  /** Only what one of these rules covers, as RBAC has it; all when left out. */
  rules?: readonly Rule[];
}

/** What stands behind each token; a function is asked at every request. */
export type Grants = Readonly<Record<string, Grant | (() => Grant)>>;

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

const reading: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

const covers = (list: readonly string[], wanted: string): boolean => list.includes(wanted);

/** Whether a grant covers an action. */
export function mayDo(
  grant: Grant,
  wanted: {
    verb: string;
    group: string;
    /** `pods` or `pods/log`. */
    what: string;
    /** Left out, cluster-wide. */
    namespace: string | undefined;
  },
): boolean {
  const { verb, group, what, namespace } = wanted;
  const isCovered = grant.rules?.some(
    (rule) =>
      covers(rule.apiGroups, group) &&
      covers(rule.resources, what) &&
      covers(rule.verbs, verb) &&
      (!rule.namespaces || (namespace !== undefined && covers(rule.namespaces, namespace))),
  );
  if (isCovered === false) return false;
  if (grant.resources && !grant.resources.includes(what)) return false;
  if (grant.readOnly && !reading.has(verb)) return false;
  return !grant.namespaces || (namespace !== undefined && grant.namespaces.includes(namespace));
}

/** @throws ApiError 403, worded as the real one. */
export function demand(
  grant: Grant,
  verb: Verb,
  resource: ResourceKind,
  namespace: string | undefined,
  name: string | undefined,
  subresource?: string,
): void {
  const what = subresource ? `${resource.plural}/${subresource}` : resource.plural;
  const place = resource.namespaced ? namespace : undefined;
  if (mayDo(grant, { verb, group: resource.group, what, namespace: place })) return;
  const qualified = `${resource.plural}${resource.group ? `.${resource.group}` : ''}`;
  throw new ApiError(
    403,
    'Forbidden',
    `${qualified}${name ? ` "${name}"` : ''} is forbidden: User "${grant.username}" cannot ${verb} resource "${what}" in API group "${resource.group}" ${
      namespace ? `in the namespace "${namespace}"` : 'at the cluster scope'
    }`,
    { ...(name ? { name } : {}), group: resource.group, kind: resource.plural },
  );
}

/** The grant behind an `Authorization` header. @throws ApiError 401. */
export function authenticate(header: string | undefined, tokens: ReadonlyMap<string, Grants[string]>): Grant {
  const token = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
  const grant = token === undefined ? undefined : tokens.get(token);
  if (!grant) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
  return typeof grant === 'function' ? grant() : grant;
}
