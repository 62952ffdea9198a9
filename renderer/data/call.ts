import { type InputOf, type OutputOf, type ProcedureName, procedures } from '../../shared/contract/contract';
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

/**
 * Calls one procedure of the main process. Input and output are checked against the contract, so nothing of an
 * unexpected shape reaches a screen.
 * @returns the value, or the typed failure; never rejects.
 */
export async function ask<N extends ProcedureName>(name: N, input: InputOf<N>): Promise<Result<OutputOf<N>>> {
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
  try {
    const result = await bridge().call[name](input);
    if (!result.ok) return result;
    const output = procedures[name].output.safeParse(result.value);
    if (!output.success) return fail(badData(name, output.error.message));
    return { ok: true, value: output.data as OutputOf<N> };
  } catch (error) {
    return fail(badData(name, error instanceof Error ? error.message : String(error)));
  }
}

/**
 * {@link ask} for React Query.
 * @throws FailureError with the typed failure.
 */
export async function call<N extends ProcedureName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
  const result = await ask(name, input);
  if (!result.ok) throw new FailureError(result.failure);
  return result.value;
}
