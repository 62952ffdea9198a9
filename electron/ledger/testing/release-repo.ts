import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Estate, estateSchema } from '../../../shared/domain/estate/estate';
import type { Result } from '../../../shared/domain/failure/failure';
import { type GitServer, startGitServer } from '../../practice/git/server';
import { initBare } from '../../systems/git/init';
import { runGit } from '../../systems/git/run-git';
import type { Ledger, LedgerConfig } from '../ledger';
import { openLedger } from '../open-ledger';

/** Content of a file in the test's repo: text or bytes, a symlink's target, a submodule's commit. */
export type TestFile = string | Buffer | { symlink: string } | { submodule: string };

/** Path of an app's image-tag file in the default layout. */
export const tagPath = (environment: string, app: string): string =>
  `charts/app-config/image-tags/${environment}/${app}`;

/** An image-tag file as GOV.UK writes it. */
export const tagFile = (tag: string): string =>
  `image_tag: ${tag}\nautomatic_deploys_enabled: true\npromote_deployment: true\n`;

/** Puts one commit with these files on a branch of a bare repo (upon what is there), whatever the files are. */
export async function commitFiles(
  gitDir: string,
  files: Record<string, TestFile | null>,
  options: { branch?: string; message?: string; parent?: string | null; at?: number; author?: string } = {},
): Promise<string> {
  const { branch = 'main', message = 'test', author = 'Robin' } = options;
  const ref = `refs/heads/${branch}`;
  const there = await runGit(['rev-parse', '--verify', '--quiet', ref], { gitDir, expectedCodes: [1] });
  const parent = there.code === 0 ? there.stdout.toString().trim() : null;
  const at = `${Math.floor(options.at ?? Date.now() / 1000)} +0000`;
  const parts: (string | Buffer)[] = [
    `commit ${ref}\nmark :1\nauthor ${author} <robin@example.invalid> ${at}\ncommitter Robin <robin@example.invalid> ${at}\n`,
    `data ${Buffer.byteLength(message)}\n${message}\n`,
    parent ? `from ${parent}\n` : '',
  ];
  for (const [path, file] of Object.entries(files)) {
    const quoted = JSON.stringify(path);
    if (file === null) parts.push(`D ${quoted}\n`);
    else if (typeof file === 'object' && 'submodule' in file)
      parts.push(`M 160000 ${file.submodule} ${quoted}\n`);
    else {
      const isLink = typeof file === 'object' && 'symlink' in file;
      const content = Buffer.from(isLink ? file.symlink : (file as string | Buffer));
      parts.push(
        `M ${isLink ? '120000' : '100644'} inline ${quoted}\ndata ${content.length}\n`,
        content,
        '\n',
      );
    }
  }
  parts.push('\nget-mark :1\ndone\n');
  const { stdout } = await runGit(['fast-import', '--quiet', '--done', '--force', '--date-format=raw'], {
    gitDir,
    input: Buffer.concat(parts.map((part) => Buffer.from(part))),
  });
  return stdout.toString().trim();
}

/** The text of a file on a branch of a bare repo. */
export async function fileAt(gitDir: string, path: string, rev = 'main'): Promise<string> {
  return (await runGit(['cat-file', 'blob', `${rev}:${path}`], { gitDir })).stdout.toString();
}

/** Commits of a branch, newest first. */
export async function commitsOf(gitDir: string, branch = 'main'): Promise<string[]> {
  const { stdout } = await runGit(['rev-list', '--first-parent', `refs/heads/${branch}`], { gitDir });
  return stdout.toString().trim().split('\n');
}

export const writerToken = 'writer-token';

type ConfigChange = Partial<LedgerConfig> & Partial<Pick<Estate['ledger'], 'url' | 'branch' | 'records'>>;

/** A release repo on disk, served over HTTP with tokens, and what opens ledgers on it. Everything ends with `close`. */
export interface TestEstate {
  folder: string;
  gitDir: string;
  url: string;
  server: GitServer;
  /** Called when the server has served a push. */
  onPush: () => void;
  config(name: string, change?: ConfigChange): LedgerConfig;
  open(name: string, change?: ConfigChange): Promise<Ledger>;
  close(): Promise<void>;
}

export async function makeEstate(files: Record<string, TestFile> | null): Promise<TestEstate> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-ledger-'));
  const root = join(folder, 'repos');
  const gitDir = join(root, 'demo', 'release.git');
  await mkdir(gitDir, { recursive: true });
  await initBare(gitDir, 'main');
  if (files) await commitFiles(gitDir, files);
  const server = await startGitServer({
    root,
    tokens: {
      [writerToken]: { login: 'robin', write: true },
      'reader-token': { login: 'kim', write: false },
    },
    onPush: () => made.onPush(),
  });
  const url = `${server.url}/demo/release.git`;
  const opened: Ledger[] = [];
  const config: TestEstate['config'] = (name, change = {}) => {
    const { url: other, branch, records, ...rest } = change;
    const estate = estateSchema.parse({
      name: 'test',
      ledger: { url: other ?? url, ...(branch ? { branch } : {}), ...(records ? { records } : {}) },
      environments: [{ name: 'production' }],
    });
    return {
      estate,
      dir: join(folder, `mirror-${name}`),
      credentials: async () => ({ username: 'x-access-token', password: writerToken }),
      identity: { name: 'Robin', email: 'robin@example.invalid' },
      ...rest,
    };
  };
  const made: TestEstate = {
    folder,
    gitDir,
    url,
    server,
    onPush: () => {},
    config,
    open: async (name, change) => {
      const ledger = unwrap(await openLedger(config(name, change)));
      opened.push(ledger);
      return ledger;
    },
    close: async () => {
      await Promise.all(opened.map((ledger) => ledger.close()));
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return made;
}

/** The value of a result that is expected to be good. */
export function unwrap<T, F extends { message: string; detail?: string }>(result: Result<T, F>): T {
  if (!result.ok) throw new Error(`${result.failure.message} ${result.failure.detail ?? ''}`);
  return result.value;
}
