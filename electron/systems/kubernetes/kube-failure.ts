import type { Failure } from '../../../shared/domain/failure/failure';

/**
 * Why the API refused. `status` and `reason` are those of its `Status` object (`Conflict`, `AlreadyExists`, `NotFound`,
 * `Invalid`…), `null` when no answer came. A stale resourceVersion has the code `conflict` and the reason `Conflict`:
 * read again and decide again.
 */
export interface KubeFailure extends Failure {
  status: number | null;
  reason: string | null;
}
