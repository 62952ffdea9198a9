import type { ResourceKind } from './kinds';

/** `metadata` as it is stored (meta/v1 ObjectMeta, the fields in use). */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  generateName?: string;
  uid: string;
  /** Decimal digits; one counter for all kinds of a cluster, as with etcd. */
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Any object of a cluster. Kinds with typed fields extend it: `interface Pod extends KubeObject { spec: … }`. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** What may be handed to `create`: the store fills in the rest of `metadata`. */
export type NewObject<T extends KubeObject = KubeObject> = Omit<T, 'metadata' | 'apiVersion' | 'kind'> & {
  apiVersion?: string;
  kind?: string;
  metadata: Partial<ObjectMeta>;
};

/** meta/v1 Status, as the API server answers a failed request. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Failure' | 'Success';
  message?: string;
  reason?: string;
  details?: Record<string, unknown>;
  code: number;
}

/** A refusal of the store or the API server; becomes a `Status` on the wire. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly details: Record<string, unknown> | undefined;
  constructor(code: number, reason: string, message: string, details?: Record<string, unknown>) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** The `Status` object of this refusal. */
  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

const qualified = (resource: ResourceKind): string =>
  resource.group ? `${resource.plural}.${resource.group}` : resource.plural;

const detailsOf = (resource: ResourceKind, name: string) => ({
  name,
  ...(resource.group ? { group: resource.group } : {}),
  kind: resource.plural,
});

/** The refusals, worded as apimachinery `api/errors` words them. */
export const refusals = {
  notFound: (resource: ResourceKind, name: string) =>
    new ApiError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name)),
  alreadyExists: (resource: ResourceKind, name: string) =>
    new ApiError(
      409,
      'AlreadyExists',
      `${qualified(resource)} "${name}" already exists`,
      detailsOf(resource, name),
    ),
  conflict: (resource: ResourceKind, name: string, why?: string) =>
    new ApiError(
      409,
      'Conflict',
      `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${
        why ?? 'the object has been modified; please apply your changes to the latest version and try again'
      }`,
      detailsOf(resource, name),
    ),
  invalid: (resource: ResourceKind, name: string, field: string, why: string) =>
    new ApiError(
      422,
      'Invalid',
      `${resource.kind}${resource.group ? `.${resource.group}` : ''} "${name}" is invalid: ${field}: ${why}`,
      {
        ...detailsOf(resource, name),
        kind: resource.kind,
        causes: [{ reason: 'FieldValueInvalid', message: why, field }],
      },
    ),
  expired: (wanted: string, oldest: string) =>
    new ApiError(410, 'Expired', `too old resource version: ${wanted} (${oldest})`),
  badRequest: (message: string) => new ApiError(400, 'BadRequest', message),
};
