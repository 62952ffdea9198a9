import { z } from 'zod';
import { parseExact } from '../../kubernetes/exact-json';
import { badDataError } from '../../kubernetes/failures';
import { isObject } from '../../kubernetes/list-pages';
import type { Connection, KubeObject } from '../../kubernetes/types';
import { listOf, optional, readObjectOrNull } from '../../read-object';
import type { ApplicationRef } from './argo-cd-requests';

const text = optional(z.string());

/** Of a `ResourceNode` (argo-cd 3.5, `pkg/apis/application/v1alpha1/types.go`) what tells which live object to read. */
const nodeSchema = z.object({
  group: text,
  version: text,
  kind: z.string(),
  namespace: text,
  name: z.string(),
  uid: text,
  resourceVersion: text,
  parentRefs: listOf(z.object({ uid: text })),
  info: listOf(z.object({ name: z.string(), value: text })),
});
export type TreeNode = z.infer<typeof nodeSchema>;

const treeSchema = z.object({ nodes: listOf(nodeSchema) });

const pathOf = ({ name }: ApplicationRef, part: string): string =>
  `/api/v1/applications/${encodeURIComponent(name)}/${part}`;

/** `GET /api/v1/applications/{name}/resource-tree`, as Argo CD's controller last wrote it. @throws KubeError. */
export async function readTree(
  connection: Connection,
  ref: ApplicationRef,
  signal: AbortSignal,
): Promise<readonly TreeNode[]> {
  const query = { appNamespace: ref.namespace };
  const answer = await connection.json<unknown>({ path: pathOf(ref, 'resource-tree'), query, signal });
  const tree = readObjectOrNull(treeSchema, answer);
  if (!tree) throw badDataError(connection, 'a resource tree that is none');
  return tree.nodes;
}

/**
 * `GET /api/v1/applications/{name}/resource`: the live object, read from the cluster by the server.
 * @param exact numbers stay as they are written. @throws KubeError.
 */
export async function readLiveObject(
  connection: Connection,
  ref: ApplicationRef,
  {
    group,
    version,
    kind,
    namespace,
    name,
  }: Pick<TreeNode, 'group' | 'version' | 'kind' | 'namespace' | 'name'>,
  signal: AbortSignal,
  exact = false,
): Promise<KubeObject> {
  const query = {
    appNamespace: ref.namespace,
    group: group ?? '',
    version: version ?? '',
    kind,
    namespace: namespace ?? '',
    resourceName: name,
  };
  const answer = await connection.json<{ manifest?: unknown }>({
    path: pathOf(ref, 'resource'),
    query,
    signal,
  });
  let object: unknown = null;
  try {
    const text = String(answer?.manifest ?? '');
    object = exact ? parseExact(text) : JSON.parse(text);
  } catch {
    // Told below as what it is.
  }
  if (!isObject(object)) throw badDataError(connection, 'a live object that is none');
  return object;
}
