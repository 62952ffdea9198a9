import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ShellCommand, shellLine } from '../../../shared/domain/estate/shell-line';
import { execCallOf, terminalLineOf } from './exec-call';

const isWindows = process.platform === 'win32';
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-call-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const user = (command: string, more: object = {}) => ({
  name: 'u',
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command, ...more },
});

async function program(...parts: string[]): Promise<string> {
  const file = join(folder, ...parts);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, 0o700);
  return file;
}

describe('what is run to log in', () => {
  it('is the kubeconfig’s command inside of the estate file’s wrapper, whose variables go before', async () => {
    const call = await execCallOf(
      user('aws', { args: ['eks', 'get-token'], env: [{ name: 'AWS_PROFILE', value: 'of the kubeconfig' }] }),
      { wrapper: ['gds', 'aws', 'readonly', '--'], env: { AWS_PROFILE: 'of the estate' } },
    );
    expect(call).toMatchObject({
      argv: ['gds', 'aws', 'readonly', '--', 'aws', 'eks', 'get-token'],
      env: [
        { name: 'AWS_PROFILE', value: 'of the kubeconfig' },
        { name: 'AWS_PROFILE', value: 'of the estate' },
      ],
      wrapperWords: 4,
    });
  });

  it.each([
    ['a token', { token: 't' }],
    ['a name and password', { username: 'n' }],
  ])('is nothing where the kubeconfig has %s', async (_, more) => {
    expect(await execCallOf({ ...user('aws'), ...more }, { wrapper: ['gds'], env: {} })).toBeNull();
  });

  it.skipIf(isWindows)('is never looked for in the folder that Signalbox was started in', async () => {
    await program('repo', 'signalbox-login');
    const real = await program('bin', 'signalbox-login');
    vi.spyOn(process, 'cwd').mockReturnValue(join(folder, 'repo'));
    const paths = ['', '.', relative(process.cwd(), join(folder, 'repo')), join(folder, 'bin')];
    vi.stubEnv('PATH', paths.join(delimiter));
    expect((await execCallOf(user('signalbox-login'), null))?.program).toBe(real);
    vi.stubEnv('PATH', `.${delimiter}${join(folder, 'nowhere')}`);
    expect((await execCallOf(user('signalbox-login'), null))?.program).toBe('signalbox-login');
  });

  it.each([
    ['an argument with a NUL', { args: ['a\u0000b'] }],
    ['a variable with =', { env: [{ name: 'A=b c', value: 'd' }] }],
    ['a variable without a name', { env: [{ name: '', value: 'd' }] }],
  ])('is refused with %s', async (_, more) => {
    await expect(execCallOf(user('aws', more), null)).rejects.toThrow('is not valid');
  });

  it.each([
    [['kubelogin', '--client-secret', 'x'], {}],
    [['kubelogin', '--password=x'], {}],
    [['login', '--token', 'x'], {}],
    [['login'], { AAD_SERVICE_PRINCIPAL_CLIENT_SECRET: 'x' }],
    [['login'], { AWS_SECRET_ACCESS_KEY: 'x' }],
  ])('stays here where it may hold a secret: %s', ([first = '', ...args], env) => {
    const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
    expect(terminalLineOf({ argv: [first, ...args], env: variables })).toBeNull();
  });
  it('is offered for a terminal otherwise', () => {
    const env = [{ name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/x' }];
    const argv = ['aws', 'eks', 'get-token', '--token-cache-dir', '/y'] as const;
    expect(terminalLineOf({ argv: [...argv], env })).toContain('get-token');
  });
});

/** Tells what it was given: its arguments, and the variables that its first argument names. */
const tell =
  'const [names, ...words] = process.argv.slice(1); console.log(JSON.stringify([words, JSON.parse(names).map((one) => process.env[one])]))';

/** A shell's own reading of a line: what its program is given. */
function readBy(shell: string, { argv, env }: ShellCommand): unknown {
  const names = JSON.stringify(env.map(({ name }) => name));
  const line = shellLine({ argv: [process.execPath, '-e', tell, '--', names, ...argv], env }, 'posix');
  return JSON.parse(
    execFileSync(shell, ['-c', line], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } }),
  );
}

describe.skipIf(isWindows)('a command line, pasted into bash', () => {
  // No program can be given a NUL, and half a surrogate pair is no text.
  const word = fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .map((text) => text.replaceAll('\u0000', '\n').toWellFormed());
  const name = fc.constantFrom('A', 'Z_1', 'X-Y', 'S P');

  it('starts exactly the command, whatever its words are', () => {
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 10 }),
        fc.uniqueArray(fc.record({ name, value: word }), { selector: (one) => one.name, maxLength: 2 }),
        (words, env) => {
          const argv = ['first', ...words] as [string, ...string[]];
          expect(readBy('bash', { argv, env })).toEqual([argv, env.map(({ value }) => value)]);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is printable ASCII, and never that of another command', () => {
    const commands = fc.record({
      argv: fc.tuple(word, word).map((words) => words as [string, ...string[]]),
      env: fc.array(fc.record({ name, value: word }), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(commands, commands, (one, other) => {
        const lines = [shellLine(one, 'posix'), shellLine(other, 'posix')];
        for (const line of lines) expect(line).toMatch(/^[\x20-\x7e]*$/);
        expect(lines[0] === lines[1]).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });
});
