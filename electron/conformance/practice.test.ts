import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { estateSchema } from '../../shared/domain/estate/estate';
import { localAdmin } from '../systems/practice/argo-sessions';
import { allEnvironments } from '../systems/practice/environments';
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

/** What only Argo's own servers have. */
const byServersAlone = [
  'applications: they are seen by the door that was named, with what one may do there',
  'workflows: one that the cluster forgot is listed, read and run again out of the archive',
];

/** Argo CD's server of the first environment, as its local account signs in there. */
async function argoCd({ ready }: PracticeProcess) {
  const estate = estateSchema.parse(parse(await readFile(ready.estateFile, 'utf8')));
  const [first] = estate.environments;
  const url = first?.argo?.cd?.url ?? '';
  const answer = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(localAdmin),
  });
  const { token } = (await answer.json()) as { token: string };
  return { args: ['--argocd-server', url], environment: { SIGNALBOX_ARGOCD_TOKEN: token } };
}

/** Argo Workflows' server of the first environment, as the console's person signs in there. */
async function argoWorkflows({ ready, control }: PracticeProcess) {
  const estate = estateSchema.parse(parse(await readFile(ready.estateFile, 'utf8')));
  const [first] = estate.environments;
  const system = 'argo-workflows' as const;
  const environment = allEnvironments.find((name) => name === first?.name) ?? 'integration';
  const { authorization } = await control.signInToArgo({ environment, system });
  return {
    args: ['--argo-server', first?.argo?.workflows?.url ?? ''],
    environment: { SIGNALBOX_ARGO_TOKEN: authorization },
  };
}

/** The suite that runs against any cluster (`npm run test:cluster`), against the practice estate. */
describe.each(['the Kubernetes API', 'Argo CD’s server', 'Argo Workflows’ server'] as const)(
  'conformance of the practice estate, by %s',
  (door) => {
    let folder: string;
    let practice: PracticeProcess;
    let open: OpenBench;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'signalbox-conformance-'));
      practice = await startPracticeProcess(['--dir', join(folder, 'practice'), '--speed', '10']);
      const named = ['--kubeconfig', practice.ready.kubeconfig, '--argo-namespace', 'cluster-services'];
      const repo = ['--repo-url', practice.ready.gitUrl, '--repo-path', 'charts/generic-govuk-app'];
      const byServer =
        door === 'the Kubernetes API'
          ? null
          : await (door === 'Argo CD’s server' ? argoCd : argoWorkflows)(practice);
      const options = parseOptions(
        [...named, ...repo, '--namespace', 'apps', '--timeout', '60', ...(byServer?.args ?? [])],
        byServer?.environment,
      );
      open = await openBench({ ...options, helmValues }, new AbortController().signal);
    });
    afterAll(async () => {
      const left = await open?.close();
      await practice?.stop();
      await rm(folder, { recursive: true, force: true });
      expect(left ?? []).toEqual([]);
    });

    // What is about neither of Argo's own objects is the same by each door.
    const prefix = { 'Argo CD’s server': 'applications: ', 'Argo Workflows’ server': 'workflows: ' };
    const own = cases.filter(({ name }) =>
      door === 'the Kubernetes API' ? !byServersAlone.includes(name) : name.startsWith(prefix[door]),
    );
    it.each(own)('$name', async (one) => {
      const { result, text } = await runCase(one, open);
      // The practice estate has all that the suite asks for: nothing is skipped.
      expect(`${result} ${text}`).toBe('passed ');
    });
  },
);
