import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { type Failure, failureSchema, type Result } from '../../shared/domain/failure/failure';
import { companionProcedures, type RawAsk } from './ask';

/** Where the app that runs listens for its companion, and the word that it wants to hear: for this user's eyes alone. */
const placeSchema = z.object({ address: z.string(), token: z.string().regex(/^[0-9a-f]{64}$/) });
const placeFile = (folder: string): string => path.join(folder, 'companion.json');

const requestSchema = z.object({
  token: z.string().max(100),
  id: z.number().int(),
  procedure: z.enum(companionProcedures),
  input: z.unknown(),
});
const answerSchema = z.object({
  id: z.number().int(),
  result: z.union([
    z.object({ ok: z.literal(true), value: z.unknown() }),
    z.object({ ok: z.literal(false), failure: failureSchema }),
  ]),
});

/** Bytes of one request: an intent with all its findings is a few thousand. */
const longestRequest = 1024 * 1024;
const mostConnections = 16;

/**
 * Lets this user's companion ask what the window asks. Nothing else can: the socket lies in a folder of this user's, and
 * every request carries a word that stands in a file of theirs.
 * @param folder the user-data folder. @returns stops listening, and takes both away.
 */
export async function listenForCompanion(folder: string, answer: RawAsk): Promise<() => Promise<void>> {
  const token = randomBytes(32).toString('hex');
  const address = await freeAddress(folder);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    serve(socket, token, answer);
  });
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  if (process.platform !== 'win32') await chmod(address, 0o600);
  const file = placeFile(folder);
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify({ address, token }), { mode: 0o600 });
  await rename(draft, file);
  return async () => {
    await rm(file, { force: true });
    for (const socket of open) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
}

/** A socket's address may have 107 characters (unix(7)); a folder that is too deep gets one in the system's own. */
async function freeAddress(folder: string): Promise<string> {
  const name = createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\signalbox-${name}-${randomBytes(8).toString('hex')}`;
  const near = path.join(path.resolve(folder), 'companion.sock');
  if (Buffer.byteLength(near) <= 100) {
    // One that a killed app left behind. Whoever calls this is the only app on the folder.
    await rm(near, { force: true });
    return near;
  }
  const own = path.join(tmpdir(), `signalbox-${name}-${randomBytes(8).toString('hex')}`);
  await mkdir(own, { mode: 0o700 });
  return path.join(own, 'companion.sock');
}

function serve(socket: Socket, token: string, answer: RawAsk): void {
  socket.on('error', () => socket.destroy());
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf(10);
    bytes = end < 0 ? bytes + chunk.length : chunk.length - end;
    if (bytes > longestRequest) socket.destroy();
  });
  const send = (value: unknown): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`);
  };
  createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
    const request = requestSchema.safeParse(jsonOf(line));
    // Whoever does not know the word, or does not speak the language, is told nothing.
    if (!request.success || !isSame(request.data.token, token)) return socket.destroy();
    const { id, procedure, input } = request.data;
    // It never rejects: a failure is an answer.
    void answer(procedure, input).then((result) => send({ id, result }));
  });
}

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // It fits no schema.
    return undefined;
  }
}

/** The app that runs on a folder, as its companion sees it. */
export interface RunningSignalbox {
  ask: RawAsk;
  close(): void;
}

/**
 * Connects to the app that runs on a user-data folder.
 * @returns `null`: none does.
 */
export async function connectToApp(folder: string): Promise<RunningSignalbox | null> {
  // There is none where no app runs.
  const text = await readFile(placeFile(folder), 'utf8').catch(() => null);
  const place = placeSchema.safeParse(text === null ? undefined : jsonOf(text));
  if (!place.success) return null;
  const socket = await new Promise<Socket | null>((resolve) => {
    const one = createConnection(place.data.address);
    one.once('connect', () => resolve(one));
    // What an app that was killed left behind.
    one.once('error', () => resolve(null));
  });
  return socket && talk(socket, place.data.token);
}

function talk(socket: Socket, token: string): RunningSignalbox {
  const waiting = new Map<number, (result: Result<unknown>) => void>();
  let count = 0;
  const gone = (): void => {
    for (const answer of waiting.values()) answer({ ok: false, failure: appGone });
    waiting.clear();
  };
  socket.on('error', () => socket.destroy());
  socket.on('close', gone);
  createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
    const answer = answerSchema.safeParse(jsonOf(line));
    if (!answer.success) return socket.destroy();
    waiting.get(answer.data.id)?.(answer.data.result as Result<unknown>);
    waiting.delete(answer.data.id);
  });
  return {
    ask: (procedure, input) =>
      new Promise((resolve) => {
        if (socket.destroyed) return resolve({ ok: false, failure: appGone });
        count += 1;
        waiting.set(count, resolve);
        socket.write(`${JSON.stringify({ token, id: count, procedure, input })}\n`);
      }),
    close: () => socket.destroy(),
  };
}

const appGone: Failure = {
  code: 'unknown-outcome',
  message: 'Signalbox ended before it answered.',
  meaning: 'What was asked may have been done. What runs is carried on at the next start.',
  next: [{ do: 'advice', label: 'Run signalbox status to see what became of it.' }],
};
