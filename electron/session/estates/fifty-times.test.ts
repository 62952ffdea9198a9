import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { estateSchema } from '../../../shared/domain/estate/estate';
import { noLog } from '../../log/log';
import { openSession, type Session } from '../open-session';
import { createLifecycle, type Openable } from './lifecycle';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-fifty-'));
  for (const name of ['a', 'b']) {
    const repo = path.join(folder, name);
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', repo]);
    const author = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
    execFileSync('git', ['-C', repo, ...author, 'commit', '--quiet', '--allow-empty', '-m', 'Begin']);
  }
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const opener = async (choice: string): Promise<Openable & { session: Session }> => {
  const session = await openSession({
    estate: estateSchema.parse({
      name: choice,
      ledger: { url: `file://${path.join(folder, choice)}` },
      environments: [{ name: 'staging', cluster: { context: 'c', kubeconfig: path.join(folder, 'none') } }],
      pipelines: [{ name: 'apps', kind: 'apps', environments: ['staging'] }],
    }),
    mode: 'real',
    dir: path.join(folder, 'data'),
    inPlace: false,
    identity: () => ({ name: 'A', email: 'a@example.org' }),
    ledgerCredentials: async () => null,
    githubToken: async () => null,
    log: noLog,
  });
  return { session, heldBy: () => [], close: () => session.close() };
};

/** Handles, timers and workers of this process, its open files, its children and its listeners. */
async function held(): Promise<Record<string, number>> {
  const files = process.platform === 'linux' ? (await readdir('/proc/self/fd')).length : 0;
  const children =
    process.platform === 'linux'
      ? (await readFile(`/proc/self/task/${process.pid}/children`, 'utf8').catch(() => ''))
          .split(' ')
          .filter(Boolean)
      : [];
  const resources = process.getActiveResourcesInfo();
  return {
    files,
    children: children.length,
    timers: resources.filter((name) => name === 'Timeout').length,
    workers: resources.filter((name) => /Worker|MessagePort/.test(name)).length,
    processes: resources.filter((name) => /Process|Pipe/.test(name)).length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
}

it('opening, switching and closing fifty times leaves nothing behind', async () => {
  const faults: unknown[] = [];
  const lifecycle = createLifecycle(opener, (error) => faults.push(error));
  const round = async (): Promise<void> => {
    await lifecycle.open('a');
    await lifecycle.open('b');
    await lifecycle.close();
  };
  // What is loaded once stays.
  for (let warm = 0; warm < 3; warm += 1) await round();
  const before = await held();
  for (let times = 0; times < 25; times += 1) await round();
  await expect
    .poll(async () => {
      const now = await held();
      return Object.entries(now).filter(([name, count]) => count > (before[name] ?? 0) + 2);
    })
    .toEqual([]);
  expect(faults).toEqual([]);
  // Nothing holds their folders.
  await lifecycle.open('a');
  await lifecycle.close();
});
