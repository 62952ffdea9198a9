import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { app, type BrowserWindow, nativeTheme } from 'electron';
import type { ParsedInputOf, Settings } from '../shared/contract/contract';
import { type Failure, FailureError, failureOf } from '../shared/domain/failure';
import { createHandlers, createStreamHandlers } from './session/handlers';
import { estateFolder, openSession, type Session } from './session/open-session';
import { about } from './shell/about';
import { indexUrl, registerAppScheme, serveApp } from './shell/app-scheme';
import { parseArguments } from './shell/arguments';
import { bindIpc } from './shell/bind-ipc';
import { type CredentialStore, credentialStore } from './shell/credentials';
import { type DeployGuard, guardDeploys } from './shell/deploy-guard';
import { type EstateSource, findEstate } from './shell/estate-source';
import { startLog } from './shell/log';
import { setMenu } from './shell/menu';
import { notifyOfEnds } from './shell/notifications';
import { playAct } from './shell/practice-acts';
import { chooseSaveFile } from './shell/save-dialog';
import { serviceFetch } from './shell/service-fetch';
import { denyPermissions, openExternal } from './shell/session-security';
import { openSettings, type SettingsStore } from './shell/settings';
import { openTroubleWindow, troubleText } from './shell/trouble-window';
import { closeToOthers, passingFolder, prepareUserData } from './shell/user-data';
import { openVault } from './shell/vault';
import { openWindow } from './shell/window';
import { configuredIdentity } from './systems/git/identity';

/** Wiring only: what exists, and who is handed what. */
type PracticeAct = ParsedInputOf<'practice.act'>;

// What lies on disk is for this user alone, whoever makes it: SQLite, Git, Chromium, the logs.
process.umask(0o077);
registerAppScheme();
const args = parseArguments(process.argv.slice(1));
const userData = args.userData === null ? app.getPath('userData') : path.resolve(args.userData);
let trouble = prepareUserData(userData);
// Chromium needs some folder, of which nothing is kept.
app.setPath('userData', trouble ? passingFolder() : userData);
const log = startLog(app.getPath('userData'));
const report = (what: string, error: unknown): void => log('error', what, error);

// What nobody waited for is written down, and ends nothing: Electron only warns of it on a console that nobody sees,
// and would show a dialog for the other. Operations rest on the journal, not on this process being without fault.
process.on('unhandledRejection', (error) => report('a promise that nobody waited for', error));
process.on('uncaughtException', (error) => report('a fault that nobody caught', error));

let window: BrowserWindow | null = null;
let source: EstateSource | null = null;
let session: Promise<Session> | null = null;
let guard: DeployGuard | null = null;
const settingsListeners = new Set<() => void>();

const show = (): void => {
  if (window?.isMinimized()) window.restore();
  window?.show();
  window?.focus();
};

/** Who commits are by until somebody says so in Settings: the system's user, and as soon as it was asked, Git's. */
function defaultSettings(): Settings {
  const user = os.userInfo().username;
  const settings: Settings = {
    colourScheme: 'auto',
    notifications: true,
    identity: { name: user, email: `${user}@${os.hostname()}.invalid` },
  };
  // Not waited for: the window need not know it.
  void configuredIdentity().then((found) => {
    if (found) settings.identity = found;
  });
  return settings;
}

function applyColourScheme(settings: Settings): void {
  nativeTheme.themeSource = settings.colourScheme === 'auto' ? 'system' : settings.colourScheme;
}

async function open(settings: SettingsStore, credentials: CredentialStore): Promise<Session> {
  source ??= await findEstate(args, {
    userData,
    practiceScript: path.join(import.meta.dirname, 'practice.js'),
    credentials,
    log: (line) => log('info', line),
  });
  const opened = await openSession({
    ...source.estate,
    dir: userData,
    identity: () => settings.get().identity,
    fetch: serviceFetch(),
    consents: settings.consents,
    notices: settings.notices,
    report,
  });
  const tell = notifyOfEnds({
    window: () => window,
    enabled: () => settings.get().notifications,
    open: (operationId) => {
      show();
      void window?.loadURL(`${indexUrl}#/operations/${operationId}`);
    },
  });
  opened.engine.onChange((changes) => {
    for (const { topic, key } of changes) {
      const operation = topic === 'operation' && key !== null ? opened.engine.get(key) : null;
      if (operation?.ok) tell(operation.value);
    }
  });
  guard?.close();
  guard = guardDeploys(opened.engine, () => window);
  return opened;
}

