import type { HttpAuth } from './http-auth';

/** Where a Git command and its own commands find the pipe. */
const descriptor = 3;

/**
 * Asks for nothing but what is in the pipe, once (gitcredentials(7), "Custom helpers": what begins with `!` is a line for
 * the shell; the protocol is that of git-credential(1)).
 */
const helper = `!f() { test "$1" != get || cat <&${descriptor}; }; f`;

/**
 * Git on Windows gives its own commands no descriptor besides the standard ones (compat/mingw.c, mingw_spawnve_fd), so
 * there the header goes by the environment, which only the same user's programs can read.
 */
const byPipe = process.platform !== 'win32';

/** Git reads one value a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they end a value
const isTellable = ({ username, password }: HttpAuth): boolean => !/[\u0000\r\n]/.test(username + password);

/**
 * The settings by which Git gets credentials from us: out of a pipe that only it and its own commands have, for that origin
 * alone. Since Git 2.46 it sends them with the first request, before it once for nothing.
 */
export function credentialSettings(auth: HttpAuth): (readonly [string, string])[] {
  if (!byPipe) return [[`http.${auth.origin}/.extraHeader`, `Authorization: ${auth.header}`]];
  return [
    [`credential.${auth.origin}.helper`, helper],
    ['http.proactiveAuth', 'basic'],
  ];
}

/** What is written into the pipe; `null`: nothing, as this can't be told in lines. */
export const credentialText = (auth: HttpAuth): string | null =>
  byPipe && isTellable(auth) ? `username=${auth.username}\npassword=${auth.password}\n\n` : null;
