import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readEstateFile } from '../../session/choose-estate';
import { execCallOf } from '../../systems/kubernetes/exec-call';
import { ExecCredentials } from '../../systems/kubernetes/exec-credential';
import { ExecError } from '../../systems/kubernetes/exec-error';
import { allEnvironments, type EnvironmentName } from '../../systems/practice/environments';
import { statePaths } from './state-folder';
import { roleSession, wrappedExec, wrappedUser, writeWrappedLogin } from './wrapped-login';

let folder: string;
beforeEach(async () => {
  // A folder as it may be called.
  folder = await mkdtemp(path.join(tmpdir(), "practice's login-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('the practice estate’s login by command', () => {
  const tokens = Object.fromEntries(allEnvironments.map((name) => [name, `of-${name}`])) as Record<
    EnvironmentName,
    string
  >;

  /** As an opened estate does it, from the estate file. */
  async function login(name: EnvironmentName, exec = wrappedExec(name)) {
    const paths = statePaths(folder);
    await writeFile(
      paths.estateFile,
      stringify({
        name: 'Practice',
        ledger: { url: folder },
        environments: [{ name, cluster: { context: name, exec } }],
      }),
    );
    const estate = await readEstateFile(paths.estateFile);
    const wrapped = estate.environments[0]?.cluster?.exec ?? null;
    return new ExecCredentials().read(
      async () => {
        const call = await execCallOf({ name, ...wrappedUser(paths, name) }, wrapped);
        if (!call) throw new Error('no command');
        return call;
      },
      async () => ({}),
    );
  }
  const failureOf = (asked: Promise<unknown>): Promise<ExecError> =>
    asked.then(
      () => Promise.reject(new Error('it logged in')),
      (error: unknown) => (error instanceof ExecError ? error : Promise.reject(error)),
    );

  it('gives each environment its own token, to the right role and profile alone', async () => {
    await writeWrappedLogin(statePaths(folder), tokens);
    expect((await login('staging')).token).toBe('of-staging');
    expect((await login('production')).token).toBe('of-production');
    const other = { ...wrappedExec('production'), env: { PRACTICE_PROFILE: 'staging' } };
    expect((await failureOf(login('production', other))).meaning).toContain(
      'AccessDenied: production is not reached',
    );
  });

  it('asks for a code where the role has no session, which the offered command gets in a terminal', async () => {
    const paths = statePaths(folder);
    await writeWrappedLogin(paths, tokens);
    await rm(roleSession(paths, 'staging'));
    const refused = await failureOf(login('staging'));
    expect(refused.message).toContain('failed with exit code 1');
    expect(refused.meaning).toContain('there is no terminal to ask in');
    const pasted = spawnSync('sh', ['-c', refused.terminal ?? ''], { input: '123456\n', encoding: 'utf8' });
    expect(pasted).toMatchObject({ status: 0, stdout: expect.stringContaining('of-staging') });
    expect((await login('staging')).token).toBe('of-staging');
  });
});
