import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { aboutProcedures } from '../../shared/contract/about';
import { connectProcedures } from '../../shared/contract/connect';
import { type ProcedureName, procedures } from '../../shared/contract/contract';
import { estateProcedures } from '../../shared/contract/estates';
import { procedureNames } from '../../shared/contract/names';
import { usualDesktop, windowProcedures } from '../../shared/contract/session';
import { defaultBoardSettings } from '../../shared/domain/board/board-view';
import { estateSchema } from '../../shared/domain/estate/estate';
import { dispatch, type SessionHandlers } from '../ipc/dispatcher';
import { noLog } from '../log/log';
import { until } from '../testing/until';
import { createHandlers } from './handlers';
import { openSession, type Session } from './open-session';

let folder: string;
let gitHub: Server;
let session: Session;
let handlers: SessionHandlers;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-odd-'));
  // It knows nothing, at once.
  gitHub = createServer((_, response) =>
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}'),
  );
  await new Promise<void>((resolve) => gitHub.listen(0, '127.0.0.1', resolve));
  const { port } = gitHub.address() as AddressInfo;
  const repo = path.join(folder, 'release');
  const tags = path.join(repo, 'charts', 'app-config', 'image-tags', 'staging');
  await mkdir(tags, { recursive: true });
  await writeFile(path.join(tags, 'frontend'), 'image_tag: v1\n');
  const git = (...args: string[]) => execFileSync('git', ['-C', repo, ...args], { stdio: 'ignore' });
  git('init', '--initial-branch=main');
  git('add', '.');
  git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-m', 'Begin');
  session = await openSession({
    estate: estateSchema.parse({
      name: 'Odd',
      ledger: { url: repo },
      environments: [{ name: 'staging', cluster: { context: 'nowhere', kubeconfig: '/nowhere' } }],
      pipelines: [{ name: 'govuk', kind: 'apps', environments: ['staging'] }],
      sources: {
        urlTemplate: `http://127.0.0.1:${port}/{app}`,
        github: { apiUrl: `http://127.0.0.1:${port}`, owner: 'odd' },
      },
    }),
    mode: 'real',
    dir: path.join(folder, 'data'),
    inPlace: false,
    identity: () => ({ name: 'A', email: 'a@example.org' }),
    ledgerCredentials: async () => null,
    githubToken: async () => null,
    log: noLog,
  });
  await until(() => expect(session.history.status().phase).toBe('ready'));
  await session.ledger.refresh();
  const settings = {
    colourScheme: 'auto' as const,
    signCommits: false,
    notifications: true,
    board: defaultBoardSettings,
    desktop: usualDesktop,
    identity: { name: 'A', email: 'a@example.org' },
  };
  handlers = createHandlers(session, {
    own: { userData: '', logFile: '', faults: () => [] },
    app: { version: '', runtime: '', chromium: '', node: '', platform: '', fallbackRuntime: false },
    settings: { get: () => settings },
    openMail: () => true,
    chooseSaveFile: async () => null,
    practice: null,
    credentials: {
      describe: () => ({ unavailableBecause: null, credentials: [] }),
      set: () => {},
    },
  });
});
afterAll(async () => {
  await session.close();
  gitHub.closeAllConnections();
  gitHub.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const odd = [
  '.',
  '..',
  '../x',
  '/',
  '\ud800',
  'a\udc00b',
  '\u0000',
  'a\nb',
  '__proto__',
  'constructor',
  ' ',
  '-',
  '\u202e',
  '{app}',
  '%2e%2e',
  'x'.repeat(200),
  'v1\\',
  '*',
  '~',
  ':',
  '@{-1}',
  'HEAD',
];

interface Shape {
  type: string;
  shape: Record<string, z.core.$ZodType>;
  entries: Record<string, unknown>;
  values: unknown[];
  items: z.core.$ZodType[];
  options: z.core.$ZodType[];
  element: z.core.$ZodType;
  innerType: z.core.$ZodType;
  in: z.core.$ZodType;
}
const shapeOf = (schema: unknown): Shape => (schema as { _zod: { def: Shape } })._zod.def;

const samples = [
  '0192f0c1-0000-7000-8000-000000000000',
  'a'.repeat(40),
  'a'.repeat(64),
  '2026-03-01T10:00:00.000Z',
  'https://example.org',
  'a@example.org',
  'a',
];

/**
 * An input that fits a schema, with a text wherever a free one may stand that is not known.
 * @param turn which of several forms is taken.
 */
function inputFor(
  schema: z.core.$ZodType,
  text: string,
  known: ReadonlyMap<string, string>,
  turn: number,
): unknown {
  const def = shapeOf(schema);
  const inner = (one: z.core.$ZodType) => inputFor(one, text, known, turn);
  const fitting = <T>(values: readonly T[]) => values.find((one) => z.safeParse(schema, one).success);
  const oneOf = <T>(values: readonly T[]) => values[turn % values.length];
  switch (def.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(def.shape).map(([name, one]) => [name, known.get(name) ?? inner(one)]),
      );
    case 'string':
      return fitting([text, ...samples]) ?? text;
    case 'number':
      return fitting([1, 10, 50]) ?? 1;
    case 'boolean':
      return turn % 2 === 0;
    case 'enum':
      return oneOf(Object.values(def.entries));
    case 'literal':
      return def.values[0];
    case 'array':
      return [inner(def.element)];
    case 'record':
      return { [text]: text };
    case 'union': {
      const option = oneOf(def.options);
      return option && inner(option);
    }
    case 'tuple':
      return def.items.map(inner);
    case 'null':
      return null;
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'catch':
      return inner(def.innerType);
    case 'pipe':
      return inner(def.in);
    default:
      return text;
  }
}

/** Under an id of its own: the same one again would be refused before anything looks at the names. */
const newRequest = (payload: unknown): unknown =>
  typeof payload === 'object' && payload !== null && 'requestId' in payload
    ? { ...payload, requestId: crypto.randomUUID() }
    : payload;

const nothing: ReadonlyMap<string, string> = new Map();
const cell = new Map([
  ['app', 'frontend'],
  ['environment', 'staging'],
  ['pipeline', 'govuk'],
]);

/** Asks the way out into the network or the person, or is answered by nothing here. */
const left: readonly ProcedureName[] = [
  'credentials.test',
  // Answered without an estate (window-, estate-, connect- and about-handlers.ts).
  ...([windowProcedures, estateProcedures, connectProcedures, aboutProcedures].flatMap((family) =>
    Object.keys(family),
  ) as ProcedureName[]),
];

describe('a call with odd names', () => {
  it.each(procedureNames.filter((name) => !left.includes(name)))(
    '%s is never told as a fault of ours',
    async (name) => {
      const faults: string[] = [];
      const { input } = procedures[name];
      const { type, options } = shapeOf(input);
      const calls = (type === 'union' ? options : [input]).flatMap((option) =>
        [nothing, cell].flatMap((known) =>
          odd.map((text, turn) => ({ text, payload: newRequest(inputFor(option, text, known, turn)) })),
        ),
      );
      for (const { text, payload } of calls) {
        const answer = await dispatch(
          async () => handlers,
          name,
          payload,
          () => {},
        );
        if (!answer.ok && answer.failure.code === 'internal')
          faults.push(`${JSON.stringify(text)}: ${answer.failure.message} ${answer.failure.detail}`);
      }
      expect(faults).toEqual([]);
    },
  );
});
