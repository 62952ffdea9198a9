/** How many pods a ReplicaSet is to have, and how many of its pods are available. */
export interface SetSize {
  replicas: number;
  available: number;
}

export interface RolloutInput {
  desired: number;
  /** Pods or a percentage, as in `spec.strategy.rollingUpdate`. */
  maxSurge: number | string;
  maxUnavailable: number | string;
  current: SetSize;
  /** Oldest first. */
  old: readonly SetSize[];
}

/**
 * One step of a rolling update: the sizes that the ReplicaSets are to have now (kubernetes
 * `pkg/controller/deployment/rolling.go`). At most `desired + maxSurge` pods in all, at least
 * `desired - maxUnavailable` of them available; old pods that aren't available go first.
 */
export function planRollout(input: RolloutInput): { current: number; old: number[] } {
  const { desired } = input;
  const surge = fraction(input.maxSurge, desired, Math.ceil);
  // Both zero would never move; the API server refuses it, and percentages that round to it become one surge pod.
  const unavailable =
    Math.min(desired, fraction(input.maxUnavailable, desired, Math.floor)) || (surge === 0 ? 1 : 0);
  const old = input.old.map((set) => set.replicas);
  const total = input.current.replicas + old.reduce((sum, replicas) => sum + replicas, 0);

  let current = input.current.replicas;
  if (current > desired) current = desired;
  else current += Math.max(0, Math.min(desired + surge - total, desired - current));
  if (current !== input.current.replicas) return { current, old };

  const atLeast = desired - unavailable;
  const newUnavailable = Math.max(0, current - input.current.available);
  let mayGo = total - atLeast - newUnavailable;
  if (mayGo <= 0) return { current, old };
  // First what isn't available anyway …
  for (const [i, set] of input.old.entries()) {
    const go = Math.min(mayGo, Math.max(0, (old[i] ?? 0) - set.available));
    old[i] = (old[i] ?? 0) - go;
    mayGo -= go;
  }
  // … then what is, as long as enough others are available.
  const available =
    input.current.available + input.old.reduce((sum, set) => sum + Math.min(set.replicas, set.available), 0);
  let surplus = Math.min(mayGo, available - atLeast);
  for (let i = 0; i < old.length && surplus > 0; i += 1) {
    const go = Math.min(surplus, old[i] ?? 0);
    old[i] = (old[i] ?? 0) - go;
    surplus -= go;
  }
  return { current, old };
}

/** A number of pods out of `25%` or `1`. */
export function fraction(value: number | string, of: number, round: (n: number) => number): number {
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? round((of * Number.parseInt(value, 10)) / 100) : Number.parseInt(value, 10);
}
