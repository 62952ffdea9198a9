import { type Failure, FailureError, failureOf } from '../../shared/domain/failure/failure';
import { GitError } from '../systems/git/errors';
import { isDamage, isFull, isUnwritable } from '../systems/sqlite/database-errors';

/** What an error of Git, of SQLite or of a question means to a person. */
export function historyFailure(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  if (isFull(error) || (error instanceof GitError && error.kind === 'disk-full'))
    return {
      code: 'disk-full',
      message: 'There is no room left on the disk for the history.',
      meaning: 'What is indexed so far can be read. Everything else of Signalbox works.',
      next: [
        { do: 'advice', label: 'Free some space, then try again.' },
        { do: 'retry', label: 'Go on indexing' },
      ],
    };
  if (isUnwritable(error))
    return {
      code: 'read-only',
      message: 'The history index cannot be written where it lies.',
      meaning: 'The history is not read anew. Everything else of Signalbox works.',
      next: [
        { do: 'advice', label: "See that the folder of the app's data is there and may be written." },
        { do: 'retry', label: 'Try again' },
      ],
      detail: error instanceof Error ? error.message : String(error),
    };
  if (isDamage(error))
    return {
      code: 'bad-data',
      message: 'The history index is damaged.',
      meaning: 'It holds nothing that is not in the repo: it is being built again.',
      next: [{ do: 'retry', label: 'Ask again' }],
    };
  if (error instanceof GitError) return gitFailure(error);
  if (error instanceof RangeError)
    return {
      code: 'invalid-input',
      message: error.message,
      meaning: 'The question was not asked.',
      next: [{ do: 'advice', label: 'Correct it and ask again.' }],
    };
  return failureOf(error);
}

function gitFailure(error: GitError): Failure {
  if (error.kind === 'aborted')
    return {
      code: 'cancelled',
      message: 'Reading the history was stopped.',
      meaning: 'What is indexed so far stays.',
      next: [{ do: 'retry', label: 'Go on' }],
    };
  return {
    code: error.kind === 'git-missing' ? 'not-found' : 'bad-data',
    message:
      error.kind === 'git-missing'
        ? 'There is no git on this machine.'
        : 'The history of the repo could not be read to its end.',
    meaning: 'What is indexed so far can be read; newer or older history is missing.',
    next: [
      { do: 'retry', label: 'Try again' },
      { do: 'advice', label: 'When it stays so, fetch the repo anew.' },
    ],
    detail: error.detail || error.message,
  };
}

export const notFound = (what: string): FailureError =>
  new FailureError({
    code: 'not-found',
    message: what,
    meaning: 'There is no history to show.',
    next: [{ do: 'open-settings', label: 'Check the repo and the branch' }],
  });
