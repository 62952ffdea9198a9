/** Automatic sync of one Application, as it stands in the cluster. */
export interface AutomaticSync {
  /**
   * `spec.syncPolicy.automated` as JSON text, so that every key and number of it can be put back as it was; `null`:
   * there is none.
   */
  policy: string | null;
  /** What Signalbox wrote there when it switched it off; `null`: it did not. */
  note: string | null;
  /**
   * What puts a changed spec back: `ApplicationSet govuk` that owns it (argo-cd `docs/user-guide/auto_sync.md`: toggling
   * such an Application has no effect), `Application app-config` that renders it. `null`: nothing that is known.
   */
  keptBy: string | null;
  /** A sync is asked for, or runs (`.operation`, which Argo CD takes away at the end). */
  busy: boolean;
}

/**
 * Whether Argo CD syncs by itself under a policy: it is there, and `enabled` is not false (argo-cd
 * `pkg/apis/application/v1alpha1/types.go`, `IsAutomatedSyncEnabled`).
 */
export function isAutomatic(policy: string | null): boolean {
  if (policy === null) return false;
  const read: unknown = JSON.parse(policy);
  return typeof read === 'object' && read !== null && (read as { enabled?: unknown }).enabled !== false;
}
