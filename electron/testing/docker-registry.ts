import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { until } from './until';

/** The registry that Debian packages (distribution 2.8), or why there is none. */
export type RegistryProgram = { program: string } | { missing: string };

/**
 * Finds Debian's `docker-registry` on the PATH, or takes its package from the sources of this system without installing
 * it; once it was unpacked it stays in the folder for temporary files.
 */
export async function dockerRegistry(): Promise<RegistryProgram> {
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'docker-registry'))
    .find((file) => existsSync(file));
  if (onPath) return { program: onPath };
  const kept = join(tmpdir(), 'signalbox-docker-registry');
  const program = join(kept, 'usr', 'bin', 'docker-registry');
  if (existsSync(program)) return { program };
  const work = await mkdtemp(`${kept}-`);
  try {
    const got = await execa('apt-get', ['-q', 'download', 'docker-registry'], { cwd: work, reject: false });
    const [file] = (await readdir(work)).filter((name) => name.endsWith('.deb'));
    if (got.failed || !file)
      return { missing: `apt-get could not download docker-registry: ${got.shortMessage ?? ''}` };
    const folder = join(work, 'unpacked');
    await mkdir(folder);
    const unpacked = await execa('dpkg-deb', ['-x', join(work, file), folder], { reject: false });
    if (unpacked.failed)
      return { missing: `dpkg-deb could not unpack docker-registry: ${unpacked.shortMessage ?? ''}` };
    // Another run may have been quicker.
    await rename(folder, kept).catch(() => undefined);
    return existsSync(program)
      ? { program }
      : { missing: 'the package docker-registry holds no such program' };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A registry that runs. */
export interface RunningRegistry {
  url: string;
  close(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** @param auth lines of the configuration's `auth:` section (distribution.github.io, "Configuring a registry"). */
export async function startRegistry(
  program: string,
  folder: string,
  auth: Readonly<Record<string, unknown>> | null = null,
): Promise<RunningRegistry> {
  const port = await freePort();
  const config = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'storage') }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
    ...(auth ? { auth } : {}),
  };
  const file = join(folder, 'config.yml');
  // JSON is YAML.
  await writeFile(file, JSON.stringify(config));
  const child = execa(program, ['serve', file], { reject: false, stdin: 'ignore', all: true });
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`docker-registry ended: ${(await child).all}`);
      await fetch(`${url}/v2/`);
    });
  } catch (error) {
    child.kill();
    throw error;
  }
  return {
    url,
    close: async () => {
      child.kill();
      await child;
    },
  };
}
