import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type ESTree, parseSync, Visitor } from 'vite';
import { projectRoot } from './project';

/** One import (or re-export, or dynamic import) of a source file. */
interface Import {
  /** The importing file, relative to the project (`electron/engine/runner.ts`). */
  from: string;
  /** The imported file relative to the project, or a package's or Node module's name. */
  to: string;
  line: number;
  /** The names that are imported, as far as they are named. */
  names: readonly string[];
}

/** What breaks a rule, and which rule. */
interface Violation {
  file: string;
  line: number;
  message: string;
}

/** Who may import what of our own code. The first room that a file's path begins with is its room. */
const rooms: readonly { room: string; mayImport: readonly string[] }[] = [
  { room: 'shared/domain/', mayImport: ['shared/domain/'] },
  { room: 'shared/', mayImport: ['shared/'] },
  { room: 'renderer/data/', mayImport: ['shared/', 'renderer/data/'] },
  { room: 'renderer/ui/', mayImport: ['shared/', 'renderer/data/', 'renderer/ui/', 'renderer/theme'] },
  { room: 'renderer/', mayImport: ['shared/', 'renderer/'] },
  { room: 'electron/preload.ts', mayImport: ['shared/contract/'] },
  { room: 'electron/entry.ts', mayImport: ['electron/'] },
  { room: 'electron/main.ts', mayImport: ['shared/', 'electron/'] },
  { room: 'electron/log/', mayImport: ['shared/', 'electron/log/'] },
  { room: 'electron/systems/', mayImport: ['shared/', 'electron/systems/', 'electron/log/'] },
  {
    room: 'electron/ledger/',
    mayImport: ['shared/', 'electron/ledger/', 'electron/systems/', 'electron/log/'],
  },
  { room: 'electron/threads/', mayImport: ['shared/domain/failure/', 'electron/threads/', 'electron/log/'] },
  {
    room: 'electron/history/',
    mayImport: [
      'shared/',
      'electron/log/',
      'electron/history/',
      'electron/systems/git/',
      'electron/systems/own-folder.ts',
      'electron/systems/sqlite/',
      'electron/threads/',
    ],
  },
  {
    room: 'electron/archive/',
    mayImport: [
      'shared/',
      'electron/log/',
      'electron/archive/',
      'electron/history/',
      'electron/systems/sqlite/',
    ],
  },
  {
    room: 'electron/logs/',
    mayImport: ['shared/', 'electron/log/', 'electron/logs/', 'electron/observation/', 'electron/threads/'],
  },
  // What the product knows of the practice estate is its protocol, in systems/practice; neither imports the other.
  { room: 'electron/practice/', mayImport: ['shared/', 'electron/practice/', 'electron/systems/practice/'] },
  {
    room: 'electron/observation/',
    mayImport: ['shared/', 'electron/log/', 'electron/observation/', 'electron/systems/', 'electron/ledger/'],
  },
  // The queue of what is told to people; it knows neither operations nor the release repo.
  {
    room: 'electron/announcements/',
    mayImport: ['shared/', 'electron/log/', 'electron/announcements/', 'electron/systems/'],
  },
  {
    room: 'electron/engine/',
    mayImport: [
      'shared/',
      'electron/log/',
      'electron/announcements/',
      'electron/engine/',
      'electron/ledger/',
      'electron/systems/',
      'electron/observation/',
      'electron/history/',
    ],
  },
  {
    room: 'electron/session/',
    mayImport: [
      'shared/',
      'electron/log/',
      'electron/announcements/',
      'electron/session/',
      'electron/engine/',
      'electron/logs/',
      'electron/ledger/',
      'electron/archive/',
      'electron/history/',
      'electron/observation/',
      'electron/systems/',
      'electron/ipc/',
    ],
  },
  {
    room: 'electron/ipc/',
    mayImport: [
      'shared/',
      'electron/log/',
      'electron/ipc/',
      'electron/engine/',
      'electron/ledger/',
      'electron/history/',
      'electron/observation/',
      'electron/systems/',
    ],
  },
  // What a terminal asks, by the same contract as the window; it knows neither of them.
  { room: 'electron/companion/', mayImport: ['shared/', 'electron/companion/'] },
  {
    room: 'electron/shell/',
    mayImport: [
      'shared/',
      'electron/log/',
      'electron/companion/',
      'electron/announcements/',
      'electron/shell/',
      'electron/session/',
      'electron/ipc/',
      'electron/engine/',
      'electron/ledger/',
      'electron/history/',
      'electron/observation/',
      'electron/systems/',
    ],
  },
  {
    room: 'electron/conformance/',
    mayImport: [
      'shared/',
      'electron/log/',
      'electron/conformance/',
      'electron/observation/',
      'electron/systems/',
    ],
  },
  { room: 'electron/testing/', mayImport: ['shared/', 'electron/'] },
  { room: 'electron/bench/', mayImport: ['shared/', 'electron/'] },
  { room: 'electron/dev/', mayImport: ['shared/', 'electron/'] },
  { room: 'e2e/', mayImport: ['shared/', 'electron/', 'e2e/'] },
];

