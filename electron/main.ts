import path from 'node:path';
import { app, type BrowserWindow, nativeTheme } from 'electron';
import type { Settings } from '../shared/contract/session';
import { type Failure, FailureError } from '../shared/domain/failure/failure';
import { failureOf } from '../shared/domain/failure/failure-of';
import { inBackground } from './log/log';
import type { EstateChoice } from './session/estates/choice';
import { indexUrl, lockedUrl, registerAppScheme, serveApp } from './shell/app-scheme';
import { askedChoice, parseArguments } from './shell/arguments';
import { bindIpc } from './shell/bind-ipc';
import { openCompanionDoor } from './shell/companion-door';
import { defaultSettings } from './shell/default-settings';
import type { Desk } from './shell/desk';
import { forgetIfAsked } from './shell/forget-everything';
import { watchGraphics } from './shell/graphics';
import { followLinks, isTooLongToHandOver } from './shell/links';
import { startLog } from './shell/log-file';
import { startAtLogin } from './shell/login-start';
import { setMenu } from './shell/menu';
import { relaunch } from './shell/relaunch';
import { type ScreenLock, watchScreenLock } from './shell/screen-lock';
import { denyPermissions, openExternal } from './shell/session-security';
import { openSettings, type SettingsStore } from './shell/settings';
import { endWhenTold } from './shell/told-to-end';
import { openTroubleWindow, troubleText } from './shell/trouble-window';
import { closeToOthers, passingFolder, prepareUserData } from './shell/user-data';
import { openWindow } from './shell/window';
import { lifeController } from './systems/life';

/**
 * Wiring only: what exists, and who is handed what. The window comes first; what it shows is loaded and opened behind it
 * (`shell/desk.ts`), since Electron waits for this module and all that it imports before it makes a window.
 */

// What lies on disk is for this user alone, whoever makes it: SQLite, Git, Chromium, the logs.
process.umask(0o077);
registerAppScheme();
const args = parseArguments(process.argv.slice(1));
const userData = args.userData === null ? app.getPath('userData') : path.resolve(args.userData);
let trouble = prepareUserData(userData);
// Chromium needs some folder, of which nothing is kept.
app.setPath('userData', trouble ? passingFolder() : userData);
const isTooLong = isTooLongToHandOver(process.argv);
if (isTooLong)
  process.stderr.write('signalbox: this link or command is longer than 16 KB. Nothing was opened.\n');
const isAlone = !isTooLong && (trouble !== null || app.requestSingleInstanceLock());
const left = trouble === null && isAlone ? forgetIfAsked(userData) : [];
const logging = startLog(app.getPath('userData'));
const { log } = logging;

// What nobody waited for is written down, and ends nothing: Electron only warns of it on a console that nobody sees,
// and would show a dialog for the other. Operations rest on the journal, not on this process being without fault.
process.on('unhandledRejection', (error) => log('error', 'app.unhandled-rejection', { error }));
process.on('uncaughtException', (error) => log('error', 'app.uncaught-exception', { error }));

let window: BrowserWindow | null = null;
let desk: Desk | null = null;
let screenLock: ScreenLock | null = null;
const graphics = watchGraphics(app.getPath('userData'), log);
const quitting = lifeController();
/** Everything is ended or about to be: nobody is asked any more. */
let ended = false;
/** The system has the app end: nobody is there to be asked whether it should. */
let toldToEnd = false;

const show = (): void => {
  if (window?.isMinimized()) window.restore();
  window?.show();
  window?.focus();
};

/** Brings the window to the front, at a path of its router; `null`: as it is. */
function showAt(place: string | null): void {
  show();
  if (place !== null) goTo(place);
}

/** The page as it was loaded last. */
let page = indexUrl;
let loads = 0;

function goTo(place: string): void {
  // What is hidden stays hidden.
  if (screenLock?.isLocked()) return;
  const loaded = window?.loadURL(`${page}#${place}`);
  if (loaded) inBackground(log, 'window.page-not-loaded', loaded, { place });
}

/** Loads the page anew: another place on the same page alone would keep all that it knows. */
function loadAnew(place: string): void {
  loads += 1;
  page = `${indexUrl}?${loads}`;
  goTo(place);
}

const links = followLinks(app, process.argv.slice(1), (place) => (desk ? desk.follow(place) : showAt(place)));

function applySettings(settings: Settings): void {
  startAtLogin(settings.desktop.startAtLogin, log);
  nativeTheme.themeSource = settings.colourScheme === 'auto' ? 'system' : settings.colourScheme;
}

/** Ends everything, then installs a newer version, which starts in this one's place. */
async function leaveFor(install: () => Promise<void>): Promise<void> {
  if (ended) return;
  ended = true;
  screenLock?.close();
  quitting.abort();
  try {
    await desk?.end();
    // The newer version may begin before this process is gone.
    app.releaseSingleInstanceLock();
    await install();
  } catch (error) {
    log('error', 'update.not-installed', { error });
    relaunch();
    app.exit(0);
  }
}

/** Says why Signalbox cannot start, in a window and to whoever started it; the code of its end says it, too. */
function showTrouble(failure: Failure): void {
  const { message, meaning, place, next, detail } = failure;
  process.stderr.write(
    `${[message, place?.path, meaning, ...next.map(({ label }) => label), detail].filter(Boolean).join('\n')}\n`,
  );
  serveApp(path.join(import.meta.dirname, '..', 'renderer'), null, troubleText(failure));
  openTroubleWindow(log);
}

