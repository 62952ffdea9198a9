import type { Failure } from '../../shared/domain/failure/failure';
import { historyFailure } from '../history/failures';

/** Writes; what is kept beside an operation must not stop it, so that a failure is returned, not thrown. */
export function written(write: () => void): Failure | null {
  try {
    write();
    return null;
  } catch (error) {
    return historyFailure(error);
  }
}
