import { describe, expect, it } from 'vitest';
import { type ShellCommand, shellLine } from './shell-line';

const command = (argv: [string, ...string[]], env: Record<string, string> = {}): ShellCommand => ({
  argv,
  env: Object.entries(env).map(([name, value]) => ({ name, value })),
});

describe('a command line for zsh and bash', () => {
  it.each<[string, ShellCommand, string]>([
    [
      'plain words',
      command(['gds', 'aws', 'govuk-production-readonly', '--', 'aws', 'eks', 'get-token'], {
        AWS_PROFILE: 'p',
      }),
      'AWS_PROFILE=p gds aws govuk-production-readonly -- aws eks get-token',
    ],
    ['quotes and spaces', command(['a', "it's", 'b c', '']), String.raw`a 'it'\''s' 'b c' ''`],
    ['a line feed', command(['a', 'b\nc'], { X: 'y\n' }), String.raw`X=$'y\n' a $'b\nc'`],
    ['a turn of the direction of writing', command(['a', 'x\u202ey']), String.raw`a $'x\u202Ey'`],
    ['a letter that looks like another', command(['g\u0501s']), String.raw`$'g\u0501s'`],
    ['a character beyond the first plane', command(['a', '\u{e0041}']), String.raw`a $'\U000E0041'`],
    ['a quote and a backslash beside them', command(['a', "\u00e9'\\"]), String.raw`a $'\u00E9\'\\'`],
    ['a name that no shell assigns to', command(['a'], { 'X Y': "z'" }), String.raw`env 'X Y=z'\''' a`],
    ['a program called like a variable', command(['A=b', 'c']), "'A=b' c"],
    ['a program called like a word of the shell', command(['time', 'c']), "'time' c"],
    ['a word that zsh would expand', command(['a', '=b', '~c']), "a '=b' '~c'"],
  ])('writes %s', (_, given, line) => {
    expect(shellLine(given, 'posix')).toBe(line);
  });
});

describe('a command line for PowerShell', () => {
  it.each<[string, ShellCommand, string]>([
    [
      'plain words',
      command(['gds', 'aws', '--'], { AWS_PROFILE: 'p' }),
      "$env:AWS_PROFILE = 'p'; & 'gds' 'aws' '--'",
    ],
    ['quotes', command(['a', "it's; $x"]), "& 'a' 'it''s; $x'"],
    // PowerShell takes it for a quote.
    ['a curly quote', command(['a', 'b\u2019; calc']), "& 'a' ('' + 'b' + [char]0x2019 + '; calc')"],
    ['a line feed', command(['a', 'b\nc']), "& 'a' ('' + 'b' + [char]0x000A + 'c')"],
    [
      'a character beyond the first plane',
      command(['\u{1f600}']),
      "& ('' + [char]::ConvertFromUtf32(0x1F600))",
    ],
    [
      'double quotes, as 5.1 needs them',
      command(['a', 'b"c', 'd\\"', '', 'e f\\', 'g\\']),
      String.raw`$PSNativeCommandArgumentPassing = 'Legacy'; & 'a' 'b\"c' 'd\\\"' '""' 'e f\\' 'g\'`,
    ],
    [
      'a name that is none',
      command(['a'], { 'X}; calc': 'y' }),
      "[Environment]::SetEnvironmentVariable('X}; calc', 'y'); & 'a'",
    ],
  ])('writes %s', (_, given, line) => {
    expect(shellLine(given, 'powershell')).toBe(line);
  });
});
