import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type BrowserWindow, safeStorage } from 'electron';
import type { ParsedInputOf } from '../../shared/contract/contract';
import type { Fault } from '../../shared/domain/diagnostics/diagnostics';
import type { Handlers, StreamHandlers } from '../ipc/dispatcher';
import type { Log } from '../log/log';
import { passingSessions } from '../session/accounts/server-accounts';
import { createHandlers, createStreamHandlers } from '../session/handlers';
import { estateFolder, openSession, type Session } from '../session/open-session';
import { about } from './about';
import { announcementStore } from './announcement-store';
import type { Arguments } from './arguments';
import { credentialStore } from './credential-store';
import { type DeployGuard, guardDeploys } from './deploy-guard';
import { type EstateSource, findEstate } from './estate-source';
import { notifyOfEnds } from './notifications';
import { playAction } from './practice-actions';
import { practiceAnnouncements } from './practice-announcements';
import { bringPracticeSessions } from './practice-sessions';
import { chooseSaveFile } from './save-dialog';
import { serviceFetch } from './service-fetch';
import { openExternal, openMail } from './session-security';
import type { SettingsStore } from './settings';
import { sessionStore } from './sign-in/session-store';
import { signInWindows } from './sign-in/sign-in-windows';
import { signalTrouble } from './trouble-signals';
import { openVault } from './vault';

/**
 * What stands behind the window: the estate, opened, and who answers for it. A module of its own, which is loaded while
 * the window comes: what it needs is most of the program.
 */
export interface Desk {
  /** Resolves once the estate is open; rejects with why it cannot be. */
  handlers(): Promise<Handlers>;
  streamHandlers(): Promise<StreamHandlers>;
  /** As {@link DeployGuard.holdsBack}. */
  holdsBack(onConfirmed: () => void): boolean;
  /** Ends everything, within half a minute: the next start finds out the rest. */
  end(): Promise<void>;
}

/** How long the end waits for what is on its way to the ledger, in milliseconds. */
const patienceAtTheEnd = 30_000;

/** One estate, opened, and who answers for it for as long as it is open. */
interface Opened {
  session: Session;
  handlers: Handlers;
  streamHandlers: StreamHandlers;
}

type PracticeAction = ParsedInputOf<'practice.action'>;

/** Begins to open the estate that the command line asks for. */
export function openDesk(options: {
  args: Arguments;
  userData: string;
  logFile: string;
  faults: () => Fault[];
  settings: SettingsStore;
  applySettings: () => void;
  window: () => BrowserWindow | null;
  /** Brings the window to the front, at a path of its router. */
  show: (place: string) => void;
  log: Log;
}): Desk {
  const { userData, settings, log } = options;
  const vault = openVault(settings.secrets, safeStorage);
  const credentials = credentialStore(vault);
  const windows = signInWindows({
    parent: options.window,
    allowed: settings.allowedHosts,
    hasKeychain: () => vault.unavailableBecause() === null,
    log,
  });
  const settingsListeners = new Set<() => void>();
  let source: EstateSource | null = null;
  let guard: DeployGuard | null = null;
  let endSignals: (() => void) | null = null;

  const fetch = serviceFetch();

  async function open(): Promise<Opened> {
    source ??= await findEstate(options.args, {
      userData,
      practiceScript: path.join(import.meta.dirname, 'practice.js'),
      credentials,
      fetch,
      log,
    });
    const opened = await openSession({
      ...source.estate,
      dir: userData,
      identity: () => settings.get().identity,
      fetch,
      consents: settings.consents,
      accounts:
        source.practice === null
          ? sessionStore(vault)
          : passingSessions('Sessions of the practice estate are not saved.'),
      announcements:
        source.practice === null
          ? announcementStore(settings.announcements, vault, source.estate.estate)
          : practiceAnnouncements(),
      signInWindows: windows,
      notices: settings.notices,
      log,
    });
    const tell = notifyOfEnds({
      window: options.window,
      enabled: () => settings.get().notifications,
      open: (operationId) => options.show(`/operations/${operationId}`),
    });
    opened.engine.onChange((changes) => {
      for (const { topic, key } of changes) {
        const operation = topic === 'operation' && key !== null ? opened.engine.get(key) : null;
        if (operation?.ok) tell(operation.value);
      }
    });
    endSignals?.();
    endSignals = signalTrouble({
      engine: opened.engine,
      announcements: opened.announcements,
      window: options.window,
      enabled: () => settings.get().notifications,
      open: options.show,
    });
    if (source.practice) bringPracticeSessions(opened.accounts, source.practice, log);
    guard?.close();
    guard = guardDeploys(opened.engine, options.window, log);
    return answeredFor(opened, source.practice);
  }

  function answeredFor(session: Session, practice: EstateSource['practice']): Opened {
    const chooseFile = (name: string, format: Parameters<typeof chooseSaveFile>[2]) =>
      chooseSaveFile(options.window(), name, format);
    const shell = {
      app: about(),
      own: { userData, logFile: options.logFile, faults: options.faults },
      settings,
      openExternal: (url: string) => openExternal(url, log),
      openMail: (url: string) => openMail(url, log),
      chooseSaveFile: chooseFile,
      practice: practice && ((action: PracticeAction) => playAction(practice.control, action, reopen)),
      credentials,
    };
    const onSettings = (listener: () => void) => {
      settingsListeners.add(listener);
      return () => settingsListeners.delete(listener);
    };
    return {
      session,
      handlers: createHandlers(session, shell, changed),
      streamHandlers: createStreamHandlers(session, onSettings, chooseFile),
    };
  }

  let opened = open();
  opened.catch((error: unknown) => log('error', 'session.not-opened', { error }));

  /**
   * Opens the estate again. `again`: the practice estate was reset, and everything that was known of it belongs to another
   * life.
   */
  async function reopen(how: 'again' | 'as-it-was'): Promise<void> {
    const old = (await opened).session;
    endSignals?.();
    await old.close();
    if (how === 'again')
      await rm(estateFolder(userData, old.estate.ledger), { recursive: true, force: true });
    opened = open();
    await opened;
    options.window()?.webContents.reload();
  }

  function changed(): void {
    options.applySettings();
    for (const listener of [...settingsListeners]) listener();
  }

  return {
    handlers: async () => (await opened).handlers,
    streamHandlers: async () => (await opened).streamHandlers,
    holdsBack: (onConfirmed) => guard?.holdsBack(onConfirmed) ?? false,
    async end() {
      endSignals?.();
      guard?.close();
      const closed = opened
        .then(({ session }) => session.close())
        .catch((error: unknown) => log('error', 'session.not-closed', { error }));
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, patienceAtTheEnd))]);
      await source?.practice?.process.stop();
    },
  };
}
