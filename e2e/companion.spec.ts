import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { execa } from 'execa';
import { appArguments, requireElectron } from '../electron/dev/electron-runtime';
import { keepLogs, newUserData, type Running, removeUserData, startOnPractice } from './shared-app';

interface Document {
  version: number;
  command: string;
  exitCode: number;
  [field: string]: unknown;
}

/** Runs a command of the companion as a script does: its output is a pipe. */
async function signalbox(
  userData: string,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
) {
  const { stdout, stderr, exitCode } = await execa(
    requireElectron().executable,
    [...appArguments(), ...args, '--user-data', userData],
    { reject: false, env, stdin: 'ignore' },
  );
  return { stdout, stderr, exitCode, json: () => JSON.parse(stdout) as Document };
}

let userData: string;
test.beforeEach(async () => {
  userData = await newUserData();
});
keepLogs(() => userData);
test.afterEach(async () => {
  await removeUserData(userData);
});

test('what is no command, and no estate, ends with a code of its own and a sentence', async () => {
  const help = await signalbox(userData, ['help']);
  expect(help).toMatchObject({ exitCode: 0, stderr: '' });
  expect(help.stdout).toContain('signalbox rollback <app> <environment>');
  expect(await signalbox(userData, ['deploy', '--force'])).toMatchObject({ exitCode: 2, stdout: '' });
  const none = await signalbox(userData, ['status', '--json']);
  expect(none.exitCode).toBe(6);
  expect(none.json()).toMatchObject({
    version: 1,
    exitCode: 6,
    failure: { message: 'No estate was opened on this computer yet.' },
  });
});

