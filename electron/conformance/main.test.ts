import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from '../practice/testing/cluster';
import { programArguments } from '../testing/programs';

/** The program as a person starts it, against an API server without any controller. */
describe('npm run test:cluster', () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await startTestCluster();
  });
  afterEach(() => cluster.close());

  function start(...args: string[]) {
    const named = ['--kubeconfig', cluster.kubeconfig, '--context', 'test', '--timeout', '20'];
    const child = spawn(process.execPath, [...programArguments('conformance'), ...named, ...args]);
    const output = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      output.out += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output.err += chunk;
    });
    return { child, output, exit: once(child, 'exit').then(([code]) => code as number | null) };
  }
  const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);
  const templates = () => cluster.store.list('WorkflowTemplate').length;

  it('ends with the count, and skips what the cluster lacks with the reason', async () => {
    const all = start('--grep', 'creating, changing');
    expect(await all.exit).toBe(0);
    expect(lastLine(all.output.out)).toBe('1 passed, 0 failed, 0 skipped');
    cluster.server.faults.answer({ code: 404, path: /argoproj/ });
    const lacking = start('--grep', 'workflows: one is submitted');
    // Nothing was tried: that is no success.
    expect(await lacking.exit).toBe(1);
    expect(lacking.output.out).toContain('skipped: this cluster serves no workflows of argoproj.io');
    expect(lastLine(lacking.output.out)).toBe('0 passed, 0 failed, 1 skipped');
  });

  it('tells what failed, as words or as JSON, and leaves nothing behind', async () => {
    const failing = start('--grep', 'workflows: one is submitted', '--json', '--timeout', '1');
    expect(await failing.exit).toBe(1);
    const lines = failing.output.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { result: 'failed', text: expect.stringContaining('Not within 1 s: the workflow to end') },
      { passed: 0, failed: 1, skipped: 0 },
    ]);
    expect([templates(), cluster.store.list('Workflow').length]).toEqual([0, 0]);
  });

  it('takes away what it made when it is interrupted', async () => {
    const interrupted = start('--grep', 'workflows: a step that fails');
    await expect.poll(templates).toBe(1);
    interrupted.child.kill('SIGINT');
    expect(await interrupted.exit).toBe(130);
    expect([templates(), cluster.store.list('Workflow').length]).toEqual([0, 0]);
  });

  it('says what is wrong with what it was told', async () => {
    const nowhere = start('--context', 'nowhere');
    expect(await nowhere.exit).toBe(2);
    expect(nowhere.output.err).toContain('has no context "nowhere"');
    const unknown = start('--no-such-option');
    expect(await unknown.exit).toBe(2);
    expect(unknown.output.err).toContain('--repo-url <url>');
  });
});
