import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { parse } from 'yaml';
import { imageTagPath, owner, releaseRepoName } from '../electron/practice/estate/apps';
import { type ControlClient, createControlClient } from '../electron/practice/estate/control-client';
import { practiceCredentialsSchema } from '../electron/practice/estate/state';
import { statePaths } from '../electron/practice/estate/state-folder';
import { estateSchema } from '../shared/domain/estate';

const run = promisify(execFile);

/** The practice estate of a running app, as a test sees it: its scenarios, and its release repo by plain git. */
export interface Practice {
  control: ControlClient;
  /** Standard output of `git` in the bare release repo. */
  git(...args: string[]): Promise<string>;
  /** Full messages of the commits on main that carry an operation's trailer; each operation may have at most one. */
  commitsOf(operationId: string): Promise<string[]>;
  /** An app's image-tag file in an environment, at main. */
  imageTagFile(app: string, environment: string): Promise<Record<string, unknown>>;
}

/** Reads where the estate is from its state folder, and waits until it answers. */
export async function practiceOf(userData: string): Promise<Practice> {
  const paths = statePaths(path.join(userData, 'practice'));
  const gitDir = path.join(paths.repos, owner, `${releaseRepoName}.git`);
  const connect = async (): Promise<ControlClient> => {
    const estate = estateSchema.parse(parse(await readFile(paths.estateFile, 'utf8')));
    const { control } = practiceCredentialsSchema.parse(
      JSON.parse(await readFile(paths.credentials, 'utf8')),
    );
    const client = createControlClient({ url: estate.practice?.controlUrl ?? '', token: control.token });
    await client.status();
    return client;
  };
  let control: ControlClient | undefined;
  await expect(async () => {
    control = await connect();
  }).toPass({ timeout: 60_000 });
  if (!control) throw new Error('the practice estate does not answer');
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', ['--git-dir', gitDir, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  return {
    control,
    git,
    async commitsOf(operationId) {
      const found = await git(
        'log',
        '--format=%B%x00',
        '--fixed-strings',
        `--grep=Signalbox-Operation: ${operationId}`,
        'main',
      );
      return found
        .split('\0')
        .map((message) => message.trim())
        .filter(Boolean);
    },
    imageTagFile: async (app, environment) =>
      parse(await git('show', `main:${imageTagPath(environment as 'production', app)}`)) as Record<
        string,
        unknown
      >,
  };
}
