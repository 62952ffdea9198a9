import { type Failure, FailureError } from './failure';
import { storageFailure } from './storage-failure';

/**
 * The failure that an error stands for. A disk that is full or may not be written is no fault of ours. A thrown value
 * that is neither that nor a {@link FailureError} is one: it becomes `internal`, with its message as detail.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  const storage = storageFailure(error);
  if (storage) return storage;
  return {
    code: 'internal',
    message: 'Signalbox hit an unexpected error.',
    meaning: 'This may not have been done. Nothing else was changed.',
    next: [{ do: 'advice', label: 'Check the board, then try again.' }],
    detail: error instanceof Error ? error.message : String(error),
  };
}