test.describe('with the app running', () => {
  let app: Running;
  test.beforeEach(async () => {
    app = await startOnPractice(userData);
  });
  test.afterEach(async () => {
    await app.close();
  });

  test('every command goes through the app, with its checks, and tells the same', async () => {
    const run = (...args: string[]) => signalbox(userData, [...args, '--json']);
    const cellOf = async (name: string, environment: string) => {
      const { cells } = (await run('status', name)).json() as unknown as {
        cells: { environment: string; version: string; hold: unknown }[];
      };
      return cells.find((cell) => cell.environment === environment);
    };
    const commits = async (): Promise<number> =>
      Number(await app.practice.git('rev-list', '--count', 'main'));

    const status = await run('status');
    expect(status.exitCode).toBe(0);
    expect(status.json()).toMatchObject({ version: 1, command: 'status', mode: 'practice', operations: [] });
    const before = await commits();

    // Nothing is done without a yes, without a reason, past a check, or to what isn't there.
    const asked = await run('hold', 'router', 'production', '-m', 'Looking at the cache');
    expect(asked.exitCode).toBe(4);
    expect(asked.stderr).toContain('Hold automatic deploys of router in production');
    expect((await run('hold', 'router', 'production', '--yes')).exitCode).toBe(2);
    expect((await run('hold', 'no-such-app', 'production', '-m', 'x', '--yes')).exitCode).toBe(2);
    const same = await run('promote', 'router', 'production', '--yes');
    expect(same.exitCode).toBe(3);
    expect(same.stderr).toContain('already-there');
    expect(await commits()).toBe(before);

    expect((await run('hold', 'router', 'production', '-m', 'Looking at the cache', '--yes')).exitCode).toBe(
      0,
    );
    expect(await cellOf('router', 'production')).toMatchObject({ hold: { reason: 'Looking at the cache' } });
    expect((await run('release', 'router', 'production', '--yes')).exitCode).toBe(0);

    const lock = await run('lock', 'staging', '-m', 'Load test', '--yes');
    expect(lock.exitCode).toBe(0);
    expect((await run('status')).json()).toMatchObject({
      environments: expect.arrayContaining([
        expect.objectContaining({
          name: 'staging',
          lock: expect.objectContaining({ reason: 'Load test', mine: true }),
        }),
      ]),
    });
    expect((await run('unlock', 'staging', '--yes')).exitCode).toBe(0);

    const freeze = await run('freeze', 'production', 'for', '2', 'hours', '-m', 'Budget', '--yes');
    expect(freeze.exitCode).toBe(0);
    const thaw = await run('thaw', 'production', '--yes');
    expect(thaw.exitCode).toBe(0);

    // A deploy of an older version has findings; they are overridden by name, with a reason, and stand in the commit.
    const there = (await cellOf('router', 'integration'))?.version ?? '';
    const older = (
      await app.practice.git(
        'log',
        '-p',
        '--format=',
        '--',
        'charts/app-config/image-tags/integration/router',
      )
    )
      .split('\n')
      .map((line) => /^-image_tag: (\S+)/.exec(line)?.[1])
      .find((version) => version && version !== there);
    const stopped = await run('deploy', 'router', older ?? '', 'integration', '--yes');
    expect(stopped.exitCode).toBe(3);
    const codes = /--override (\S+)/.exec(String(stopped.json().stopped))?.[1] ?? '';
    expect(codes).not.toBe('');
    const deployed = await run(
      'deploy',
      'router',
      older ?? '',
      'integration',
      '--yes',
      '--override',
      codes,
      '-m',
      'Rehearsal',
    );
    expect(deployed.exitCode).toBe(0);
    const { operation } = deployed.json() as unknown as { operation: { id: string; state: string } };
    expect(operation.state).toBe('succeeded');
    const messages = await app.practice.commitsOf(operation.id);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('Rehearsal');
    expect(await cellOf('router', 'integration')).toMatchObject({ version: older });

    const back = await run(
      'rollback',
      'router',
      'integration',
      '--to',
      there,
      '--yes',
      '--override',
      'never-healthy-here',
      '-m',
      'Back',
    );
    expect([back.exitCode, back.stderr]).toEqual([0, expect.any(String)]);
    const history = await run('history', 'router', '-e', 'integration', '--limit', '2');
    expect(history.json()).toMatchObject({
      events: expect.arrayContaining([expect.objectContaining({ kind: 'rollback', to: there })]),
    });
    const people = await signalbox(userData, ['history', 'router', '-e', 'integration', '--limit', '2']);
    expect(people.stdout).toContain('rollback  router  integration');

    // Another estate is not the one that is open.
    const other = await run('status', '--estate', '/nowhere/signalbox.yaml');
    expect(other.exitCode).toBe(6);

    // The door is this user's alone, and opens to nobody without the word.
    const place = JSON.parse(await readFile(path.join(userData, 'companion.json'), 'utf8')) as {
      address: string;
      token: string;
    };
    expect((await stat(place.address)).mode & 0o777).toBe(0o600);
    expect((await stat(path.join(userData, 'companion.json'))).mode & 0o777).toBe(0o600);
    const answers = async (line: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = createConnection(place.address);
        let heard = '';
        socket.on('data', (chunk: Buffer) => {
          heard += chunk.toString('utf8');
          socket.end();
        });
        socket.on('close', () => resolve(heard));
        socket.on('error', () => resolve(heard));
        socket.write(line);
      });
    const call = (change: object) =>
      `${JSON.stringify({ token: place.token, id: 1, procedure: 'session.get', input: {}, ...change })}\n`;
    expect(await answers(call({}))).toContain('"ok":true');
    expect(await answers(call({ token: '0'.repeat(64) }))).toBe('');
    expect(await answers(call({ procedure: 'credentials.set' }))).toBe('');
    expect(await answers('not json\n')).toBe('');
    expect(await answers(`${'x'.repeat(2 * 1024 * 1024)}\n`)).toBe('');
    expect(
      await answers(call({ procedure: 'operation.start', input: { intent: { kind: 'deploy' } } })),
    ).toContain('"ok":false');
  });
});

test('without the app and without a display it does the same itself, and after a kill the next one carries on', async () => {
  const practice = ['--practice', '--practice-speed', '5'];
  const noDisplay = { DISPLAY: undefined, WAYLAND_DISPLAY: undefined };
  const status = await signalbox(userData, ['status', 'router', '--json', ...practice], noDisplay);
  expect(status.exitCode).toBe(0);
  const { cells } = status.json() as unknown as { cells: { environment: string; version: string }[] };
  expect(cells.map(({ environment }) => environment)).toEqual(['integration', 'staging', 'production']);

  const doomed = spawn(
    requireElectron().executable,
    [
      ...appArguments(),
      'hold',
      'router',
      'production',
      '-m',
      'Killed',
      '--yes',
      ...practice,
      '--user-data',
      userData,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  doomed.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
    if (said.includes('… ')) doomed.kill('SIGKILL');
  });
  const [, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    doomed.once('exit', (code, by) => resolve([code, by])),
  );
  expect([signal, said]).toEqual(['SIGKILL', expect.stringContaining('… ')]);

  const after = await signalbox(userData, ['status', 'router', '--json', '--wait', ...practice]);
  expect(after.exitCode).toBe(0);
  expect(after.json()).toMatchObject({
    operations: [],
    cells: expect.arrayContaining([
      expect.objectContaining({
        environment: 'production',
        hold: expect.objectContaining({ reason: 'Killed' }),
      }),
    ]),
  });
});