/** Tests and what only they use: they may build a whole Signalbox around the part that they test. */
const isTest = (file: string): boolean => /\.test\.tsx?$|\/testing\/|\/test-[^/]+$/.test(file);

const electronsOwn = /^(electron|electron-updater|electron-log\/(main|preload))$/;
const electronsPlaces = ['electron/shell/', 'electron/main.ts', 'electron/preload.ts', 'e2e/'];

/** How the practice estate is steered. The shell starts and steers it; nothing behind the shell knows that it exists. */
const practiceProtocol = 'electron/systems/practice/';
const practiceProtocolsPlaces = [
  practiceProtocol,
  'electron/practice/',
  'electron/shell/',
  'electron/testing/',
  'electron/bench/',
  'electron/dev/',
  'e2e/',
];

/** The two ends of the bridge between window and main process. Everything else goes through the contract. */
const bridgeEnds: Readonly<Record<string, string>> = {
  ipcMain: 'electron/shell/bind-ipc.ts',
  ipcRenderer: 'electron/preload.ts',
};

/** Why an import is forbidden, or undefined where it is fine. */
function verdict(one: Import): string | undefined {
  const { from, to } = one;
  const room = rooms.find(({ room }) => from.startsWith(room));
  if (!room) return `${from} lies in no room that electron/dev/layers.ts knows`;
  if (electronsOwn.test(to) && !electronsPlaces.some((place) => from.startsWith(place))) {
    return `only electron/shell, main.ts and preload.ts may import \`${to}\``;
  }
  if (
    to.startsWith(practiceProtocol) &&
    !isTest(from) &&
    !practiceProtocolsPlaces.some((place) => from.startsWith(place))
  ) {
    return `${room.room} does not know the practice estate and may not import ${to}`;
  }
  const rawIpc = to === 'electron' && one.names.find((name) => (bridgeEnds[name] ?? from) !== from);
  if (rawIpc) return `\`${rawIpc}\` belongs to ${bridgeEnds[rawIpc]} alone`;
  if (/^(shared|renderer)\//.test(from) && !isTest(from) && /^(node:|electron)/.test(to) && !isOurs(to)) {
    return `${room.room} runs in the window too and may not import \`${to}\``;
  }
  if (!isOurs(to)) return undefined;
  if (from.startsWith('renderer/screens/') && to.startsWith('renderer/screens/')) {
    const [mine, theirs] = [from, to].map((path) => path.split('/')[2]);
    if (mine !== theirs) return `screens don't import each other: ${mine} may not import ${theirs}`;
  }
  const side = from.split('/')[0] ?? '';
  const allowed = isTest(from) ? ['shared/', `${side}/`] : room.mayImport;
  return allowed.some((prefix) => to.startsWith(prefix)) ? undefined : `${room.room} may not import ${to}`;
}

