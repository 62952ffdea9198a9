import { open, readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { ClusterExec } from '../../shared/domain/estate/cluster-exec';
import type { Estate } from '../../shared/domain/estate/estate';
import { parseEstate } from '../../shared/domain/estate/parse-estate';
import { FailureError } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import { detectEstate, ledgerTarget } from '../ledger/detect-estate';
import { branchLastCopied } from '../ledger/mirror-folder';
import { openLedger } from '../ledger/open-ledger';
import { hasFolder } from '../systems/kubernetes/find-program';
import { estateFolder, estatesFolder } from './open-session';

/** An estate of 200 environments takes 60 KB; nothing that is written by hand is larger. */
export const mostEstateBytes = 1024 * 1024;

const tooLarge = (file: string): FailureError =>
  new FailureError({
    code: 'too-large',
    message: `${file} is too large for an estate file.`,
    meaning: 'It was not read. An estate file is 1 MB at most.',
    next: [{ do: 'advice', label: 'Check that it is the right file.' }],
  });

/** @throws FailureError `too-large`, or what reading fails with. */
async function boundedText(file: string): Promise<string> {
  // A pipe that nobody writes to would be waited for.
  if (!(await stat(file)).isFile()) throw new Error(`${file} is no file`);
  const handle = await open(file, 'r');
  try {
    // One that never ends, such as a device, is not read to its end.
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(mostEstateBytes + 1) });
    if (bytesRead > mostEstateBytes) throw tooLarge(file);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/**
 * The estate that a file describes.
 * @throws FailureError naming file and line when it cannot be read or is not one.
 */
export async function readEstateFile(file: string): Promise<Estate> {
  let text: string;
  try {
    text = await boundedText(file);
  } catch (error) {
    if (error instanceof FailureError) throw error;
    throw new FailureError({
      code: 'not-found',
      message: `The estate file ${file} can’t be read.`,
      meaning: 'Nothing of it was read.',
      next: [{ do: 'advice', label: 'Check that the file is there, and that you may read it.' }],
      detail: failureOf(error).detail ?? '',
    });
  }
  const parsed = parseEstate(text, path.basename(file));
  if (!parsed.ok) throw new FailureError(parsed.failure);
  return withAbsolutePaths(parsed.value, path.dirname(path.resolve(file)));
}

/**
 * A kubeconfig, and a wrapper with a folder in its name, are named relative to the estate file, not to where Signalbox was
 * started from; `~/` is the person's home.
 */
export function withAbsolutePaths(estate: Estate, folder: string): Estate {
  const absolute = (named: string): string => path.resolve(folder, named.replace(/^~(?=[\\/])/, homedir()));
  const execOf = (exec: ClusterExec): ClusterExec => {
    const [program, ...words] = exec.wrapper;
    const named = program !== undefined && hasFolder(program) ? [absolute(program), ...words] : exec.wrapper;
    return { ...exec, wrapper: named, folder };
  };
  return {
    ...estate,
    environments: estate.environments.map((environment) => {
      const { cluster } = environment;
      if (!cluster) return environment;
      const { kubeconfig, exec } = cluster;
      return {
        ...environment,
        cluster: {
          ...cluster,
          ...(kubeconfig ? { kubeconfig: absolute(kubeconfig) } : {}),
          ...(exec ? { exec: execOf(exec) } : {}),
        },
      };
    }),
  };
}

/** The folders of the mirrors of all estates that were opened here. */
async function mirrorsIn(dir: string): Promise<string[]> {
  const estates = estatesFolder(dir);
  // None was opened yet.
  const names = await readdir(estates).catch(() => []);
  return names.map((name) => path.join(estates, name, 'mirror'));
}

/**
 * The estate that lies in a release repo of GOV.UK's layout: its environments, without clusters, for reading only.
 * @param address path or URL.
 * @throws FailureError when there is no such repo, or it has another layout.
 */
export async function readReleaseRepo(
  address: string,
  dir: string,
): Promise<{ estate: Estate; inPlace: boolean }> {
  const target = await ledgerTarget(address, async (url) => branchLastCopied(await mirrorsIn(dir), url));
  if (!target.ok) throw new FailureError(target.failure);
  const { ledger: place, inPlace } = target.value;
  const opened = await openLedger({
    estate: { ledger: place },
    dir: path.join(estateFolder(dir, place), 'mirror'),
    identity: { name: 'Signalbox', email: 'signalbox@localhost' },
    inPlace,
  });
  if (!opened.ok) throw new FailureError(opened.failure);
  const ledger = opened.value;
  try {
    const seen = await ledger.refresh();
    // Offline, what the mirror saw last time will do.
    if (!seen.ok && ledger.snapshot().commit === null) throw new FailureError(seen.failure);
    const name = path.basename(address.replace(/\/+$/, '')).replace(/\.git$/, '') || 'Release repo';
    const estate = detectEstate(ledger.snapshot(), place, name);
    if (!estate.ok) throw new FailureError(estate.failure);
    return { estate: estate.value, inPlace };
  } finally {
    await ledger.close();
  }
}
