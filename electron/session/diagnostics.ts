import { type FileHandle, open, readdir, stat, statfs, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { OutputOf } from '../../shared/contract/contract';
import type { Diagnostics, Fault } from '../../shared/domain/diagnostics/diagnostics';
import { diagnosticsText } from '../../shared/domain/diagnostics/diagnostics-text';
import { argoSystemNames } from '../../shared/domain/estate/argo-servers';
import { shortTitleOf } from '../../shared/domain/operation/intent';
import { doorText, otherWays } from '../../shared/domain/rollout/door-words';
import { utcText } from '../../shared/domain/text/utc-text';
import { ledgerFreshness } from '../engine/board-keeper';
import { hideSecrets } from '../log/known-secrets';
import { estateFolder, type Session } from './open-session';

/** Where Signalbox keeps its own files, and what it counted since the start. */
export interface OwnFiles {
  userData: string;
  logFile: string;
  faults: () => Fault[];
}

/** What lies in the folder of an estate, by the beginning of its name; the first that fits counts. */
const parts: readonly [string, string][] = [
  ['mirror', 'Copy of the release repo'],
  ['records', 'Copy of the records'],
  ['history', 'History index'],
  ['journal', 'Journal of operations'],
  ['logs', 'Saved logs'],
  ['', 'Everything else that was saved'],
];
/** A folder with more files is not measured: it would take long, and is a fault that is seen otherwise. */
const mostFiles = 50_000;
/** How much of the log's end is given along, in bytes. */
const logTail = 300_000;

/** Gathers what this console can tell of itself; asks nobody outside of this computer. */
export async function takeDiagnostics(
  session: Session,
  app: OutputOf<'session.get'>['app'],
  own: OwnFiles,
): Promise<Diagnostics> {
  const { estate, engine, ledger, history } = session;
  const folder = estateFolder(own.userData, estate.ledger);
  const status = history.status();
  const board = engine.board();
  return {
    takenAt: new Date().toISOString(),
    app: { version: app.version, runtime: app.runtime, node: app.node, platform: app.platform },
    estate: {
      name: estate.name,
      mode: session.mode,
      environments: estate.environments.length,
      apps: engine.apps().length,
      pipelines: estate.pipelines.length,
    },
    connections: [
      { name: 'Release repo', freshness: ledgerFreshness(ledger) },
      ...board.environments.map(({ name, cluster }) => ({ name: `Cluster of ${name}`, freshness: cluster })),
    ],
    ways: [...session.clusters.values()].flatMap((cluster) => {
      const { environment, doors } = cluster.status();
      return doors.map((door) => ({
        name: `${argoSystemNames[door.system]} in ${environment}`,
        text: [
          `${doorText(door)}${door.since ? `, since ${utcText(door.since)}` : ''}`,
          ...otherWays(door),
        ].join('; '),
      }));
    }),
    history: {
      state: phases[status.phase],
      beginning: status.beginning?.at ?? null,
      failure: status.failure ? `${status.failure.message} ${status.failure.meaning}` : null,
    },
    operations: engine.list({ open: true, limit: 50 }).map(({ id, intent, steps }) => ({
      id,
      title: shortTitleOf(intent),
      step: steps.find(({ state }) => state === 'running')?.name ?? null,
    })),
    files: { parts: await sizes(folder), free: await freeOn(own.userData) },
    notices: session.notices(),
    faults: own.faults().sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1)),
  };
}

const phases = {
  opening: 'being opened',
  indexing: 'being indexed',
  ready: 'up to date',
  failed: 'could not be brought up to date',
} as const;

/** Writes them as text, with the log's end, without secrets and without names of this computer. */
export async function saveDiagnostics(file: string, taken: Diagnostics, own: OwnFiles): Promise<void> {
  const text = hideSecrets(
    diagnosticsText(taken, await endOf(own.logFile), {
      [os.homedir()]: '~',
      [os.hostname()]: '(this computer)',
    }),
  );
  // The person chose the place, and a file that is there already in the system's dialog.
  await writeFile(file, text, { encoding: 'utf8', mode: 0o600 });
}

async function sizes(folder: string): Promise<Diagnostics['files']['parts']> {
  const bytes = new Map<string, number | null>(parts.map(([, name]) => [name, 0]));
  // A folder that can't be read counts as empty: what is wrong with it is told by whoever uses it.
  for (const entry of await readdir(folder).catch(() => [])) {
    const name = parts.find(([prefix]) => entry.startsWith(prefix))?.[1] ?? '';
    const before = bytes.get(name) ?? null;
    const more = await sizeOf(path.join(folder, entry));
    bytes.set(name, before === null || more === null ? null : before + more);
  }
  return [...bytes].map(([name, size]) => ({ name, bytes: size }));
}

/** Bytes of a file or of all files in a folder; `null`: it could not be read. */
async function sizeOf(place: string): Promise<number | null> {
  try {
    const found = await stat(place);
    if (!found.isDirectory()) return found.size;
    const entries = await readdir(place, { recursive: true, withFileTypes: true });
    if (entries.length > mostFiles) return null;
    let sum = 0;
    for (const entry of entries)
      if (entry.isFile())
        // What Git or SQLite take away meanwhile counts no more.
        sum += await stat(path.join(entry.parentPath, entry.name)).then(
          ({ size }) => size,
          () => 0,
        );
    return sum;
  } catch {
    // Not known, which is said.
    return null;
  }
}

async function freeOn(folder: string): Promise<number | null> {
  // Some network file systems do not tell.
  const found = await statfs(folder).catch(() => null);
  return found && found.bavail * found.bsize;
}

async function endOf(file: string): Promise<string> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(file, 'r');
    const { size } = await handle.stat();
    const from = Math.max(0, size - logTail);
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - from), position: from });
    const text = buffer.subarray(0, bytesRead).toString('utf8');
    // A line that was cut may begin in the middle of a secret.
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } catch (error) {
    return `The log could not be read: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    await handle?.close();
  }
}
