/** Tells the developer what is going on. On stderr, since stdout may carry JSON that another program reads. */
export function say(line: string): void {
  process.stderr.write(`signalbox: ${line}\n`);
}

/** Something that setting up could not do, and what the person at the terminal can do about it. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  readonly advice: string;
  constructor(message: string, advice: string, options?: { cause?: unknown }) {
    super(message, options);
    this.advice = advice;
  }
}

/** Runs a command's main function and turns a {@link SetupError} into two readable lines and exit code 1. */
export async function runCommand(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.exitCode = 1;
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    say(`What to do: ${error.advice}`);
  }
}
