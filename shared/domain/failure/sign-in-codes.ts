import type { FailureCode } from './failure';

/** Nobody is signed in there: nobody ever was, or the session has ended. Nothing was asked, so that another way may be taken. */
export const signInCodes: readonly FailureCode[] = ['signed-out', 'unauthorised'];