/** Loads what stands behind the window, and begins to open the estate as soon as nothing of Chromium's is under way. */
async function openDesk(
  settings: SettingsStore,
  defaults: Settings,
  shown: BrowserWindow,
  choice: EstateChoice | null,
  link: string | null,
): Promise<Desk> {
  const [loaded, { configuredIdentity }] = await Promise.all([
    import('./shell/desk'),
    import('./systems/git/identity'),
    graphics.ready(shown, quitting.signal),
    // A checkout is started from a terminal, which has it all.
    app.isPackaged
      ? import('./shell/login-environment').then(({ takeLoginEnvironment }) => takeLoginEnvironment(log))
      : undefined,
  ]);
  quitting.signal.throwIfAborted();
  desk = loaded.openDesk({
    args,
    choice,
    link,
    userData,
    logFile: logging.file,
    faults: logging.faults,
    settings,
    applySettings: () => applySettings(settings.get()),
    window: () => window,
    show: showAt,
    loadAnew,
    leave: (install) => inBackground(log, 'update.not-installed', leaveFor(install)),
    log,
  });
  // Not waited for: the window need not know it.
  const identity = configuredIdentity().then((found) => {
    if (found) defaults.identity = found;
  });
  inBackground(log, 'app.identity-not-read', identity);
  return desk;
}

function start(): void {
  endWhenTold((signal) => {
    log('info', 'app.told-to-end', { signal });
    toldToEnd = true;
    app.quit();
  });
  denyPermissions();
  setMenu({ open: showAt, lookForUpdates: () => desk?.lookForUpdates() });
  let settings: SettingsStore;
  const defaults = defaultSettings();
  try {
    if (trouble) throw new FailureError(trouble);
    settings = openSettings(userData, defaults);
  } catch (error) {
    trouble = failureOf(error);
    log('error', 'app.cannot-start', { error });
    showTrouble(trouble);
    return;
  }
  serveApp(
    path.join(import.meta.dirname, '..', 'renderer'),
    app.isPackaged ? null : (process.env.SIGNALBOX_DEV_SERVER ?? null),
  );
  applySettings(settings.get());
  const choice = askedChoice(args) ?? settings.estates.last();
  const link = links.takeFirst();
  const shown = openWindow({
    preload: path.join(import.meta.dirname, 'preload.cjs'),
    place: choice === null ? '/welcome' : (link ?? '/'),
    kept: settings.windowPlace(),
    keep: settings.keepWindowPlace,
    openExternal: (url) => openExternal(url, log),
    log,
    onCrash: (reason) => log('error', 'window.process-ended', { reason }),
    waitsFor: () =>
      graphics.hasAnswered()
        ? 'still loading its pages'
        : 'waiting for the graphics of this computer, which do not answer',
    onLate: (why) => log('warn', 'window.shown-unpainted', { why }),
    unlock: () => {
      const unlocking = screenLock?.unlock();
      if (unlocking) inBackground(log, 'window.not-unlocked', unlocking);
    },
  });
  window = shown;
  let before = indexUrl;
  screenLock = watchScreenLock(
    () => settings.get().desktop,
    (isLocked) => {
      const url = isLocked ? lockedUrl : before;
      if (isLocked) before = shown.webContents.getURL() || indexUrl;
      if (!shown.isDestroyed()) inBackground(log, 'window.page-not-loaded', shown.loadURL(url), { url });
    },
  );
  const opening = openDesk(settings, defaults, shown, choice, link);
  opening.catch((error: unknown) => {
    if (!quitting.signal.aborted) log('error', 'app.estate-not-opened', { error });
  });
  bindIpc(
    async (name) => (await opening).handlers(name),
    async () => (await opening).streamHandlers(),
    (procedure, error) => log('error', 'ipc.failed', { procedure, error }),
    () => screenLock?.isLocked() ?? false,
  );
  const door = openCompanionDoor({
    folder: userData,
    handlers: async (name) => (await opening).handlers(name),
    isLocked: () => screenLock?.isLocked() ?? false,
    log,
  });
  app.once('will-quit', door.close);
  inBackground(log, 'app.folder-not-closed', closeToOthers(userData));
  window.on('close', (event) => {
    // Its close ends the app; operations that run are asked about first.
    if (!ended && !toldToEnd && desk?.holdsBack(() => app.quit())) event.preventDefault();
  });
  window.on('closed', () => {
    window = null;
  });
}

if (!isAlone) app.quit();
else {
  if (left.length > 0) log('error', 'app.not-forgotten', { left });
  app.on('second-instance', show);
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    if (ended) return;
    event.preventDefault();
    if (!toldToEnd && desk?.holdsBack(() => app.quit())) return;
    ended = true;
    screenLock?.close();
    quitting.abort();
    const end = Promise.resolve(desk?.end()).finally(() => (trouble ? app.exit(1) : app.quit()));
    inBackground(log, 'app.not-ended', end);
  });
  // Not awaited at the top level: Electron holds `ready` back until this module has loaded.
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      log('error', 'app.cannot-start', { error });
      app.exit(1);
    });
}
