import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { makeFolder } from '../whole-file';

/** Where things lie in a practice estate's state folder. */
export interface StatePaths {
  folder: string;
  /** Bare repos, as served: `repos/<owner>/<repo>.git`. */
  repos: string;
  /** Speed, ports and faults. */
  state: string;
  /** Tokens; mode 0600. */
  credentials: string;
  /** CA and server certificate of the clusters, with keys; mode 0600. */
  certificates: string;
  /** A context per environment; mode 0600, as it holds tokens. */
  kubeconfig: string;
  /** The estate's description, without any secret. */
  estateFile: string;
  lock: string;
  /** What a cluster held when it was last saved. */
  cluster(environment: string): string;
  clusters: string;
}

export function statePaths(folder: string): StatePaths {
  const at = (name: string): string => path.join(path.resolve(folder), name);
  return {
    folder: path.resolve(folder),
    repos: at('repos'),
    state: at('state.json'),
    credentials: at('credentials.json'),
    certificates: at('certificates.json'),
    kubeconfig: at('kubeconfig.yaml'),
    estateFile: at('signalbox.yaml'),
    lock: at('lock'),
    clusters: at('clusters'),
    cluster: (environment) => at(path.join('clusters', `${environment}.json.gz`)),
  };
}

/** A JSON file that fits a schema; `null` when it is missing, unreadable as JSON, or of another shape (a folder in its place, too). */
export async function readJsonFile<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** How long a start waits for another process to end: after the console was killed, its estate ends a moment later. */
const patienceMs = 5_000;
const lookEveryMs = 100;

/**
 * Takes the folder for this process. A lock whose process is gone is taken over.
 * @returns gives it back
 * @throws when another living process has it, and still has it after some seconds
 */
export async function lockFolder(paths: StatePaths): Promise<() => Promise<void>> {
  await makeFolder(paths.folder);
  const own = `${process.pid} ${await birthOf(process.pid)}`;
  const until = performance.now() + patienceMs;
  for (let takeovers = 0; ; ) {
    try {
      await writeFile(paths.lock, own, { flag: 'wx' });
      return () => rm(paths.lock, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || takeovers > 3) throw error;
    }
    const text = await readFile(paths.lock, 'utf8').catch(() => '');
    const [pid = '', birth = ''] = text.split(' ');
    if (text !== own && isAlive(Number(pid)) && (await birthOf(Number(pid))) === birth) {
      if (performance.now() > until)
        throw new Error(`another practice estate (process ${pid}) runs on ${paths.folder}`);
      await delay(lookEveryMs);
      continue;
    }
    takeovers += 1;
    await rm(paths.lock, { force: true, recursive: true });
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * When a process began, in the system's own measure, so that another one with the same number (soon met in a
 * container) is not taken for it: field `starttime` of proc(5). `-` where there is no /proc.
 */
async function birthOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The second field is the name in parentheses, which may hold anything.
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
}
