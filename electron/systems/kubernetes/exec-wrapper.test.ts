/** A login command that the estate file runs inside of another one, as it goes wrong in the field. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClusterExec } from '../../../shared/domain/estate/cluster-exec';
import { execCallOf } from './exec-call';
import { ExecCredentials } from './exec-credential';
import { ExecError } from './exec-error';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-wrapper-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const api = 'client.authentication.k8s.io/v1';
const usual = { wrapper: ['assume', 'readonly', '--'], env: {} };

/** A program in a folder of the PATH. */
async function program(name: string, body: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`);
  await chmod(join(folder, name), 0o700);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH?.replace(`${folder}:`, '')}`);
}

/** A login that tells what it was given as its token. */
const login = `echo '{"apiVersion":"${api}","kind":"ExecCredential","status":{"token":"'"$AWS_PROFILE/$ROLE/$*"'"}}'`;
/** A wrapper as gds-cli's and aws-vault's are: its own words end with `--`, the rest is what it runs. */
const assume = 'export ROLE="$1"; shift 2; exec "$@"';

const readWith = async (estate: ClusterExec, timeout?: number, more: object = {}) =>
  new ExecCredentials(timeout).read(
    async () => {
      const exec = { apiVersion: api, command: 'login', args: ['get', 'token'], ...more };
      const call = await execCallOf({ name: 'u', exec }, estate);
      if (!call) throw new Error('no command');
      return call;
    },
    async () => ({}),
  );
const errorOf = async (...given: Parameters<typeof readWith>): Promise<ExecError> => {
  const error = await readWith(...given).catch((reason: unknown) => reason);
  if (error instanceof ExecError) return error;
  throw new Error(`no such failure: ${String(error)}`);
};

describe.skipIf(process.platform === 'win32')('a wrapper of the estate file', () => {
  it('runs the kubeconfig’s command inside of it, each environment with its own', async () => {
    await program('login', login);
    await program('assume', assume);
    vi.stubEnv('AWS_PROFILE', 'of the login shell');
    const tokens = await Promise.all([
      readWith(usual),
      readWith({ wrapper: ['assume', 'admin', '--'], env: { AWS_PROFILE: 'production' } }),
      readWith({ wrapper: [], env: { AWS_PROFILE: 'alone' } }),
    ]);
    expect(tokens.map(({ token }) => token)).toEqual([
      'of the login shell/readonly/get token',
      'production/admin/get token',
      'alone//get token',
    ]);
  });

  it.each([
    [
      'prints text before the credential',
      `echo 'Assumed {role}'; ${assume}`,
      'printed other text around its',
    ],
    ['prints text behind the credential', 'shift 2; "$@"; echo done', 'printed other text around its'],
    ['prints nothing', 'exit 0', 'printed nothing'],
    ['ends well with junk', 'echo a-secret', 'did not print JSON'],
    ['prints a login page', 'echo "<html>a-secret</html>"', 'did not print JSON'],
    ['prints a megabyte', 'yes a-secret | head -c 1200000', 'printed more than 1 MB and was stopped'],
    ['prints for ever', 'yes a-secret', 'printed more than 1 MB and was stopped'],
    ['never ends', 'echo "MFA code:" >&2; sleep 60', 'took longer than 1.5 s'],
    ['ends, and leaves a child that holds the pipe', 'sleep 60 & exit 0', 'printed nothing'],
    ['asks at the terminal', 'read code < /dev/tty || exit 7', 'failed with exit code 7'],
    ['asks at standard input', 'read code || exit 8', 'failed with exit code 8'],
    ['is ended', 'kill -9 $$', 'was stopped (SIGKILL)'],
  ])('that %s is told so, with what to run in a terminal', async (_, body, words) => {
    await program('login', login);
    await program('assume', body);
    const error = await errorOf(usual, 1_500);
    expect(error.message).toContain(`the command "login" inside of "assume readonly --" ${words}`);
    expect(error.terminal).toBe('assume readonly -- login get token');
    expect(`${error.message} ${error.meaning} ${error.advice}`).not.toContain('a-secret');
  });

  it('is told with the end of what it said, and no more', async () => {
    await program('assume', 'yes "a line" | head -c 100000 >&2; echo "Enter MFA code:" >&2; exit 1');
    const { meaning } = await errorOf(usual);
    expect(meaning).toMatch(/^It said: ….*Enter MFA code:$/s);
    expect(meaning?.length).toBeLessThan(650);
  });

  it('is told without the secrets that it said', async () => {
    await program(
      'assume',
      'echo "login failed: client_secret=s3cr3t-of-ours https://ada:pw1@idp/" >&2; exit 1',
    );
    const { meaning } = await errorOf(usual);
    expect(meaning).toContain('It said: login failed');
    expect(meaning).not.toMatch(/s3cr3t|pw1/);
  });

  it('that is not there is told by its name, and the place to write another', async () => {
    const error = await errorOf({ wrapper: ['no-such-wrapper', '--'], env: {} }, undefined, {
      installHint: 'of the login',
    });
    expect(error.message).toBe('the program "no-such-wrapper" of the estate file’s wrapper was not found');
    expect(error.advice).toBe('Install it, or write its full path in the estate file.');
    expect(error.terminal).toBeNull();
  });

  it('with a login that needs a terminal is not run, and the command for the terminal is offered', async () => {
    await program('assume', `touch '${join(folder, 'ran')}'`);
    const error = await errorOf({ ...usual, env: { AWS_PROFILE: "ada's" } }, undefined, {
      interactiveMode: 'Always',
    });
    expect(error.message).toContain('needs a terminal for its questions');
    expect(error.terminal).toBe(String.raw`AWS_PROFILE='ada'\''s' assume readonly -- login get token`);
    await expect(readFile(join(folder, 'ran'))).rejects.toThrow('ENOENT');
  });
});
