import { spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import path from 'node:path';
import { app } from 'electron';
import { procedures } from '../../shared/contract/contract';
import { FailureError, unwrap } from '../../shared/domain/failure/failure';
import type { RawAsk } from '../companion/ask';
import { needsNoEstate, type OpenEstate, runCommandLine } from '../companion/run-command';
import { connectToApp } from '../companion/socket';
import { askYesOrNo, type Terminal } from '../companion/terminal';
import { dispatch } from '../ipc/dispatcher';
import { type EstateChoice, keyOf } from '../session/estates/choice';
import { askedChoice, parseArguments } from './arguments';
import { defaultSettings } from './default-settings';
import { startLog } from './log-file';
import { openSettings } from './settings';
import { passingFolder, prepareUserData } from './user-data';

/**
 * Runs one command of the companion and ends the program with its exit code. It asks the app that runs, or opens the
 * estate itself, without a window.
 * @param words the command and what follows it.
 */
export function runCompanion(words: readonly string[]): void {
  if (needsNoEstate(words)) answerAtOnce(words);
  else {
    if (needsDisplay()) againWithoutDisplay();
    answerFromEstate(words);
  }
}

function answerFromEstate(words: readonly string[]): void {
  // Chromium's own complaints (no session bus) are nothing to a terminal.
  app.commandLine.appendSwitch('log-level', '3');
  process.umask(0o077);
  app.disableHardwareAcceleration();
  app.dock?.hide();
  const args = parseArguments(words);
  const userData = args.userData === null ? app.getPath('userData') : path.resolve(args.userData);
  // Chromium's own files are the window's, which may run at the same time. Windows keeps the key of the secrets there.
  if (process.platform !== 'win32') app.setPath('userData', passingFolder());
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ended.abort());
  let close = async (): Promise<void> => undefined;
  const open = async (): Promise<OpenEstate> => {
    const running = await connectToApp(userData);
    if (running) {
      close = async () => running.close();
      await checkSameEstate(running.ask, askedChoice(args));
      return { ask: running.ask, elsewhere: true };
    }
    const own = await openHere(args, userData);
    close = own.close;
    return own.estate;
  };
  const run = app
    .whenReady()
    .then(() => runCommandLine(words, open, terminalOf(ended.signal)))
    .finally(() => close());
  // It rejects where the estate can't be closed, of which the log tells.
  run.then(
    (code) => endWith(code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      endWith(1);
    },
  );
}

/** Help, and what is no command, are answered before Electron is there. */
function answerAtOnce(words: readonly string[]): void {
  const terminal: Terminal = {
    out: (text) => void writeSync(1, text),
    err: (text) => void writeSync(2, text),
    confirm: null,
    signal: new AbortController().signal,
  };
  const noEstate = (): Promise<never> => Promise.reject(new Error('no estate is needed'));
  // It never rejects.
  void runCommandLine(words, noEstate, terminal).then((code) => process.exit(code));
}

const notOpen = (message: string, advice: string): FailureError =>
  new FailureError({
    code: 'refused',
    message,
    meaning: 'Nothing was done.',
    next: [{ do: 'advice', label: advice }],
  });

/** The app that runs has one estate open. @throws FailureError where another one is meant, or none is open. */
async function checkSameEstate(ask: RawAsk, choice: EstateChoice | null): Promise<void> {
  const { phase, estate } = procedures['estates.get'].output.parse(unwrap(await ask('estates.get', {})));
  if (estate === null || phase === 'closed')
    throw notOpen(
      'Signalbox is running, and no estate is open in it.',
      'Open one in its window, or quit it.',
    );
  if (choice !== null && keyOf(choice) !== estate.key)
    throw notOpen(
      `Signalbox is running with another estate: ${estate.name}.`,
      'Open the one you mean in its window, or quit it.',
    );
}

/** Opens the estate as a window would, without one. @throws FailureError where it can't be opened. */
async function openHere(
  args: ReturnType<typeof parseArguments>,
  userData: string,
): Promise<{ estate: OpenEstate; close: () => Promise<void> }> {
  const trouble = prepareUserData(userData);
  if (trouble) throw new FailureError(trouble);
  const { log, file, faults } = startLog(userData, false);
  process.on('unhandledRejection', (error) => log('error', 'app.unhandled-rejection', { error }));
  process.on('uncaughtException', (error) => log('error', 'app.uncaught-exception', { error }));
  const [{ openDesk }, { configuredIdentity }] = await Promise.all([
    import('./desk'),
    import('../systems/git/identity'),
  ]);
  const defaults = defaultSettings();
  const settings = openSettings(userData, defaults);
  const identity = await configuredIdentity();
  if (identity) defaults.identity = identity;
  const choice = askedChoice(args) ?? settings.estates.last();
  if (choice === null)
    throw notOpen(
      'No estate was opened on this computer yet.',
      'Open one in the window, or name one: --estate <file> or --practice.',
    );
  const desk = openDesk({
    args,
    choice,
    link: null,
    loadAnew: () => undefined,
    leave: null,
    userData,
    logFile: file,
    faults,
    // Nothing of a command is shown on the desktop.
    settings: {
      ...settings,
      get: () => {
        const kept = settings.get();
        return { ...kept, notifications: false, desktop: { ...kept.desktop, tray: false } };
      },
    },
    applySettings: () => undefined,
    window: () => null,
    show: () => undefined,
    log,
  });
  try {
    await desk.handlers('board.get');
  } catch (error) {
    await desk.end();
    throw error;
  }
  return {
    estate: {
      elsewhere: false,
      ask: (name, input) =>
        dispatch(
          () => desk.handlers(name),
          name,
          input,
          (procedure, error) => log('error', 'companion.failed', { procedure, error }),
        ),
    },
    close: () => desk.end(),
  };
}

function terminalOf(signal: AbortSignal): Terminal {
  const isThere = process.stdin.isTTY && process.stderr.isTTY;
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    confirm: isThere
      ? (question) => askYesOrNo(question, { input: process.stdin, output: process.stderr }, signal)
      : null,
    signal,
  };
}

/** Ends once everything that was written is in the pipe: without that, the end of long output would be missing. */
function endWith(code: number): void {
  process.stdout.write('', () => process.stderr.write('', () => app.exit(code)));
}

const needsDisplay = (): boolean =>
  process.platform === 'linux' &&
  !process.env.DISPLAY &&
  !process.env.WAYLAND_DISPLAY &&
  !app.commandLine.hasSwitch('ozone-platform');

/** Chromium chooses how it draws before this program can tell it: where there is no display, it is started anew. */
function againWithoutDisplay(): never {
  const { status, signal } = spawnSync(
    process.execPath,
    ['--ozone-platform=headless', '--log-level=3', ...process.argv.slice(1)],
    { stdio: 'inherit' },
  );
  process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}
