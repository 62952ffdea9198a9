import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ConsentRequest } from '../../../shared/domain/estate/consent';
import { type ExecCall, lineOf } from './exec-call';
import { ExecError } from './exec-error';
import { findProgram, hasFolder, searchPath } from './find-program';
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

/** Characters of a command that a person can be asked about, and words in it that are looked at for files. */
const longest = 16_000;
const mostWords = 1_000;

/** Folders of programs that come with the system: who can write there needs no login to run something. */
const systemFolders =
  process.platform === 'win32'
    ? [process.env.SystemRoot, process.env.ProgramFiles, process.env['ProgramFiles(x86)']].filter(
        (one) => one !== undefined,
      )
    : ['/bin', '/sbin', '/lib', '/usr/bin', '/usr/sbin', '/usr/lib', '/usr/libexec', '/System', '/nix/store'];

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
/** A file that changed so shortly ago, in ms, may change again without another `ctime`: clocks of file systems are coarse. */
const young = 5_000;

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
    if (Date.now() - ctimeMs > young) digests.set(key, digest);
    return digest;
  } catch {
    // A file that cannot be read has no digest: the consent is for what has none.
    return null;
  }
}

const kindOf = (path: string): Promise<'file' | 'folder' | null> =>
  stat(path).then(
    (found) => (found.isFile() ? 'file' : found.isDirectory() ? 'folder' : null),
    // It is no path, or leads nowhere.
    () => null,
  );

