import type { LogStore } from '../../cluster/container-logs';
import type { ClusterStore } from '../../cluster/store';
import type { ArgoPerson } from '../accounts';
import type { Exchange } from '../gateway';
import type { GatewayBackend } from '../gateway-server';

/** What the handlers of the server share. */
export interface Backend extends GatewayBackend {
  store: ClusterStore;
  logs: LogStore;
  now: () => Date;
  /** @throws GatewayError `PermissionDenied` where the person may only read. */
  demand: (exchange: Exchange, action: ArgoAction) => void;
}

/** What the roles tell apart (argo-cd, `util/rbac/rbac.go`, `Actions`). */
export const argoActions = [
  'get',
  'create',
  'update',
  'delete',
  'sync',
  'override',
  'action',
  'invoke',
] as const;
export type ArgoAction = (typeof argoActions)[number];

/** `util/rbac/rbac.go`, `Resources`. */
export const argoResources = [
  'clusters',
  'projects',
  'applications',
  'applicationsets',
  'repositories',
  'write-repositories',
  'certificates',
  'accounts',
  'gpgkeys',
  'logs',
  'exec',
  'extensions',
] as const;

/** Argo CD's own roles `role:readonly` and `role:admin` (`assets/builtin-policy.csv`), as far as these tell them apart. */
export const permits = (person: ArgoPerson, action: ArgoAction): boolean =>
  action === 'get' || person.role('argo-cd') === 'read-write';
