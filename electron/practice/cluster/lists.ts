import { randomUUID } from 'node:crypto';
import { type Exchange, integer } from './exchange';
import type { ResourceKind } from './kinds';
import type { ClusterStore } from './store';
import type { ListOptions } from './store-options';
import { ApiError, type KubeObject, refusals } from './stored-objects';

interface Snapshot {
  resource: ResourceKind;
  items: KubeObject[];
  resourceVersion: string;
  selected: boolean;
}

/** How many half-read lists are remembered; the oldest continue tokens expire. */
const snapshotLimit = 20;

const listOf = (resource: ResourceKind, items: readonly KubeObject[], metadata: Record<string, unknown>) => ({
  kind: `${resource.kind}List`,
  apiVersion: resource.apiVersion,
  metadata,
  items,
});

/** The selection that a request's query and path make. */
export function selectionOf(query: URLSearchParams, namespace: string | undefined): ListOptions {
  const labels = query.get('labelSelector');
  const fields = query.get('fieldSelector');
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels ? { labelSelector: labels } : {}),
    ...(fields ? { fieldSelector: fields } : {}),
  };
}

/** @throws ApiError 504 for a resourceVersion that was not reached yet (as `Too large resource version`). */
function demandReached(store: ClusterStore, wanted: string | null): void {
  if (wanted && !/^\d+$/.test(wanted)) throw refusals.badRequest(`invalid resource version: ${wanted}`);
  if (wanted && Number(wanted) > Number(store.resourceVersion))
    throw new ApiError(
      504,
      'Timeout',
      `Timeout: Too large resource version: ${wanted}, current: ${store.resourceVersion}`,
      {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    );
}

/** Lists, with `limit` and `continue`: the pages of one list all show the state at its first page. */
export class Lister {
  readonly #store: ClusterStore;
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(store: ClusterStore) {
    this.#store = store;
  }

  /** The answer to a list request. @throws ApiError 400, 410 (the continue token is too old), 504. */
  list(exchange: Exchange, resource: ResourceKind, namespace: string | undefined): unknown {
    const { query } = exchange;
    const limit = integer(query, 'limit') || Number.POSITIVE_INFINITY;
    const token = query.get('continue');
    if (token) return this.#page(resource, token, limit);
    demandReached(this.#store, query.get('resourceVersion'));
    const selection = selectionOf(query, namespace);
    const items = this.#store.list(resource.kind, selection);
    const { resourceVersion } = this.#store;
    if (items.length <= limit) return listOf(resource, items, { resourceVersion });
    const id = randomUUID();
    const selected = Boolean(selection.labelSelector || selection.fieldSelector);
    this.#snapshots.set(id, { resource, items, resourceVersion, selected });
    for (const old of this.#snapshots.keys()) {
      if (this.#snapshots.size <= snapshotLimit) break;
      this.#snapshots.delete(old);
    }
    return this.#page(resource, Buffer.from(`${id}:0`).toString('base64url'), limit);
  }

  #page(resource: ResourceKind, token: string, limit: number): unknown {
    const [id = '', from = ''] = Buffer.from(token, 'base64url').toString().split(':');
    const snapshot = this.#snapshots.get(id);
    if (!/^\d+$/.test(from)) throw refusals.badRequest('continue key is not valid');
    if (
      !snapshot ||
      snapshot.resource !== resource ||
      Number(snapshot.resourceVersion) < Number(this.#store.oldestResourceVersion)
    )
      throw new ApiError(
        410,
        'Expired',
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
      );
    const start = Number(from);
    const end = Math.min(start + limit, snapshot.items.length);
    const left = snapshot.items.length - end;
    return listOf(resource, snapshot.items.slice(start, end), {
      resourceVersion: snapshot.resourceVersion,
      ...(left > 0 ? { continue: Buffer.from(`${id}:${end}`).toString('base64url') } : {}),
      ...(left > 0 && !snapshot.selected ? { remainingItemCount: left } : {}),
    });
  }
}
