import {
  type InputOf,
  type OnceName,
  type OutputOf,
  type ProcedureName,
  procedures,
} from '../../shared/contract/contract';
import { type Failure, FailureError, fail, type Result } from '../../shared/domain/failure/failure';
import { bridge } from './bridge';

const badData = (name: string, detail: string): Failure => ({
  code: 'bad-data',
  message: 'Signalbox could not read an internal answer.',
  meaning: 'This part of the screen can’t be shown. Nothing was changed.',
  next: [
    { do: 'retry', label: 'Try again' },
    { do: 'advice', label: 'If this continues, restart Signalbox and report it.' },
  ],
  detail: `${name}: ${detail}`,
});

/** An action whose answer was lost on the way: it may have been done. */
const noAnswer = (name: string, detail: string): Failure => ({
  code: 'unknown-outcome',
  message: 'Signalbox received no answer that it can read.',
  meaning: 'What you asked for may have been done.',
  next: [
    { do: 'retry', label: 'Try again' },
    {
      do: 'advice',
      label: 'Check what the screen shows now. If this continues, restart Signalbox and report it.',
    },
  ],
  detail: `${name}: ${detail}`,
});

/** Procedures that may be sent at any time; the others go through `attempts.ts`. */
type Callable = Exclude<ProcedureName, OnceName>;

/**
 * Calls one procedure of the main process. Input and output are checked against the contract, so nothing of an
 * unexpected shape reaches a screen.
 * @returns the value, or the typed failure; never rejects.
 */
export const ask = <N extends Callable>(name: N, input: InputOf<N>): Promise<Result<OutputOf<N>>> =>
  send(name, input);

/** {@link ask} for what is done once: for `attempts.ts` alone, which makes the ids. */
export const askOnce = <N extends OnceName>(name: N, input: InputOf<N>): Promise<Result<OutputOf<N>>> =>
  send(name, input);

async function send<N extends ProcedureName>(name: N, input: InputOf<N>): Promise<Result<OutputOf<N>>> {
  const checked = procedures[name].input.safeParse(input);
  if (!checked.success) {
    return fail({
      code: 'invalid-input',
      message: 'Some of what you typed is not valid.',
      meaning: 'Nothing was sent and nothing was changed.',
      next: [{ do: 'advice', label: 'Correct the field and try again.' }],
      detail: `${name}: ${checked.error.message}`,
    });
  }
  const unreadable = (detail: string): Failure =>
    procedures[name].kind === 'query' ? badData(name, detail) : noAnswer(name, detail);
  try {
    const result = await bridge().call[name](input);
    if (!result.ok) return result;
    const output = procedures[name].output.safeParse(result.value);
    if (!output.success) return fail(unreadable(output.error.message));
    return { ok: true, value: output.data as OutputOf<N> };
  } catch (error) {
    return fail(unreadable(error instanceof Error ? error.message : String(error)));
  }
}

/**
 * {@link ask} for React Query.
 * @throws FailureError with the typed failure.
 */
export async function call<N extends Callable>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
  const result = await ask(name, input);
  if (!result.ok) throw new FailureError(result.failure);
  return result.value;
}