/** The practice estate was reset: everything that was known of it belongs to another life. */
async function openAnew(settings: SettingsStore, credentials: CredentialStore): Promise<void> {
  const old = await session;
  await old?.close();
  if (old) await rm(estateFolder(userData, old.estate.ledger), { recursive: true, force: true });
  session = open(settings, credentials);
  await session;
  window?.webContents.reload();
}

/** Says why Signalbox cannot start, in a window and to whoever started it; the code of its end says it, too. */
function showTrouble(failure: Failure): void {
  const { message, meaning, place, next, detail } = failure;
  process.stderr.write(
    `${[message, place?.path, meaning, ...next.map(({ label }) => label), detail].filter(Boolean).join('\n')}\n`,
  );
  serveApp(path.join(import.meta.dirname, '..', 'renderer'), null, troubleText(failure));
  openTroubleWindow();
}

function start(): void {
  denyPermissions();
  setMenu();
  let settings: SettingsStore;
  try {
    if (trouble) throw new FailureError(trouble);
    settings = openSettings(userData, defaultSettings());
  } catch (error) {
    trouble = failureOf(error);
    report('Signalbox cannot start', error);
    showTrouble(trouble);
    return;
  }
  serveApp(
    path.join(import.meta.dirname, '..', 'renderer'),
    app.isPackaged ? null : (process.env.SIGNALBOX_DEV_SERVER ?? null),
  );
  void closeToOthers(userData);
  applyColourScheme(settings.get());
  const credentials = credentialStore(openVault(settings.secrets));
  session = open(settings, credentials);
  session.catch((error: unknown) => report('the estate could not be opened', error));

  const changed = (): void => {
    applyColourScheme(settings.get());
    for (const listener of [...settingsListeners]) listener();
  };
  const openSessionNow = (): Promise<Session> => session ?? Promise.reject(new Error('Nothing is open.'));
  bindIpc(
    async () => {
      const opened = await openSessionNow();
      const practice = source?.practice ?? null;
      const act =
        practice &&
        ((one: PracticeAct) => playAct(practice.control, one, () => openAnew(settings, credentials)));
      return createHandlers(
        opened,
        {
          app: about(),
          settings,
          openExternal,
          chooseSaveFile: (name, format) => chooseSaveFile(window, name, format),
          practice: act,
          credentials,
        },
        changed,
      );
    },
    async () =>
      createStreamHandlers(
        await openSessionNow(),
        (listener) => {
          settingsListeners.add(listener);
          return () => settingsListeners.delete(listener);
        },
        (name, format) => chooseSaveFile(window, name, format),
      ),
    report,
  );
  window = openWindow({
    preload: path.join(import.meta.dirname, 'preload.cjs'),
    kept: settings.windowPlace(),
    keep: settings.keepWindowPlace,
    openExternal,
    onCrash: (reason) => log('error', `the window's process ended: ${reason}`),
  });
  window.on('close', (event) => {
    // Its close ends the app; a deploy that runs is asked about first.
    if (guard?.holdsBack(() => app.quit())) event.preventDefault();
  });
  window.on('closed', () => {
    window = null;
  });
}

/** How long the end waits for what is on its way to the ledger, in milliseconds; the next start finds out the rest. */
const patienceAtTheEnd = 30_000;

async function end(): Promise<void> {
  const closed = session
    ?.then((one) => one.close())
    .catch((error: unknown) => report('closing failed', error));
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, patienceAtTheEnd))]);
  await source?.practice?.process.stop();
}

if (!trouble && !app.requestSingleInstanceLock()) app.quit();
else {
  app.on('second-instance', show);
  app.on('window-all-closed', () => app.quit());
  let ended = false;
  app.on('before-quit', (event) => {
    if (ended) return;
    event.preventDefault();
    if (guard?.holdsBack(() => app.quit())) return;
    guard?.close();
    ended = true;
    void end().finally(() => (trouble ? app.exit(1) : app.quit()));
  });
  // Not awaited at the top level: Electron holds `ready` back until this module has loaded.
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      report('Signalbox could not start', error);
      app.exit(1);
    });
}
