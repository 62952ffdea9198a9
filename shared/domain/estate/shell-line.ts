/** Texts that a POSIX shell takes as they stand (POSIX.1-2017, "Shell Command Language", 2.2 Quoting). */
const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/;

const quoted = (word: string): string =>
  plainWord.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** A command as one would type it in a POSIX shell, with the variables that it is given in front: nothing is left out. */
export function shellLine(
  command: string,
  args: readonly string[],
  env: readonly { name: string; value: string }[],
): string {
  return [
    ...env.map(({ name, value }) => `${name}=${quoted(value)}`),
    ...[command, ...args].map(quoted),
  ].join(' ');
}
