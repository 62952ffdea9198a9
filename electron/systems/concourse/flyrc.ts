import { open } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { readGoYaml } from '../../../shared/domain/go/yaml/decode';
import { tokenExpiry } from './concourse-session';

/** A session that `fly` has: never its token. */
export interface FlyTarget {
  name: string;
  team: string;
  /** ISO 8601; `null`: the token does not say. */
  expires: string | null;
  isOver: boolean;
}

/** Bytes of the file, at most: a target is a few hundred. */
const mostBytes = 512 * 1024;
const targetSchema = z.object({
  api: z.string(),
  team: z.string().default('main'),
  token: z.object({ type: z.string(), value: z.string() }),
});

/** Where `fly` keeps its sessions (`fly/rc/targets.go`). `null`: the system does not say where this person's folder is. */
export function flyrcFile(env: NodeJS.ProcessEnv): string | null {
  const home = env.FLY_HOME || env.HOME || env.USERPROFILE;
  return home ? path.join(home, '.flyrc') : null;
}

/** What is wrong with the file, for a person. */
export class FlyrcProblem extends Error {
  override readonly name = 'FlyrcProblem';
}

async function textOf(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const info = await handle.stat();
      if (!info.isFile()) throw new FlyrcProblem('~/.flyrc is not a file.');
      // Read up to a bound, whatever its size says of itself.
      const buffer = Buffer.alloc(mostBytes + 1);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      if (bytesRead > mostBytes) throw new FlyrcProblem('~/.flyrc is too large to read.');
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof FlyrcProblem) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new FlyrcProblem(
      code === 'ENOENT' ? 'There is no ~/.flyrc: fly has no session here.' : '~/.flyrc can’t be read.',
    );
  }
}

const sameServer = (api: string, url: string): boolean =>
  URL.canParse(api) &&
  new URL(api).origin === new URL(url).origin &&
  new URL(api).username === '' &&
  new URL(api).pathname.replace(/\/+$/, '') === new URL(url).pathname.replace(/\/+$/, '');

/** The sessions of one server alone; what belongs to others is not looked at any further. */
async function sessionsOf(file: string, url: string): Promise<Map<string, { team: string; token: string }>> {
  const read = readGoYaml(await textOf(file));
  const root = read.ok
    ? z.object({ targets: z.record(z.string(), z.unknown()) }).safeParse(read.yaml.value)
    : null;
  if (!root?.success) throw new FlyrcProblem('~/.flyrc is not as fly writes it.');
  const found = new Map<string, { team: string; token: string }>();
  for (const [name, value] of Object.entries(root.data.targets)) {
    const target = targetSchema.safeParse(value);
    if (!target.success || name.length > 200 || !sameServer(target.data.api, url)) continue;
    const { team, token } = target.data;
    if (/^bearer$/i.test(token.type) && /^[\x21-\x7e]{16,8192}$/.test(token.value))
      found.set(name, { team: team.slice(0, 200), token: token.value });
  }
  return found;
}

/**
 * The sessions that `fly` has at a server: names, teams and when they end. Read when a person asks for it, never before.
 * @throws FlyrcProblem
 */
export async function flyTargets(file: string, url: string, now: Date): Promise<FlyTarget[]> {
  return [...(await sessionsOf(file, url))].map(([name, { team, token }]) => {
    const until = tokenExpiry(token);
    return {
      name,
      team,
      expires: until === null ? null : new Date(until * 1000).toISOString(),
      isOver: until !== null && until * 1000 <= now.getTime(),
    };
  });
}

/** The token of one of them. It stays in the main process. @throws FlyrcProblem */
export async function flyToken(file: string, url: string, name: string): Promise<string> {
  const found = (await sessionsOf(file, url)).get(name);
  if (!found) throw new FlyrcProblem(`~/.flyrc no longer has a session “${name}” of this server.`);
  return found.token;
}