/** Texts as they are, and what in them a shell or a flag (`--config=./x`) may take for a word. */
const wordsIn = (texts: readonly string[]): Set<string> =>
  new Set(
    texts
      .flatMap((text) => [text, ...text.split(/[\s'"`;|&()<>=:,$]+/)])
      // Longer than any path that a system takes.
      .filter((word) => word !== '' && word.length < 4096)
      .map((word) => word.replace(/^~(?=[\\/])/, homedir())),
  );

/**
 * The files that a command names: the programs that it starts, and in its words and variables what lies in the folders of
 * the kubeconfig and the estate file or is relative to them or to where the command runs (`sh ./login.sh`, `BASH_ENV=./x`).
 * Where the kubeconfig sets `PATH`, each word may be the name of a program there.
 * @throws ExecError where there are too many to look at, and where the estate file has it use a folder of its own.
 */
async function programsOf(call: ExecCall, kubeconfigFolder: string): Promise<string[]> {
  const words = wordsIn([...call.argv, ...call.env.map(({ value }) => value)]);
  if (words.size > mostWords)
    throw new ExecError(`the login command has ${words.size} words, too many to be reviewed`);
  const folders = call.estateFolder === null ? [kubeconfigFolder] : [kubeconfigFolder, call.estateFolder];
  // A file there that is a link to elsewhere is named there all the same.
  const within = [...folders, ...(await Promise.all(folders.map(real)))];
  const isNamedThere = (place: string, path: string): boolean =>
    within.some((folder) => isWithin(folder, place) || isWithin(folder, path));
  const found = new Set<string>();
  for (const program of [call.program, call.wrapped])
    if (program !== null && isAbsolute(program)) found.add(await real(program));
  const isOwnPath = call.path === searchPath();
  for (const word of words) {
    const named = isOwnPath || hasFolder(word) ? null : await findProgram(word, call.path);
    if (named !== null) found.add(await real(named));
    const places = isAbsolute(word)
      ? [word]
      : [resolve(word), ...folders.map((folder) => resolve(folder, word))];
    for (const place of places) {
      const path = await real(place);
      if ((!isAbsolute(word) || isNamedThere(place, path)) && (await kindOf(path)) === 'file')
        found.add(path);
    }
  }
  if (call.estateFolder !== null) await refuseFolders(call.estateWords, call.estateFolder);
  return [...found].sort();
}

/** Whoever allows a command allows files as they are now; what lies in a folder nobody can be asked about. @throws ExecError */
async function refuseFolders(words: readonly string[], estateFolder: string): Promise<void> {
  const folder = await real(estateFolder);
  for (const word of wordsIn(words)) {
    // `production` is a name; a folder of that name may lie there by chance.
    if (!hasFolder(word)) continue;
    for (const place of [resolve(word), resolve(estateFolder, word)]) {
      const path = await real(place);
      const isThere = isWithin(estateFolder, place) || isWithin(folder, path);
      if (isThere && (await kindOf(path)) === 'folder')
        throw new ExecError(
          `the estate file has the login command use the folder ${place.slice(0, 300)} beside it, whose content can’t be reviewed`,
          { advice: 'Name a file there instead, or a folder elsewhere.' },
        );
    }
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The files by which a context logs in that lie outside of its kubeconfig's folder. */
async function filesOf(user: KubeContext['user'], folder: string): Promise<ConsentRequest['files']> {
  const named = [
    { use: 'token' as const, path: text(user.said.tokenFile) },
    { use: 'certificate' as const, path: user.certData ? '' : text(user.certFile) },
    { use: 'key' as const, path: user.keyData ? '' : text(user.keyFile) },
  ].filter(({ path }) => path !== '');
  const resolved = await Promise.all(named.map(async ({ use, path }) => ({ use, path: await real(path) })));
  return resolved.filter(({ path }) => !isWithin(folder, path));
}

/** On whose word something is done: a foreign kubeconfig's, or that of an estate file about the person's own one. */
export interface Trust {
  gate: TrustGate;
  kubeconfig: string;
  /** The kubeconfig is the person's own: its files and its own command are not asked about. */
  isOwn: boolean;
}

/**
 * What a context demands of this computer: to run a program, or to send a file from outside of the kubeconfig's folder.
 * Its hash changes with whatever decides on what is done and on who gets the credentials. `null`: nothing.
 * @param call what would be run for it; `null`: nothing.
 * @throws ExecError where nobody could review it.
 */
export async function consentRequestOf(
  { name, cluster, user }: Pick<KubeContext, 'name' | 'cluster' | 'user'>,
  { kubeconfig, isOwn }: Pick<Trust, 'kubeconfig' | 'isOwn'>,
  call: ExecCall | null,
): Promise<ConsentRequest | null> {
  const folder = await real(dirname(resolve(kubeconfig)));
  const asksForCall = call !== null && (!isOwn || call.isOfEstate);
  const files = isOwn ? [] : await filesOf(user, folder);
  if (!asksForCall && files.length === 0) return null;

  const command = asksForCall ? lineOf(call) : null;
  if (command !== null && command.length > longest)
    throw new ExecError(`the login command has ${command.length} characters, too many to be reviewed`);
  const programs = asksForCall ? await programsOf(call, folder) : [];
  const told = call?.provideClusterInfo ? (cluster.said.extensions ?? null) : null;
  const asked = {
    server: cluster.server,
    proxy: cluster.proxyUrl || null,
    insecure: cluster.skipTLSVerify === true,
    from: call?.isOfEstate ? ('estate-file' as const) : ('kubeconfig' as const),
    command,
    programs,
    files,
  };
  const contents = await Promise.all(
    // Their names alone: an update of the system is no other command.
    programs.map((path) => (systemFolders.some((one) => isWithin(one, path)) ? null : digestOf(path))),
  );
  // Whose certificate is believed decides on who gets what the command gives.
  const authority =
    // A file that cannot be read: connecting tells that.
    cluster.caData || (cluster.caFile ? await readFile(cluster.caFile, 'utf8').catch(() => null) : null);
  const run = asksForCall ? [call.argv, call.env.map((one) => [one.name, one.value]), call.program] : null;
  const hash = createHash('sha256')
    .update(JSON.stringify([2, name, asked, run, contents, authority, cluster.tlsServerName ?? null, told]))
    .digest('hex');
  return { hash, kubeconfig: resolve(kubeconfig), context: name, ...asked };
}
