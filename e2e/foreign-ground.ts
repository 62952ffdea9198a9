import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { imageTagPath, owner, releaseRepoName } from '../electron/practice/estate/apps';
import { statePaths } from '../electron/practice/estate/state-folder';
import { type SshServer, startSshServer } from '../electron/systems/ssh/testing/ssh-server';
import { type PracticeProcess, startPracticeProcess } from '../electron/testing/practice-process';
import { estateSchema } from '../shared/domain/estate/estate';

/** By the environment's name there, the cluster of the practice estate that stands in for it. */
const clusterOf = {
  dev: 'integration',
  test: 'staging',
  pre: 'notify-preview',
  live: 'production',
} as const;
type Name = keyof typeof clusterOf;
const names = Object.keys(clusterOf) as Name[];

/** Namespaces and the parent Application, as no practice estate has them (`SIGNALBOX_PRACTICE_NAMES`). */
const places = { argoNamespace: 'delivery', appsNamespace: 'services', parentApplication: 'everything' };

/** Somebody else's estate: nothing in it is called or lies as in the practice estate. */
export interface ForeignGround {
  folder: string;
  practice: PracticeProcess;
  ssh: SshServer;
  /** `ssh://…` of the release repo. */
  url: string;
  /** Variables of the person who starts Signalbox. */
  environment: Record<string, string>;
  /** Standard output of git in the bare release repo. */
  git(...args: string[]): string;
  close(): Promise<void>;
}

const tagPath = (environment: string, app: string): string => `deploy/${environment}/${app}.yaml`;

/**
 * Starts it: a release repo over a real sshd with its own paths and a `signalbox.yaml`, four environments on clusters
 * whose kubeconfig logs in by a command inside of a wrapper, and records on a branch of their own. What is pushed to it is
 * rendered by the practice estate's Argo CD, as a pipeline between the two would have it.
 */
export async function openForeignGround(): Promise<ForeignGround> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-foreign-'));
  const { argoNamespace, appsNamespace, parentApplication } = places;
  process.env.SIGNALBOX_PRACTICE_NAMES = [argoNamespace, appsNamespace, parentApplication].join();
  const practice = await startPracticeProcess([
    '--dir',
    path.join(folder, 'practice'),
    '--speed',
    '20',
    '--login',
    'wrapper',
  ]);
  delete process.env.SIGNALBOX_PRACTICE_NAMES;
  const paths = statePaths(path.join(folder, 'practice'));
  const described = estateSchema.parse(parse(await readFile(paths.estateFile, 'utf8')));
  const run = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Robin', '-c', 'user.email=robin@example.org', ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  // The practice estate's release repo, as its pipeline sees it.
  const { username, password } = practice.credentials.ledger;
  const behind = path.join(folder, 'behind');
  const address = new URL(`${practice.ready.gitUrl}/${owner}/${releaseRepoName}.git`);
  address.username = username;
  address.password = password;
  run(folder, 'clone', '--quiet', '--depth=1', address.href, behind);

  // The estate's own one.
  const work = path.join(folder, 'work');
  const bare = path.join(folder, 'harbour.git');
  await mkdir(work);
  run(work, 'init', '--quiet', '--initial-branch=trunk');
  for (const name of names) {
    const cluster = clusterOf[name];
    const apps = run(behind, 'ls-files', path.posix.dirname(imageTagPath(cluster, 'x')))
      .split('\n')
      .filter(Boolean);
    for (const file of apps) {
      const to = path.join(work, tagPath(name, path.basename(file)));
      await mkdir(path.dirname(to), { recursive: true });
      await writeFile(to, await readFile(path.join(behind, file)));
    }
  }
  await writeFile(
    path.join(work, 'signalbox.yaml'),
    stringify({
      name: 'Harbour',
      ledger: {
        url: 'https://git.example.org/harbour/releases.git',
        branch: 'trunk',
        imageTagPath: 'deploy/{environment}/{app}.yaml',
        records: { branch: 'console-records' },
      },
      environments: names.map((name) => {
        const cluster = clusterOf[name];
        const argo = described.environments.find((one) => one.name === cluster)?.argo;
        return {
          name,
          ...(name === 'live' ? { tier: 'production' } : {}),
          cluster: {
            context: `somewhere-${name}`,
            argoNamespace,
            appsNamespace,
            workflowsNamespace: appsNamespace,
            parentApplication,
            exec: {
              wrapper: [path.join(paths.folder, 'login', 'assume-role'), `govuk-${cluster}-readonly`, '--'],
              env: { PRACTICE_PROFILE: cluster },
            },
          },
          argo: { cd: { url: argo?.cd?.url, signInHosts: argo?.cd?.signInHosts } },
        };
      }),
      pipelines: [
        { name: 'harbour', kind: 'apps', environments: names.filter((name) => name !== 'pre') },
        // The apps of this one are others.
        { name: 'previews', kind: 'apps', environments: ['pre'] },
      ],
    }),
  );
  run(work, 'add', '.');
  run(work, 'commit', '--quiet', '-m', 'Begin');
  run(folder, 'clone', '--quiet', '--bare', work, bare);

  // What the pipeline between the two does: every push is rendered.
  const hook = path.join(bare, 'hooks', 'post-receive');
  await mkdir(path.dirname(hook), { recursive: true });
  const copies = names.map(
    (name) =>
      `for file in $(git --git-dir=${bare} ls-tree --name-only trunk deploy/${name}/); do
  git --git-dir=${bare} show trunk:$file > ${behind}/$(dirname ${imageTagPath(clusterOf[name], 'x')})/$(basename $file .yaml)
done`,
  );
  await writeFile(
    hook,
    `#!/bin/sh
unset GIT_DIR GIT_QUARANTINE_PATH
exec >>${path.join(folder, 'hook.log')} 2>&1
cd ${behind}
git pull --quiet --rebase
${copies.join('\n')}
git diff --quiet || git -c user.name=Pipeline -c user.email=p@example.org commit --quiet -a -m 'Render'
git push --quiet
`,
    { mode: 0o755 },
  );

  // The kubeconfig of somebody who calls clusters otherwise than the estate file.
  const kubeconfig = parse(await readFile(paths.kubeconfig, 'utf8')) as {
    contexts: { name: string }[];
  };
  for (const context of kubeconfig.contexts) {
    const name = names.find((one) => clusterOf[one] === context.name);
    context.name = name ? `harbour-${name}` : `other-${context.name}`;
  }
  const config = path.join(folder, 'kubeconfig');
  await writeFile(config, stringify(kubeconfig), { mode: 0o600 });

  const ssh = await startSshServer();
  return {
    folder,
    practice,
    ssh,
    url: `ssh://${ssh.environment.USER ?? 'root'}@127.0.0.1:${ssh.port}${bare}`,
    environment: {
      KUBECONFIG: config,
      GIT_SSH_COMMAND: ssh.environment.GIT_SSH_COMMAND ?? '',
    },
    git: (...args) => run(bare, ...args),
    async close() {
      await ssh.close();
      await practice.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
