/** The shells that a command line is written for: that of Windows, and all others (zsh, bash). */
export type ShellKind = 'posix' | 'powershell';

/** A command with the variables that it is given. Names hold neither `=` nor NUL. */
export interface ShellCommand {
  argv: readonly [string, ...string[]];
  env: readonly { name: string; value: string }[];
}

/**
 * A command as one would paste it, with its variables in front. Nothing is left out, and two different commands never
 * read alike: whatever is no printable ASCII is written as an escape that the shell understands, so that line feeds,
 * characters that turn the direction of writing, and letters that look like others are seen for what they are.
 */
export const shellLine = (command: ShellCommand, shell: ShellKind): string =>
  shell === 'posix' ? posixLine(command) : powerShellLine(command);

/** Texts that zsh and bash take as they stand (POSIX.1-2024, 2.2 Quoting; zsh expands a word that begins with `=`). */
const plainWord = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/;
const printable = /^[\x20-\x7e]*$/;
const isName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/** Words that mean something else at the begin of a command (POSIX.1-2024, 2.4 Reserved Words; zsh's and bash's own). */
const reserved =
  /^(?:case|coproc|do|done|elif|else|end|esac|fi|for|foreach|function|if|in|nocorrect|noglob|repeat|select|then|time|until|while)$|=/;

const hex = (code: number, digits: number): string => code.toString(16).toUpperCase().padStart(digits, '0');

/** The escapes of `$'…'` (bash, "ANSI-C Quoting"; zsh, "Quoting"), each of as many digits as they take at most. */
function ansiEscape(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`;
  if (character === '\n') return String.raw`\n`;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

function posixWord(word: string): string {
  if (plainWord.test(word)) return word;
  if (printable.test(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  return `$'${word.replace(/[^\x20-\x7e]|['\\]/gu, ansiEscape)}'`;
}

function posixLine({ argv: [program, ...args], env }: ShellCommand): string {
  // A shell assigns to names alone; `env` takes any.
  const variables = env.every(({ name }) => isName(name))
    ? env.map(({ name, value }) => `${name}=${value === '' ? "''" : posixWord(value)}`)
    : ['env', ...env.map(({ name, value }) => posixWord(`${name}=${value}`))];
  const first =
    reserved.test(program) && printable.test(program)
      ? `'${program.replaceAll("'", String.raw`'\''`)}'`
      : posixWord(program);
  return [...variables, first, ...args.map(posixWord)].join(' ');
}

/** A text of PowerShell (about_Quoting_Rules): any of its five single quotes would end it; hidden ones are code points. */
function powerShellText(text: string): string {
  if (printable.test(text)) return `'${text.replaceAll("'", "''")}'`;
  const parts = text.match(/[\x20-\x7e]+|[^\x20-\x7e]/gu) ?? [];
  const written = parts.map((part) => {
    if (printable.test(part)) return powerShellText(part);
    const code = part.codePointAt(0) ?? 0;
    return code > 0xffff ? `[char]::ConvertFromUtf32(0x${hex(code, 4)})` : `[char]0x${hex(code, 4)}`;
  });
  // The first one is a text: `[char] + [char]` is none.
  return `('' + ${written.join(' + ')})`;
}

/** Arguments that Windows PowerShell 5.1 hands to programs other than they are (about_Parsing, "Passing arguments that contain quote characters"). */
const needsCare = (argument: string): boolean =>
  argument === '' || argument.includes('"') || (/\s/.test(argument) && argument.endsWith('\\'));

/** As 5.1 must be given it for a program to get it: by the rules of `CommandLineToArgvW`. */
const cared = (argument: string): string => {
  if (argument === '') return '""';
  const inner = argument.replace(/(\\*)"/g, String.raw`$1$1\"`);
  return /\s/.test(argument) ? inner.replace(/(\\+)$/, '$1$1') : inner;
};

function powerShellLine({ argv: [program, ...args], env }: ShellCommand): string {
  const variables = env.map(({ name, value }) =>
    isName(name)
      ? `$env:${name} = ${powerShellText(value)}; `
      : `[Environment]::SetEnvironmentVariable(${powerShellText(name)}, ${powerShellText(value)}); `,
  );
  // PowerShell 7.3 and newer then does as 5.1, which does not know the variable.
  const legacy = args.some(needsCare);
  const words = [program, ...(legacy ? args.map(cared) : args)].map(powerShellText);
  return `${legacy ? "$PSNativeCommandArgumentPassing = 'Legacy'; " : ''}${variables.join('')}& ${words.join(' ')}`;
}
