import {
  type ControlCommand,
  type ControlErrorCode,
  type ControlInput,
  type ControlOutput,
  controlCommands,
  controlErrorSchema,
} from './control-contract';

/** A call that the practice estate refused. */
class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: ControlErrorCode;
  constructor(command: string, code: ControlErrorCode, message: string) {
    super(`${command}: ${message}`);
    this.code = code;
  }
}

type Call<C extends ControlCommand> =
  object extends ControlInput<C>
    ? (input?: ControlInput<C>, signal?: AbortSignal) => Promise<ControlOutput<C>>
    : (input: ControlInput<C>, signal?: AbortSignal) => Promise<ControlOutput<C>>;

/** One method per scenario; what each does stands in `control-contract.ts`. */
export type ControlClient = { readonly [C in ControlCommand]: Call<C> };

/**
 * Drives a practice estate's scenarios.
 * @param options.url `practice.controlUrl` of the estate file
 * @param options.token `control.token` of its credentials
 * @throws {ControlError} from the methods, when a call is refused; fetch's own error when nobody answers
 */
export function createControlClient(options: { url: string; token: string }): ControlClient {
  const call = async (
    command: ControlCommand,
    input: unknown = {},
    signal?: AbortSignal,
  ): Promise<unknown> => {
    const response = await fetch(`${options.url}/${command}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${options.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
      ...(signal ? { signal } : {}),
    });
    const body: unknown = await response.json();
    if (!response.ok) {
      const { error } = controlErrorSchema.parse(body);
      throw new ControlError(command, error.code, error.message);
    }
    return controlCommands[command].output.parse(body);
  };
  return Object.fromEntries(
    (Object.keys(controlCommands) as ControlCommand[]).map((command) => [
      command,
      (input?: unknown, signal?: AbortSignal) => call(command, input, signal),
    ]),
  ) as unknown as ControlClient;
}
