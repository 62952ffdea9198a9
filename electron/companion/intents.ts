import { Temporal } from 'temporal-polyfill';
import type { OutputOf } from '../../shared/contract/contract';
import type { Board, Cell, EnvironmentView } from '../../shared/domain/board/board';
import { readFreeze } from '../../shared/domain/freeze/parse-freeze';
import type { Intent } from '../../shared/domain/operation/intent';
import type { Ask } from './ask';
import { atMostWords, type CommandLine, UsageError, wordAt } from './command-line';

/** Commands that change something. */
const actingCommands = [
  'deploy',
  'promote',
  'rollback',
  'hold',
  'release',
  'freeze',
  'thaw',
  'lock',
  'unlock',
] as const;
type ActingCommand = (typeof actingCommands)[number];

/** Names as they were typed, found on the board; a name that is none is told with those that there are. */
function environmentOf(board: Board, typed: string): EnvironmentView {
  const found = board.environments.find(({ name }) => name === typed);
  if (found) return found;
  const names = board.environments.map(({ name }) => name).join(', ');
  throw new UsageError(`There is no environment called ${typed}. There are: ${names}.`);
}

function cellOf(board: Board, app: string, environment: string): Cell {
  if (!board.apps.includes(app)) throw new UsageError(`There is no app called ${app}.`);
  const { name } = environmentOf(board, environment);
  const found = board.cells.find((cell) => cell.app === app && cell.environment === name);
  if (!found) throw new UsageError(`${app} is not deployed to ${name}.`);
  return found;
}

const reasonOf = (line: CommandLine): { reason?: string } =>
  line.reason === null ? {} : { reason: line.reason };

/** @throws UsageError where a command needs a reason and has none. */
function neededReason(line: CommandLine): string {
  if (line.reason === null) throw new UsageError(`signalbox ${line.command} needs --reason.`);
  return line.reason;
}

const makers: Record<ActingCommand, (line: CommandLine, board: Board, ask: Ask) => Intent | Promise<Intent>> =
  {
    deploy(line, board) {
      atMostWords(line, 3);
      const cell = cellOf(board, wordAt(line, 0), wordAt(line, 2));
      return { kind: 'deploy', ...versionIn(cell, wordAt(line, 1), line) };
    },
    promote(line, board) {
      atMostWords(line, 2);
      const cell = cellOf(board, wordAt(line, 0), wordAt(line, 1));
      const from = environmentOf(board, cell.environment).before;
      if (from === null)
        throw new UsageError(`Nothing is promoted to ${cell.environment}: it is the first one.`);
      const version = cellOf(board, cell.app, from).ledger?.version;
      if (!version) throw new UsageError(`What ${from} has of ${cell.app} is not known.`);
      return { kind: 'promote', ...versionIn(cell, version, line), from };
    },
    rollback(line, board) {
      atMostWords(line, 2);
      const cell = cellOf(board, wordAt(line, 0), wordAt(line, 1));
      const version = line.to ?? cell.rollbackTarget?.version;
      if (!version)
        throw new UsageError(
          `No version of ${cell.app} is known to have run in ${cell.environment} before. Name one with --to.`,
        );
      return { kind: 'rollback', ...versionIn(cell, version, line) };
    },
    hold(line, board) {
      atMostWords(line, 2);
      const { app, environment } = cellOf(board, wordAt(line, 0), wordAt(line, 1));
      return { kind: 'hold', app, environment, reason: neededReason(line) };
    },
    release(line, board) {
      atMostWords(line, 2);
      const { app, environment } = cellOf(board, wordAt(line, 0), wordAt(line, 1));
      return { kind: 'release-hold', app, environment, ...reasonOf(line) };
    },
    async freeze(line, board, ask) {
      const { timeZone } = await ask('freezes.list', {});
      const typed = readFreeze(
        ['freeze', ...line.words].join(' '),
        {
          apps: board.apps,
          environments: board.environments.map(({ name }) => name),
          pipelines: [...new Set(board.environments.flatMap(({ pipeline }) => pipeline?.name ?? []))],
        },
        Temporal.Now.zonedDateTimeISO(timeZone),
      );
      const scope = typed?.scope;
      if (!scope || typed.problem !== null) throw new UsageError(typed?.problem ?? 'Say what to freeze.');
      return {
        kind: 'freeze',
        scope,
        from: null,
        until: line.until ?? typed.until,
        automatic: true,
        manual: line.warnOnly ? 'warn' : 'block',
        reason: line.reason ?? (typed.reason || neededReason(line)),
      };
    },
    async thaw(line, _board, ask) {
      const named = line.words.join(' ');
      const { freezes } = await ask('freezes.list', {});
      const open = freezes.filter(({ phase }) => phase !== 'ended');
      const found = open.filter(({ operation, what }) => operation === named || what === named);
      const [freeze, another] = found;
      if (!freeze || another) {
        const list = open.map(({ operation, what }) => `${operation} (${what})`).join(', ') || 'none';
        throw new UsageError(
          `${another ? 'Several freezes are' : 'No freeze is'} “${named}”. There are: ${list}.`,
        );
      }
      const { operation, app, environment, pipeline } = freeze;
      return {
        kind: 'thaw',
        freeze: operation,
        scope: { app, environment, pipeline },
        ended: false,
        ...reasonOf(line),
      };
    },
    lock(line, board) {
      atMostWords(line, 1);
      return {
        kind: 'lock',
        ...stageOf(board, wordAt(line, 0)),
        reason: neededReason(line),
        until: line.until,
        stopAutomatic: line.stopAutomatic,
      };
    },
    unlock(line, board) {
      atMostWords(line, 1);
      const { lock, name } = environmentOf(board, wordAt(line, 0));
      if (!lock) throw new UsageError(`${name} is not locked.`);
      return { kind: 'unlock', ...stageOf(board, name), token: lock.token, ...reasonOf(line) };
    },
  };

function versionIn(cell: Cell, version: string, line: CommandLine) {
  const { app, environment, ledger } = cell;
  return { app, environment, version, expected: ledger?.version ?? null, ...reasonOf(line) };
}

function stageOf(board: Board, typed: string): { pipeline: string; environment: string } {
  const { name, pipeline } = environmentOf(board, typed);
  if (!pipeline) throw new UsageError(`${name} belongs to no pipeline, so it can’t be locked.`);
  return { pipeline: pipeline.name, environment: name };
}

export const isActing = (command: CommandLine['command']): command is ActingCommand =>
  actingCommands.some((one) => one === command);

/**
 * What a command asks for, by what the board shows now.
 * @throws UsageError where it names what there isn't.
 */
export async function intentOf(
  line: CommandLine & { command: ActingCommand },
  board: Board,
  ask: Ask,
): Promise<Intent> {
  return makers[line.command](line, board, ask);
}

/** What preflight finds of an intent, as the window would show it. */
export async function previewOf(intent: Intent, ask: Ask): Promise<OutputOf<'freezes.preview'>['findings']> {
  switch (intent.kind) {
    case 'deploy':
    case 'promote':
    case 'rollback':
    case 'hold':
    case 'release-hold':
      return (await ask('preview.get', intent)).findings;
    case 'lock':
    case 'unlock':
      return (await ask('bags.preview', intent)).findings;
    case 'freeze':
    case 'thaw':
      return (await ask('freezes.preview', intent)).findings;
    default:
      throw new Error(`the companion has no preview of ${intent.kind}`);
  }
}
