import type { ResourceKind } from './kinds';
import { ApiError } from './stored-objects';

/** What the bearer of a token may do. */
export interface Grant {
  username: string;
  /** Read only, everywhere allowed. */
  readOnly?: boolean;
  /** Only these namespaces (and nothing cluster-wide); all when left out. */
  namespaces?: readonly string[];
  /** Only these kinds, as a Role names them (`pods`, `pods/log`); all when left out. */
  resources?: readonly string[];
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

const reading: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** Whether a grant covers an action; `namespace` undefined means cluster-wide. @param what `pods` or `pods/log`. */
export function mayDo(grant: Grant, verb: string, what: string, namespace: string | undefined): boolean {
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
  if (mayDo(grant, verb, what, resource.namespaced ? namespace : undefined)) return;
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
export function authenticate(header: string | undefined, tokens: ReadonlyMap<string, Grant>): Grant {
  const token = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
  const grant = token === undefined ? undefined : tokens.get(token);
  if (!grant) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
  return grant;
}
