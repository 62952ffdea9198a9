import type { Failure } from '../../shared/domain/failure/failure';

/** What changes records, before their branch is set up. */
export const notSetUp = (state: 'absent' | 'not-set-up'): Failure => ({
  code: 'refused',
  message:
    state === 'absent'
      ? 'The branch for records does not exist yet.'
      : 'The branch for records is not set up yet.',
  meaning: 'Nothing was changed: what belongs to it can’t be recorded.',
  next: [{ do: 'open-settings', label: 'Set it up under Settings → Records' }],
});