const isOurs = (to: string): boolean => /^(shared|renderer|electron|e2e)\//.test(to);

/** The imports of one source text, with relative ones turned into paths relative to the project. */
function importsOf(file: string, source: string): Import[] {
  const found: Import[] = [];
  const add = (node: ESTree.Node & { start: number }, specifier: unknown, names: string[] = []): void => {
    if (typeof specifier !== 'string') return;
    const to = specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier;
    found.push({ from: file, to, line: lineAt(source, node.start), names });
  };
  const { program } = parseSync(file, source);
  new Visitor({
    ImportDeclaration: (node) => {
      const names = node.specifiers.map((one) =>
        one.type === 'ImportSpecifier' && one.imported.type === 'Identifier' ? one.imported.name : '*',
      );
      add(node, node.source.value, names);
    },
    ExportNamedDeclaration: (node) => node.source && add(node, node.source.value),
    ExportAllDeclaration: (node) => add(node, node.source.value),
    ImportExpression: (node) => add(node, node.source.type === 'Literal' ? node.source.value : null),
  }).visit(program);
  return found;
}

/** Where shared code asks for the time or for chance, which it must be given instead. */
function impurities(file: string, source: string): Violation[] {
  if (!file.startsWith('shared/') || isTest(file)) return [];
  const found: Violation[] = [];
  const report = (start: number, what: string): void => {
    const message = `shared code has no clock or chance of its own: ${what}`;
    found.push({ file, line: lineAt(source, start), message });
  };
  new Visitor({
    NewExpression: (node) => {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0) {
        report(node.start, 'new Date()');
      }
    },
    MemberExpression: (node) => {
      const text = source.slice(node.start, node.end);
      if (/^(Date\.now|Math\.random|performance\.now|Temporal\.Now|crypto\.\w+)$/.test(text))
        report(node.start, text);
    },
  }).visit(parseSync(file, source).program);
  return found;
}

const lineAt = (source: string, offset: number): number => source.slice(0, offset).split('\n').length;

/** Circles of files that import each other, types included, each once, as the list of files in a circle. */
function cycles(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) {
    if (isOurs(to)) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    const seenAt = path.indexOf(file);
    if (seenAt >= 0) {
      found.push(path.slice(seenAt));
      return;
    }
    if (done.has(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return found;
}

/** Checks sources (by their path relative to the project) against the rules of the rooms. */
export function checkLayers(sources: ReadonlyMap<string, string>): Violation[] {
  const imports: Import[] = [];
  const violations: Violation[] = [];
  for (const [file, source] of sources) {
    imports.push(...importsOf(file, source).map((one) => ({ ...one, to: withExtension(one.to, sources) })));
    violations.push(...impurities(file, source));
  }
  for (const one of imports) {
    const message = verdict(one);
    if (message) violations.push({ file: one.from, line: one.line, message });
  }
  for (const circle of cycles(imports)) {
    const [first = ''] = circle;
    violations.push({ file: first, line: 1, message: `import cycle: ${[...circle, first].join(' → ')}` });
  }
  return violations;
}

/** Imports name files without their extension. */
function withExtension(path: string, sources: ReadonlyMap<string, string>): string {
  const candidates = [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`];
  return candidates.find((candidate) => sources.has(candidate)) ?? path;
}

/** Every TypeScript file of the rooms, by its path relative to the project. */
export function readSources(): Map<string, string> {
  const files = ['shared', 'electron', 'renderer', 'e2e'].flatMap((room) =>
    readdirSync(join(projectRoot, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => `${room}/${file.replaceAll('\\', '/')}`),
  );
  return new Map(files.map((file) => [file, readFileSync(join(projectRoot, file), 'utf8')]));
}
