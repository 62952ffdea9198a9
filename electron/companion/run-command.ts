import { randomUUID } from 'node:crypto';
import type { Board } from '../../shared/domain/board/board';
import { FailureError, unwrap } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import { type Intent, titleOf } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import type { Finding } from '../../shared/domain/preflight/finding';
import { finalBlock, isOpenChoice, obstaclesOf, overridesOf } from '../../shared/domain/preflight/obstacles';
import { visibleJson } from '../../shared/domain/text/visible-text';
import type { Ask, RawAsk } from './ask';
import { atMostWords, type CommandLine, helpText, readCommandLine, UsageError } from './command-line';
import { intentOf, isActing, previewOf } from './intents';
import {
  boardReport,
  failureLines,
  findingLines,
  historyLines,
  operationReport,
  statusLines,
} from './report';
import { type Terminal, unsteered } from './terminal';

/** What a command comes to, for whoever called it: `exitCode` is that of the program. */
const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  stopped: 3,
  notConfirmed: 4,
  unknown: 5,
  notOpen: 6,
} as const;
type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An estate that commands are about. */
export interface OpenEstate {
  ask: RawAsk;
  /** Whether another process runs it, and goes on when this one ends. */
  elsewhere: boolean;
}

/** The shape of the JSON documents; it goes up when a field changes its meaning or goes. */
const jsonVersion = 1;
/** Milliseconds between two looks at an operation or at a board that is not there yet. */
const lookAgainAfter = 250;
/** How long it waits for clusters and release repo to answer, in milliseconds, before it goes on with what is known. */
const patienceForBoard = 30_000;

interface Outcome {
  exitCode: ExitCode;
  /** For `--json`. */
  data: Record<string, unknown>;
  /** For people. */
  lines: readonly string[];
}

/** Whether no estate is asked: for help, and for what is no command. */
export function needsNoEstate(argv: readonly string[]): boolean {
  try {
    return readCommandLine(argv).command === 'help';
  } catch {
    // It is told what is wrong with it.
    return true;
  }
}

/**
 * Runs one command and writes what came of it: text, or with `--json` one document. What is known before anything is done
 * (the checks) goes to standard error.
 * @param open opens the estate, or finds the app that has it; called for commands that need one.
 * @returns the exit code. Never rejects.
 */
export async function runCommandLine(
  argv: readonly string[],
  open: () => Promise<OpenEstate>,
  raw: Terminal,
): Promise<ExitCode> {
  const terminal = unsteered(raw);
  let line: CommandLine;
  try {
    line = readCommandLine(argv);
  } catch (error) {
    terminal.err(
      `${error instanceof Error ? error.message : String(error)}\nsignalbox help tells what there is.\n`,
    );
    return exitCodes.usage;
  }
  if (line.command === 'help') {
    terminal.out(helpText);
    return exitCodes.done;
  }
  const { exitCode, data, lines } = await outcomeOf(line, open, terminal);
  if (line.json)
    terminal.out(`${visibleJson({ version: jsonVersion, command: line.command, exitCode, ...data })}\n`);
  else if (exitCode === exitCodes.done) terminal.out(text(lines));
  else terminal.err(text(lines));
  return exitCode;
}

const text = (lines: readonly string[]): string => lines.map((one) => `${one}\n`).join('');

async function outcomeOf(
  line: CommandLine,
  open: () => Promise<OpenEstate>,
  terminal: Terminal,
): Promise<Outcome> {
  let opened = false;
  try {
    const estate = await open();
    opened = true;
    return await perform(line, estate, terminal);
  } catch (error) {
    if (error instanceof UsageError)
      return { exitCode: exitCodes.usage, data: { error: error.message }, lines: [error.message] };
    const failure = failureOf(error);
    const exitCode = !opened
      ? exitCodes.notOpen
      : failure.code === 'unknown-outcome'
        ? exitCodes.unknown
        : exitCodes.failed;
    return { exitCode, data: { failure }, lines: failureLines(failure) };
  }
}

async function perform(line: CommandLine, estate: OpenEstate, terminal: Terminal): Promise<Outcome> {
  const ask = (async (name, input) => unwrap(await estate.ask(name, input))) as Ask;
  if (line.command === 'history') return history(line, ask, terminal.signal);
  const board = await readyBoard(ask, terminal.signal);
  const { command } = line;
  // What is not known has no names: an app that is not there would be told of a repo that nobody has read.
  if (board.commit === null && (command !== 'status' || line.words.length > 0)) throw notRead();
  if (isActing(command)) return act({ ...line, command }, board, ask, terminal);
  atMostWords(line, 1);
  return status(line, board, ask, terminal.signal);
}

const notRead = (): FailureError =>
  new FailureError({
    code: 'unreachable',
    message: 'The release repo was not read yet.',
    meaning: 'Nothing was done: which apps and environments there are is not known.',
    next: [{ do: 'advice', label: 'signalbox status tells whether it can be reached. Try again then.' }],
  });

/** The board, once all that it shows has answered or has not for long. */
async function readyBoard(ask: Ask, signal: AbortSignal): Promise<Board> {
  const end = performance.now() + patienceForBoard;
  for (;;) {
    const board = await ask('board.get', {});
    const states = [board.ledger.state, ...board.environments.map(({ cluster }) => cluster.state)];
    // Where nothing was read, there is no history to wait for.
    if (!states.includes('connecting') && (board.history.ready || board.commit === null)) return board;
    if (performance.now() > end || signal.aborted) return board;
    await pause(signal);
  }
}

