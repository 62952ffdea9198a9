import { parseArgs } from 'node:util';
import { Temporal } from 'temporal-polyfill';

/** What can be asked from a terminal, and how it is written. */
export const companionCommands = {
  status: 'status [app] [--environment <name>] [--wait]',
  deploy: 'deploy <app> <version> <environment>',
  promote: 'promote <app> <environment>',
  rollback: 'rollback <app> <environment> [--to <version>]',
  hold: 'hold <app> <environment> --reason <text>',
  release: 'release <app> <environment>',
  freeze: 'freeze <what> [until <time> | for <span>] --reason <text> [--warn-only]',
  thaw: 'thaw <freeze or what it is about>',
  lock: 'lock <environment> --reason <text> [--until <ISO time>] [--stop-automatic]',
  unlock: 'unlock <environment>',
  history: 'history [app] [--environment <name>] [--limit <n>]',
  help: 'help',
} as const;
export type CompanionCommand = keyof typeof companionCommands;

/** A command as it was typed, its options checked. */
export interface CommandLine {
  command: CompanionCommand;
  words: readonly string[];
  json: boolean;
  /** Do it without asking. */
  yes: boolean;
  /** Whether to stay until the operation has ended; `null`: as the command does by itself. */
  wait: boolean | null;
  reason: string | null;
  /** Codes of findings to go past. */
  override: readonly string[];
  environment: string | null;
  to: string | null;
  /** ISO 8601 UTC. */
  until: string | null;
  limit: number;
  warnOnly: boolean;
  stopAutomatic: boolean;
}

/** Why what was typed is no command, in a sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const options = {
  json: { type: 'boolean', default: false },
  yes: { type: 'boolean', short: 'y', default: false },
  wait: { type: 'boolean' },
  reason: { type: 'string', short: 'm' },
  override: { type: 'string', multiple: true, default: [] as string[] },
  environment: { type: 'string', short: 'e' },
  to: { type: 'string' },
  until: { type: 'string' },
  limit: { type: 'string', default: '20' },
  'warn-only': { type: 'boolean', default: false },
  'stop-automatic': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  // Which estate: read by the program that opens it, as when a window is opened.
  estate: { type: 'string' },
  ledger: { type: 'string' },
  practice: { type: 'boolean' },
  'user-data': { type: 'string' },
  'practice-dir': { type: 'string' },
  'practice-speed': { type: 'string' },
  'practice-rights': { type: 'string' },
  'practice-login': { type: 'string' },
  'practice-landing': { type: 'string' },
} as const;

const isCommand = (word: string): word is CompanionCommand => Object.hasOwn(companionCommands, word);

/**
 * The words of a command in a program's arguments, from the command on; `null`: a window is meant. Only Chromium's own
 * switches may stand before it, so that no link and no file that the system hands over is taken for a command.
 */
export function companionWords(argv: readonly string[]): string[] | null {
  const first = argv.findIndex((word) => !word.startsWith('-'));
  const word = argv[first];
  if (word !== undefined && isCommand(word)) return argv.slice(first);
  return null;
}

/** Reads a command. @throws UsageError with what is wrong. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const { values, positionals } = parsed(argv);
  const [command = 'help', ...words] = positionals;
  if (!isCommand(command)) throw new UsageError(`There is no command called ${command}.`);
  const limit = Number(values.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new UsageError(`--limit is a number from 1 to 1000, not ${values.limit}.`);
  const reason = values.reason?.trim() || null;
  if (reason !== null && reason.length > 500) throw new UsageError('A reason has up to 500 characters.');
  return {
    command: values.help ? 'help' : command,
    words,
    json: values.json,
    yes: values.yes,
    wait: values.wait ?? null,
    reason,
    override: values.override.flatMap((codes) => codes.split(',')).filter((code) => code !== ''),
    environment: values.environment ?? null,
    to: values.to ?? null,
    until: momentOf(values.until),
    limit,
    warnOnly: values['warn-only'],
    stopAutomatic: values['stop-automatic'],
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: true, allowNegative: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function momentOf(typed: string | undefined): string | null {
  if (typed === undefined) return null;
  try {
    // With its offset: Date.parse would read “17” as a year, and a time without an offset by this computer's clock.
    return new Date(Temporal.Instant.from(typed).epochMilliseconds).toISOString();
  } catch {
    throw new UsageError(`--until is a time such as 2026-11-30T17:00Z, not ${typed}.`);
  }
}

/**
 * The one word that a command needs.
 * @throws UsageError with how the command is written.
 */
export function wordAt(line: CommandLine, index: number): string {
  const word = line.words[index];
  if (word === undefined || word === '') throw new UsageError(`signalbox ${companionCommands[line.command]}`);
  return word;
}

/** @throws UsageError where there are more words than a command takes. */
export function atMostWords(line: CommandLine, most: number): void {
  if (line.words.length > most)
    throw new UsageError(`“${line.words[most]}” is too much: signalbox ${companionCommands[line.command]}`);
}

export const helpText = `signalbox <command> [options]: what the window does, from a terminal.

${Object.values(companionCommands)
  .map((usage) => `  signalbox ${usage}`)
  .join('\n')}

  --json              one JSON document on standard output, with "version": 1
  --yes, -y           do it without asking
  --reason, -m        why; needed to override, hold, freeze and lock
  --override <code>   go past a finding, by its code; several times, or with commas
  --no-wait           end once it is committed, instead of when it has rolled out
  --estate <file>, --practice, --user-data <folder>   as for the window; else what was open last

Exit codes: 0 done · 1 failed · 2 not a command · 3 stopped by checks · 4 not confirmed ·
5 outcome not known, or still running · 6 no estate could be opened
`;
