import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ConsentRequest } from '../../../shared/domain/estate/consent';
import { shellLine } from '../../../shared/domain/estate/shell-line';
import type { KubeContext } from './kubeconfig';

/**
 * Asked before anything is done that a kubeconfig demands of this computer, each time that it is read again: kubeconfigs
 * run programs (`exec`) and send files (`tokenFile`), so one that came with somebody's repo must not be followed blindly
 * (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ warns of it).
 */
export interface TrustGate {
  /** Whether this may be done. `null`: nothing is asked for. */
  permits(request: ConsentRequest | null): boolean;
  /** Called when an answer changed. Returns the unsubscribe. */
  onChange(listener: () => void): () => void;
}

/** What must be allowed first was not. */
export class NotPermitted extends Error {
  override readonly name = 'NotPermitted';
  readonly request: ConsentRequest;
  constructor(request: ConsentRequest) {
    super('not permitted yet');
    this.request = request;
  }
}

/** Words of a command that are looked at for files: more than any login has. */
const mostWords = 200;

// A path that leads nowhere is named as it is.
const real = (path: string): Promise<string> => realpath(path).catch(() => resolve(path));

const isWithin = (folder: string, path: string): boolean => {
  const inside = relative(folder, path);
  return inside === '' || (inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside));
};

/** Whether a path is one of the person's own kubeconfigs: by the same name in the same folder, since paths in it are relative to that. */
export async function isOneOf(path: string, own: readonly string[]): Promise<boolean> {
  const placeOf = async (one: string) =>
    join(await real(dirname(resolve(one))), resolve(one).slice(dirname(resolve(one)).length));
  const place = await placeOf(path);
  const places = await Promise.all(own.map(placeOf));
  return places.includes(place);
}

/** Digests of files by what changes whenever their content does: unlike `mtime`, nobody sets `ctime`. */
const digests = new Map<string, string>();

async function digestOf(path: string): Promise<string | null> {
  try {
    const { ino, size, ctimeMs } = await stat(path);
    const key = `${path}\n${ino} ${size} ${ctimeMs}`;
    const known = digests.get(key);
    if (known) return known;
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    const digest = hash.digest('hex');
    if (digests.size > 1000) digests.clear();
    digests.set(key, digest);
    return digest;
  } catch {
    // A file that cannot be read has no digest: the consent is for what has none.
    return null;
  }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/**
 * The files that a command names: itself where it has a folder in its name, and in its words and variables what lies in
 * the kubeconfig's folder or is relative to where the command runs (`sh ./login.sh`, `BASH_ENV=./x`).
 */
async function programsOf(
  exec: { command: string; args: string[]; env: { name: string; value: string }[] },
  folder: string,
): Promise<string[]> {
  const words = [...exec.args, ...exec.env.map(({ value }) => value)]
    .flatMap((text) => [text, ...text.split(/[\s'"`;|&()<>=:,$]+/)])
    .filter((word) => word !== '' && word.length < 4096)
    .slice(0, mostWords);
  const found = new Set<string>();
  if (/[\\/]/.test(exec.command)) found.add(await real(exec.command));
  for (const word of words) {
    const places = isAbsolute(word) ? [word] : [resolve(word), resolve(folder, word)];
    for (const place of places) {
      const path = await real(place);
      if ((!isAbsolute(word) || isWithin(folder, path)) && (await isFile(path))) found.add(path);
    }
  }
  return [...found].sort();
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** `exec` as far as it is read; what does not fit is refused before it is run (`ExecCredentials`). */
function execOf(user: KubeContext['user']) {
  const exec = user.exec as
    | { command?: unknown; args?: unknown; env?: unknown; provideClusterInfo?: unknown }
    | undefined;
  // Credentials of the kubeconfig itself go before the command's: it is not run.
  if (!exec || user.token || user.username) return null;
  const env = (Array.isArray(exec.env) ? exec.env : []) as { name?: unknown; value?: unknown }[];
  return {
    command: text(exec.command),
    args: (Array.isArray(exec.args) ? exec.args : []).map(String),
    env: env.map((one) => ({ name: text(one?.name), value: text(one?.value) })),
    isToldOfCluster: exec.provideClusterInfo === true,
  };
}

/**
 * What a context demands of this computer: to run a program, or to send a file from outside of the kubeconfig's folder.
 * Its hash changes with whatever decides on what is done and on who gets the credentials. `null`: nothing.
 */
export async function consentRequestOf(
  { name, cluster, user }: Pick<KubeContext, 'name' | 'cluster' | 'user'>,
  kubeconfig: string,
): Promise<ConsentRequest | null> {
  const folder = await real(dirname(resolve(kubeconfig)));
  const exec = execOf(user);
  const named = [
    { use: 'token' as const, path: text(user.said.tokenFile) },
    { use: 'certificate' as const, path: user.certData ? '' : text(user.certFile) },
    { use: 'key' as const, path: user.keyData ? '' : text(user.keyFile) },
  ].filter(({ path }) => path !== '');
  const resolved = await Promise.all(named.map(async ({ use, path }) => ({ use, path: await real(path) })));
  const files = resolved.filter(({ path }) => !isWithin(folder, path));
  if (!exec && files.length === 0) return null;

  const programs = exec ? await programsOf(exec, folder) : [];
  const told = exec?.isToldOfCluster ? (cluster.said.extensions ?? null) : null;
  const asked = {
    server: cluster.server,
    proxy: cluster.proxyUrl || null,
    insecure: cluster.skipTLSVerify === true,
    command: exec && shellLine(exec.command, exec.args, exec.env),
    programs,
    files,
  };
  const contents = await Promise.all(programs.map(digestOf));
  // Whose certificate is believed decides on who gets what the command gives.
  const authority =
    // A file that cannot be read: connecting tells that.
    cluster.caData || (cluster.caFile ? await readFile(cluster.caFile, 'utf8').catch(() => null) : null);
  const hash = createHash('sha256')
    .update(JSON.stringify([1, asked, contents, authority, cluster.tlsServerName ?? null, told]))
    .digest('hex');
  return { hash, kubeconfig: resolve(kubeconfig), context: name, ...asked };
}