/** @returns after a moment, or at once when the person ended the command. */
function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, lookAgainAfter);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

async function status(line: CommandLine, board: Board, ask: Ask, signal: AbortSignal): Promise<Outcome> {
  const [app = null] = line.words;
  if (app !== null && !board.apps.includes(app)) throw new UsageError(`There is no app called ${app}.`);
  const known = board.environments.map(({ name }) => name);
  if (line.environment !== null && !known.includes(line.environment))
    throw new UsageError(
      `There is no environment called ${line.environment}. There are: ${known.join(', ')}.`,
    );
  let open = await ask('operation.list', { open: true, limit: 200 });
  while (line.wait === true && open.length > 0 && !signal.aborted) {
    await pause(signal);
    open = await ask('operation.list', { open: true, limit: 200 });
  }
  const [session, shown] = await Promise.all([ask('session.get', {}), ask('board.get', {})]);
  const only = { app, environment: line.environment };
  const report = boardReport(session, shown, open, only);
  const isLeft = line.wait === true && open.length > 0;
  return { exitCode: isLeft ? exitCodes.unknown : exitCodes.done, data: report, lines: statusLines(report) };
}

async function history(line: CommandLine, ask: Ask, signal: AbortSignal): Promise<Outcome> {
  atMostWords(line, 1);
  const [app] = line.words;
  const end = performance.now() + patienceForBoard;
  const isRead = async (): Promise<boolean> => {
    const { phase } = await ask('history.status', {});
    return phase === 'ready' || phase === 'failed';
  };
  while (!(await isRead()) && performance.now() < end && !signal.aborted) await pause(signal);
  const complete = (await ask('history.status', {})).phase === 'ready';
  const { events } = await ask('history.feed', {
    limit: line.limit,
    ...(app === undefined ? {} : { apps: [app] }),
    ...(line.environment === null ? {} : { environments: [line.environment] }),
  });
  return { exitCode: exitCodes.done, data: { complete, events }, lines: historyLines(events, complete) };
}

async function act(
  line: CommandLine & { command: Parameters<typeof intentOf>[0]['command'] },
  board: Board,
  ask: Ask,
  terminal: Terminal,
): Promise<Outcome> {
  const intent = await intentOf(line, board, ask);
  const title = titleOf(intent);
  const findings = await previewOf(intent, ask);
  terminal.err(text([title, ...findingLines(findings)]));
  const stopped = stoppedBecause(line, findings);
  const base = { title, intent, findings };
  if (stopped !== null) return { exitCode: exitCodes.stopped, data: { ...base, stopped }, lines: [stopped] };
  const confirmed = line.yes || ((await terminal.confirm?.(`${title}?`)) ?? false);
  // Whoever ended the command meanwhile did not mean it to begin.
  if (!confirmed || terminal.signal.aborted) {
    const why = confirmed || terminal.confirm ? 'Nothing was done.' : 'Nothing was done: add --yes to do it.';
    return { exitCode: exitCodes.notConfirmed, data: { ...base, stopped: why }, lines: [why] };
  }
  const overridden = overridesOf(findings);
  const sent: Intent =
    'expected' in intent && overridden.length > 0 ? { ...intent, override: overridden } : intent;
  const { operationId } = await ask('operation.start', {
    requestId: randomUUID(),
    intent: sent,
    seen: findings,
  });
  const operation = await follow(operationId, line.wait !== false, ask, terminal);
  const report = operationReport(operation);
  return {
    exitCode: exitCodeOf(operation, line.wait !== false),
    data: { ...base, operation: report.operation },
    lines: report.lines,
  };
}

/** Why a command may not go on by what the checks found; `null`: it may. */
function stoppedBecause(line: CommandLine, findings: readonly Finding[]): string | null {
  const final = finalBlock(findings);
  if (final) return `${final.message} This can’t be overridden.`;
  if (findings.some(isOpenChoice))
    return 'A sync of Argo CD is running there. Wait for it to end, or decide in the window.';
  const left = [...new Set(obstaclesOf(findings).map(({ code }) => code))].filter(
    (code) => !line.override.includes(code),
  );
  if (left.length > 0) return `Nothing was done. To go past it: --override ${left.join(',')} --reason <why>.`;
  if (obstaclesOf(findings).length > 0 && line.reason === null)
    return 'Nothing was done. Explain why you are overriding these checks: --reason <why>.';
  return null;
}

/** Waits until an operation has ended, or with `toTheEnd: false` until what it writes is on the remote. */
async function follow(
  operationId: string,
  toTheEnd: boolean,
  ask: Ask,
  terminal: Terminal,
): Promise<Operation> {
  let told = '';
  for (;;) {
    const operation = await ask('operation.get', { operationId });
    const step = operation.steps.find(({ state }) => state === 'running');
    const now = step ? `${step.name}${step.waitingFor ? `: ${step.waitingFor}` : ''}` : '';
    if (now !== '' && now !== told) terminal.err(`… ${now}\n`);
    told = now;
    if (operation.state !== 'running' || terminal.signal.aborted) return operation;
    if (!toTheEnd && operation.commit !== null) return operation;
    await pause(terminal.signal);
  }
}

function exitCodeOf({ state, commit }: Operation, toTheEnd: boolean): ExitCode {
  if (state === 'succeeded') return exitCodes.done;
  if (state === 'unknown') return exitCodes.unknown;
  if (state === 'running') return !toTheEnd && commit !== null ? exitCodes.done : exitCodes.unknown;
  return exitCodes.failed;
}
