import type { Failure } from '../failure/failure';
import { type Finding, finding } from '../preflight/finding';

/**
 * Why nothing of a release repo may be changed. The ledger alone says so (`Ledger.readOnlyBecause`): preflight, the
 * operations, the actions on clusters and the window ask it, and tell its sentence.
 */
export const openedReadOnly = 'This release repo was opened for reading only.';

/** What is answered to whoever wants a change. */
export const readOnlyFailure = (because: string): Failure => ({
  code: 'read-only',
  message: because,
  meaning: 'Nothing was changed.',
  next: [{ do: 'advice', label: 'To make changes, open the estate with its signalbox.yaml.' }],
});

/** What preflight finds where nothing may be changed. */
export const readOnlyFindings = (because: string | null): Finding[] =>
  because === null ? [] : [finding('read-only', 'block', because, 'How this estate was opened.')];
