import { z } from 'zod';

/** What a person can do about a failure; the screen turns each into a button or a line of advice. */
export const nextStepSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('retry'), label: z.string() }),
  z.object({ do: z.literal('open-settings'), label: z.string() }),
  z.object({ do: z.literal('open-operation'), label: z.string(), operationId: z.string() }),
  z.object({ do: z.literal('open-url'), label: z.string(), url: z.string() }),
  /** Something to paste elsewhere, such as a command into a terminal: shown whole, with a button that copies it. */
  z.object({ do: z.literal('copy'), label: z.string(), text: z.string() }),
  z.object({ do: z.literal('advice'), label: z.string() }),
]);
export type NextStep = z.infer<typeof nextStepSchema>;

/**
 * Every code that an expected failure may carry. A closed list, so that the compiler finds a
 * description that is missing.
 */
export const failureCodes = [
  'invalid-input',
  'not-found',
  'refused',
  'conflict',
  'busy',
  'read-only',
  'offline',
  'unreachable',
  'timeout',
  'unauthorised',
  /** Nothing was asked: nobody is signed in there, and nobody's session has ended by itself. */
  'signed-out',
  /** Nothing was asked: what the kubeconfig would run or send waits for the person's consent. */
  'consent-needed',
  'forbidden',
  /** Nothing was asked: the estate file names no way to it. */
  'not-configured',
  'rate-limited',
  'bad-data',
  'too-large',
  'cancelled',
  'unknown-outcome',
  'disk-full',
  'internal',
] as const;
export type FailureCode = (typeof failureCodes)[number];

/**
 * An expected failure, as it crosses every boundary (engine, IPC, screen).
 * `message` says what happened, `meaning` what follows from it, `next` what to do about it.
 * `detail` is technical text to copy (never a secret); `place` names a file and line where bad data lies.
 */
export const failureSchema = z.object({
  code: z.enum(failureCodes),
  message: z.string(),
  meaning: z.string(),
  next: z.array(nextStepSchema),
  detail: z.string().optional(),
  place: z.object({ path: z.string(), line: z.number().int().positive().optional() }).optional(),
});
export type Failure = z.infer<typeof failureSchema>;

/** A result that crosses a boundary: exceptions over IPC would keep only their message. */
export type Result<T, F = Failure> = { ok: true; value: T } | { ok: false; failure: F };

export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });
export const fail = (failure: Failure): { ok: false; failure: Failure } => ({ ok: false, failure });

/** Throwable form of a {@link Failure}, for use inside one process. */
export class FailureError extends Error {
  override readonly name = 'FailureError';
  readonly failure: Failure;
  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(failure.message, options);
    this.failure = failure;
  }
}

/** The value of a result. @throws FailureError with its failure. */
export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new FailureError(result.failure);
  return result.value;
}
