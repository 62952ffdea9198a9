import { type Failure, FailureError } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import { GitError } from '../systems/git/errors';
import { isDamage, isFull, isUnwritable } from '../systems/sqlite/database-errors';

/** What an error of Git, of SQLite or of a question means to a person. */
export function historyFailure(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  if (isFull(error) || (error instanceof GitError && error.kind === 'disk-full'))
    return {
      code: 'disk-full',
      message: 'The disk has no space left for the history.',
      meaning: 'You can read the history loaded so far. Everything else works.',
      next: [
        { do: 'advice', label: 'Free some space, then try again.' },
        { do: 'retry', label: 'Continue loading' },
      ],
    };
  if (isUnwritable(error))
    return {
      code: 'read-only',
      message: 'The history index can’t be written.',
      meaning: 'The history is not updated. Everything else works.',
      next: [
        { do: 'advice', label: 'Check that the data folder exists and is writable.' },
        { do: 'retry', label: 'Try again' },
      ],
      detail: error instanceof Error ? error.message : String(error),
    };
  if (isDamage(error))
    return {
      code: 'bad-data',
      message: 'The history index is damaged.',
      meaning: 'Everything in it is also in the repo, so Signalbox is rebuilding it.',
      next: [{ do: 'retry', label: 'Try again' }],
    };
  if (error instanceof GitError) return gitFailure(error);
  if (error instanceof RangeError)
    return {
      code: 'invalid-input',
      message: error.message,
      meaning: 'The history was not searched.',
      next: [{ do: 'advice', label: 'Correct it and try again.' }],
    };
  return failureOf(error);
}

function gitFailure(error: GitError): Failure {
  if (error.kind === 'aborted')
    return {
      code: 'cancelled',
      message: 'Loading the history was stopped.',
      meaning: 'What is loaded so far stays.',
      next: [{ do: 'retry', label: 'Continue' }],
    };
  return {
    code: error.kind === 'git-missing' ? 'not-found' : 'bad-data',
    message:
      error.kind === 'git-missing'
        ? 'Git is not installed on this computer.'
        : 'Not all of the repo’s history could be read.',
    meaning: 'You can read the history loaded so far; newer or older history is missing.',
    next: [
      { do: 'retry', label: 'Try again' },
      { do: 'advice', label: 'If this continues, clone the repo again.' },
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
