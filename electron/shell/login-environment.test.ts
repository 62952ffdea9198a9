import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeLoginEnvironment } from './login-environment';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-login-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A shell whose profile does what is given first. */
async function shell(name: string, profile: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, `#!/bin/sh\n${profile}\nshift\nexec /bin/sh -c "$@"\n`);
  await chmod(file, 0o700);
  return file;
}

describe.skipIf(process.platform === 'win32')('the environment of the login shell', () => {
  it('is taken where nothing is set, and PATH is added behind', async () => {
    const environment = { PATH: '/usr/bin:/bin', KUBECONFIG: '/mine' };
    const said: unknown[] = [];
    await takeLoginEnvironment((...entry) => said.push(entry), {
      shell: await shell(
        'usual',
        'export PATH="/opt/tools:/usr/bin:/bin" KUBECONFIG=/other AWS_PROFILE="a=b" GIT_SSL_CAINFO=/ca TOKEN=hush\necho "Welcome!"',
      ),
      environment,
    });
    expect(environment).toMatchObject({
      PATH: '/usr/bin:/bin:/opt/tools',
      KUBECONFIG: '/mine',
      AWS_PROFILE: 'a=b',
      GIT_SSL_CAINFO: '/ca',
    });
    expect(JSON.stringify(said)).toContain('AWS_PROFILE');
    expect(JSON.stringify(said)).not.toContain('hush');
  });

  it('changes nothing of how our own programs run', async () => {
    const environment = {};
    await takeLoginEnvironment(() => undefined, {
      shell: await shell(
        'odd',
        'export NODE_OPTIONS=--inspect ELECTRON_RUN_AS_NODE=1 LD_PRELOAD= GIT_DIR=/x GIT_SSH_COMMAND=y TERM=z\nexport LINES2="one\ntwo words=3"',
      ),
      environment,
    });
    for (const name of [
      'NODE_OPTIONS',
      'ELECTRON_RUN_AS_NODE',
      'LD_PRELOAD',
      'GIT_DIR',
      'GIT_SSH_COMMAND',
      'TERM',
      'two words',
    ])
      expect(environment).not.toHaveProperty([name]);
  });

  it('is gone without where the shell fails or is late', async () => {
    for (const [name, profile] of [
      ['failing', 'exit 3'],
      ['late', 'sleep 3'],
    ] as const) {
      const environment = { PATH: '/bin' };
      const said: string[] = [];
      await takeLoginEnvironment((_level, event) => said.push(event), {
        shell: await shell(name, profile),
        environment,
        ...(name === 'late' ? { patience: 1 } : {}),
      });
      expect(environment).toEqual({ PATH: '/bin' });
      expect(said).toEqual([name === 'late' ? 'app.login-shell-late' : 'app.login-shell-failed']);
    }
  });
});
