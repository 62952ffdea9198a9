import type { Kind } from './kinds';
import type { KubeObject } from './stored-objects';

export interface ListOptions {
  /** All namespaces when left out. */
  namespace?: string;
  /** As in the API: `a=b,c in (d,e)`. */
  labelSelector?: string;
  /** As in the API: `metadata.name=x`. */
  fieldSelector?: string;
}

export interface DeleteOptions {
  /** `Orphan` leaves dependents and drops their owner references; `Foreground` is treated as `Background`. */
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  /** 0 removes at once even a kind that is deleted gracefully. */
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** What `dump` gives and `load` takes: plain JSON. */
export interface StoreDump {
  resourceVersion: number;
  objects: KubeObject[];
}

export interface StoreOptions {
  /** Events kept for watches that begin in the past. Default 2,000. */
  history?: number;
  now?: () => Date;
  /**
   * Kinds whose deletion only sets `deletionTimestamp`; a controller (the kubelet) finishes it with
   * `delete(…, { gracePeriodSeconds: 0 })`. Default none: a deletion removes at once.
   */
  gracefulKinds?: readonly Kind[];
  /** Told when a subscriber throws; the others are served all the same. Default: thrown as an uncaught exception. */
  onListenerError?: (error: unknown) => void;
}
