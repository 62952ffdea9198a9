import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { parseOptions } from './options';
import { cases, runCase } from './suite';
import { type OpenBench, openBench } from './test-ground';

/** Values of the practice estate's chart, whose database migration is a hook before each sync. */
const helmValues = `repoName: "{name}"
replicaCount: 1
workerEnabled: false
dbMigrationEnabled: true
appImage: { repository: registry.example/govuk/conformance, tag: v1 }
`;

/** The suite that runs against any cluster (`npm run test:cluster`), against the practice estate. */
describe('conformance of the practice estate', () => {
  let folder: string;
  let practice: PracticeProcess;
  let open: OpenBench;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signalbox-conformance-'));
    practice = await startPracticeProcess(['--dir', join(folder, 'practice'), '--speed', '10']);
    const named = ['--kubeconfig', practice.ready.kubeconfig, '--argo-namespace', 'cluster-services'];
    const repo = ['--repo-url', practice.ready.gitUrl, '--repo-path', 'charts/generic-govuk-app'];
    const options = parseOptions([...named, ...repo, '--namespace', 'apps', '--timeout', '60']);
    open = await openBench({ ...options, helmValues }, new AbortController().signal);
  });
  afterAll(async () => {
    const left = await open?.close();
    await practice?.stop();
    await rm(folder, { recursive: true, force: true });
    expect(left ?? []).toEqual([]);
  });

  it.each(cases)('$name', async (one) => {
    const { result, text } = await runCase(one, open);
    // The practice estate has all that the suite asks for: nothing is skipped.
    expect(`${result} ${text}`).toBe('passed ');
  });
});
