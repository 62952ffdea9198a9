import type { FailureCode } from './failure';

/** Failures that pass by themselves: the same request may succeed later. What else may pass is for who asks to say. */
export const passingCodes = [
  'unreachable',
  'offline',
  'timeout',
  'rate-limited',
] as const satisfies FailureCode[];
