import { createInterface } from 'node:readline/promises';
import { visibleText } from '../../shared/domain/text/visible-text';

/** Where a command speaks, and whether somebody can be asked. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Asks yes or no; `null`: nobody sits there. */
  confirm: ((question: string) => Promise<boolean>) | null;
  /** Aborted when the person ends the command. */
  signal: AbortSignal;
}

/** A terminal that texts from the release repo, clusters or GitHub can't steer: escape sequences are written out. */
export const unsteered = ({ out, err, confirm, signal }: Terminal): Terminal => ({
  out: (text) => out(visibleText(text)),
  err: (text) => err(visibleText(text)),
  confirm: confirm && ((question) => confirm(visibleText(question))),
  signal,
});

/** Asks yes or no. Whoever ends the input (Ctrl-D, Ctrl-C, a terminal that is closed) or the command says no. */
export async function askYesOrNo(
  question: string,
  { input, output }: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream },
  signal: AbortSignal,
): Promise<boolean> {
  const lines = createInterface({ input, output });
  // A question whose input ends is never answered (nodejs/node, lib/internal/readline/interface.js).
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const end = (): void => lines.close();
  signal.addEventListener('abort', end);
  try {
    if (signal.aborted) return false;
    const answer = await Promise.race([lines.question(`${question} [y/N] `), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    signal.removeEventListener('abort', end);
    lines.close();
  }
}
