import type { Deployment, HealthStatus } from './kubernetes-shapes';

/**
 * A Deployment's health as Argo CD works it out (gitops-engine, `pkg/health/health_deployment.go`).
 * `undefined` stands for a resource that is not there.
 */
export function deploymentHealth(deployment: Deployment | undefined): HealthStatus {
  if (!deployment) return 'Missing';
  if (deployment.spec.paused) return 'Suspended';
  const { status = {}, metadata, spec } = deployment;
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) return 'Progressing';
  const progressing = status.conditions?.find((condition) => condition.type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return 'Degraded';
  const updated = status.updatedReplicas ?? 0;
  if (updated < (spec.replicas ?? 1)) return 'Progressing';
  if ((status.replicas ?? 0) > updated) return 'Progressing';
  if ((status.availableReplicas ?? 0) < updated) return 'Progressing';
  return 'Healthy';
}

/** From best to worst, as Argo CD ranks them; an Application is as healthy as its worst resource. */
const ranking: readonly HealthStatus[] = [
  'Healthy',
  'Suspended',
  'Progressing',
  'Missing',
  'Degraded',
  'Unknown',
];

/** The worst of several; `Healthy` for none. */
export function worstHealth(statuses: readonly HealthStatus[]): HealthStatus {
  return statuses.reduce<HealthStatus>(
    (worst, status) => (ranking.indexOf(status) > ranking.indexOf(worst) ? status : worst),
    'Healthy',
  );
}

/** Whether every field of `desired` has the same value in `live`; fields that only `live` has don't count. */
export function covers(live: unknown, desired: unknown): boolean {
  if (Array.isArray(desired)) {
    return (
      Array.isArray(live) &&
      live.length === desired.length &&
      desired.every((inner, i) => covers(live[i], inner))
    );
  }
  if (desired !== null && typeof desired === 'object') {
    if (live === null || typeof live !== 'object') return false;
    return Object.entries(desired).every(
      ([key, inner]) => inner === undefined || covers((live as Record<string, unknown>)[key], inner),
    );
  }
  return Object.is(live, desired);
}

/** `desired` laid over `live`: objects field by field, everything else replaced; what only `live` has stays. */
export function merged<T>(live: T, desired: unknown): T {
  if (desired === null || typeof desired !== 'object' || Array.isArray(desired)) return desired as T;
  if (live === null || typeof live !== 'object' || Array.isArray(live)) return desired as T;
  const result: Record<string, unknown> = { ...(live as Record<string, unknown>) };
  for (const [key, inner] of Object.entries(desired)) {
    if (inner !== undefined) result[key] = merged(result[key], inner);
  }
  return result as T;
}
