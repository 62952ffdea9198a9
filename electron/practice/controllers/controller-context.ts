import type { LogStore } from '../cluster/container-logs';
import type { ClusterStore } from '../cluster/store';
import type { KubeObject } from '../cluster/stored-objects';
import type { BagSetup, Faults, PracticeApp, PracticeClock, ReleaseRepo } from '../ports';
import { fittedName, randomSuffix, timestamp } from './generated-names';
import type { KubeEvent } from './kubernetes-shapes';

/** What deploy-image is started with. */
export interface DeployImageRequest {
  repo: string;
  imageTag: string;
  /** `promote_deployment` of the file: true for a release and a promotion, false when a person deploys. */
  promote: boolean;
}

/** The environment that tested versions are promoted to. */
export interface NextEnvironment {
  name: string;
  /**
   * Starts deploy-image there (the webhook that post-sync calls).
   * @returns the Workflow's name; rejects when that cluster is away.
   */
  startDeployImage(request: DeployImageRequest): Promise<string>;
}

/** What every controller of one cluster is handed. */
export interface ControllerContext {
  environment: string;
  nextEnvironment: NextEnvironment | null;
  store: ClusterStore;
  logs: LogStore;
  clock: PracticeClock;
  repo: ReleaseRepo;
  faults: Faults;
  apps: readonly PracticeApp[];
  /** Set where bags are deployed instead of single apps. */
  bags?: BagSetup;
  /** What Applications name as their source; nothing is fetched from it. */
  repoURL: string;
  /** Aborted when the controllers stop. */
  signal: AbortSignal;
}

/** Practice time's now as Kubernetes writes it. */
export function nowOf(context: ControllerContext): string {
  return timestamp(context.clock.now());
}

/** Hourly, as the API server's `--event-ttl`; in practice time. */
const eventTtlSeconds = 3600;

/**
 * Records an Event about an object, or counts up the one with the same reason and message, as client-go's
 * recorder does.
 */
export function recordEvent(
  context: ControllerContext,
  component: string,
  about: KubeObject,
  type: KubeEvent['type'],
  reason: string,
  message: string,
): void {
  const { store } = context;
  const namespace = about.metadata.namespace ?? 'default';
  const now = nowOf(context);
  const known = store
    .list<KubeEvent>('Event', { namespace })
    .find(
      (event) =>
        event.involvedObject.uid === about.metadata.uid &&
        event.reason === reason &&
        event.message === message,
    );
  if (known) {
    store.modify<KubeEvent>('Event', namespace, known.metadata.name, (draft) => {
      draft.count += 1;
      draft.lastTimestamp = now;
    });
    return;
  }
  const created = store.create<KubeEvent>('Event', {
    metadata: { name: fittedName(about.metadata.name, `.${randomSuffix()}${randomSuffix()}`), namespace },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      namespace,
      name: about.metadata.name,
      uid: about.metadata.uid,
    },
    reason,
    message,
    type,
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
    source: { component },
  });
  expireEvent(context, created);
}

/** Events go after an hour; those that a restart found begin their hour again. */
export function expireEvent(context: ControllerContext, event: KubeEvent): void {
  const { uid, namespace, name } = event.metadata;
  later(context, eventTtlSeconds, () => {
    if (context.store.get('Event', namespace, name)?.metadata.uid === uid) {
      context.store.delete('Event', namespace, name);
    }
  });
}

/** Runs `action` after some seconds of practice time, unless the controllers stop before. */
export function later(
  context: ControllerContext,
  seconds: number,
  action: () => void,
  signal: AbortSignal = context.signal,
): void {
  context.clock.wait(seconds, signal).then(action, () => {});
}
