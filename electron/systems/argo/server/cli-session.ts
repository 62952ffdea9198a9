import { constants, open, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { authorizationOf } from './session-value';

/** A session that the command-line program `argocd` keeps. */
export interface CliSession {
  authorization: string;
  /** The name of its context. */
  context: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** More than any of these files holds. */
const mostBytes = 1024 * 1024;

const text = z.string().max(4096);
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(z.unknown())
    .max(10_000)
    .catch([])
    .transform((all) =>
      all.flatMap((one): z.output<T>[] => {
        const parsed = item.safeParse(one);
        return parsed.success ? [parsed.data] : [];
      }),
    );

/** argo-cd, util/localconfig/localconfig.go, `LocalConfig`; a `null` list is an empty one there. */
const configSchema = z.object({
  'current-context': text.catch(''),
  contexts: listOf(z.object({ name: text, server: text, user: text })),
  servers: listOf(
    z.object({
      server: text,
      'grpc-web-root-path': text.nullish(),
      core: z.boolean().nullish(),
    }),
  ),
  users: listOf(
    z.object({
      name: text,
      'auth-token': z
        .string()
        .max(256 * 1024)
        .nullish(),
    }),
  ),
});

const isThere = (folder: string): Promise<boolean> =>
  stat(folder).then(
    () => true,
    () => false,
  );

/**
 * Where `argocd` keeps its configuration (util/localconfig/localconfig.go, `DefaultConfigDir`): `$ARGOCD_CONFIG_DIR`, else
 * `~/.argocd` where there is one, else `$XDG_CONFIG_HOME/argocd`, else `~/.config/argocd`.
 */
export async function cliConfigFile(environment: Environment, home = os.homedir()): Promise<string> {
  const named = environment.ARGOCD_CONFIG_DIR;
  if (named) return path.join(named, 'config');
  const former = path.join(home, '.argocd');
  if (await isThere(former)) return path.join(former, 'config');
  return path.join(environment.XDG_CONFIG_HOME || path.join(home, '.config'), 'argocd', 'config');
}

/** The file as text; `null`: there is none, or it is no file of a size that such a file has. */
async function readBounded(file: string): Promise<string | null> {
  // Not blocking: a pipe in its place would be waited for until somebody writes into it. Windows has no such flag.
  const opened = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(() => null);
  if (!opened) return null;
  try {
    const facts = await opened.stat();
    if (!facts.isFile() || facts.size > mostBytes) return null;
    const { buffer, bytesRead } = await opened.read(Buffer.alloc(mostBytes + 1), 0, mostBytes + 1, 0);
    return bytesRead > mostBytes ? null : buffer.toString('utf8', 0, bytesRead);
  } finally {
    await opened.close();
  }
}

/**
 * The session of `argocd` at a server; the current context's first. The file is read, never written, and nothing else of it
 * is taken: not its refresh token, which the server would give out anew, ending the program's own.
 * @param url the server's, as the estate names it
 * @returns `null`: there is none.
 */
export async function readCliSession(file: string, url: string): Promise<CliSession | null> {
  const content = await readBounded(file);
  if (content === null) return null;
  const document = parseDocument(content, { uniqueKeys: false, logLevel: 'silent' });
  if (document.errors.length > 0) return null;
  let raw: unknown;
  try {
    raw = document.toJS({ maxAliasCount: 100 });
  } catch {
    // More aliases than a configuration has: it is not one of argocd's.
    return null;
  }
  const config = configSchema.safeParse(raw);
  if (!config.success) return null;
  const { contexts, servers, users, 'current-context': current } = config.data;
  const here = new Set(
    servers
      .filter((server) => !server.core && leadsTo(server.server, server['grpc-web-root-path'] ?? '', url))
      .map(({ server }) => server),
  );
  const fitting = contexts
    .filter(({ server }) => here.has(server))
    .toSorted((a, b) => Number(b.name === current) - Number(a.name === current));
  for (const { name, user } of fitting) {
    const token = users.find((one) => one.name === user)?.['auth-token'];
    const authorization = token ? authorizationOf('argo-cd', token) : null;
    if (authorization !== null) return { authorization, context: name };
  }
  return null;
}

/** Whether `argocd.example.org`, with a port or not, and a root path, is the server of this URL. */
function leadsTo(server: string, rootPath: string, url: string): boolean {
  const wanted = new URL(url);
  const named = `${wanted.protocol}//${server}`;
  if (/[/?#@\\]/.test(server) || !URL.canParse(named)) return false;
  const bare = (text: string): string => text.replace(/^\/+|\/+$/g, '');
  return new URL(named).host === wanted.host && bare(rootPath) === bare(wanted.pathname);
}
