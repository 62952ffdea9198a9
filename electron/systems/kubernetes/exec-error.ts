import { stripVTControlCharacters } from 'node:util';
import { redact } from '../../../shared/domain/text/redact';
import { hideSecrets } from '../../log/known-secrets';

/** Characters of what a command said that are looked at. */
const longestRead = 20_000;

/** Why a command gave no credentials, in words; none of them a secret. */
export class ExecError extends Error {
  override readonly name = 'ExecError';
  readonly meaning: string | null;
  readonly advice: string | null;
  /** The command as one pastes it into a terminal, where it may ask; `null`: that would not help. */
  readonly terminal: string | null;
  constructor(
    message: string,
    more: { said?: string | undefined; advice?: string | null; terminal?: string | null } = {},
  ) {
    super(message);
    // Whole, before it is cut: half of a secret is not known for one.
    const said = tidy(hideSecrets(redact(tidy(more.said ?? '', longestRead))), 600);
    this.meaning = said ? `It said: ${said}` : null;
    this.advice = more.advice ?? null;
    this.terminal = more.terminal ?? null;
  }
}

/** What a command printed for people, without control sequences, its last lines where it is long. */
export const tidy = (raw: string, limit: number): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const clean = stripVTControlCharacters(raw).replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, '');
  const lines = clean.trim();
  return lines.length > limit ? `…${lines.slice(-limit)}` : lines;
};
