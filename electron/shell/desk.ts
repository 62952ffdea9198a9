import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type BrowserWindow, safeStorage } from 'electron';
import type { ProcedureName } from '../../shared/contract/contract';
import type { Fault } from '../../shared/domain/diagnostics/diagnostics';
import type { Estate } from '../../shared/domain/estate/estate';
import { shortTitleOf } from '../../shared/domain/operation/intent';
import type { Handlers, StreamHandlers } from '../ipc/dispatcher';
import { inBackground, type Log } from '../log/log';
import { aboutHandlers } from '../session/about-handlers';
import { connectHandlers, type TypedSecret } from '../session/connect/connect-handlers';
import { type EstateChoice, keyOf } from '../session/estates/choice';
import { connectedEstates } from '../session/estates/connected';
import { detectHandlers } from '../session/estates/detect-handlers';
import { followEstateFile } from '../session/estates/estate-changes';
import { estateHandlers } from '../session/estates/estate-handlers';
import { createLifecycle } from '../session/estates/lifecycle';
import { estateFolder } from '../session/open-session';
import { windowHandlers } from '../session/window-handlers';
import type { Arguments } from './arguments';
import { credentialStore } from './credential-store';
import { chooseEstateFile, chooseKubeconfig } from './open-dialogs';
import { type OpenEstate, openEstate } from './open-estate';
import { keepPractice } from './practice-source';
import { chooseSaveFile } from './save-dialog';
import { serviceFetch } from './service-fetch';
import { openExternal } from './session-security';
import type { SettingsStore } from './settings';
import { shippedLists } from './shipped-lists';
import { showDeskStatus } from './show-desk-status';
import { signInWindows } from './sign-in/sign-in-windows';
import { signOutEverywhere } from './sign-out';
import { openUpdates } from './updates/open-updates';
import { tellOfUpdate, tellUpdate } from './updates/tell-update';
import { openVault } from './vault';

/**
 * What stands behind the window: which estate is open, and who answers for it. A module of its own, which is loaded while
 * the window comes: what it needs is most of the program.
 */
export interface Desk {
  /** Who answers a call: at once where it needs no estate, else once one is open. Rejects with why none is. */
  handlers(name: ProcedureName): Promise<Partial<Handlers>>;
  streamHandlers(): Promise<Partial<StreamHandlers>>;
  /** Opens the place of a link: once an estate is open. */
  follow(place: string): void;
  /** Looks for a newer version, and shows what comes of it. */
  lookForUpdates(): void;
  /** As `OperationGuard.holdsBack`. */
  holdsBack(onConfirmed: () => void): boolean;
  /** Ends everything, within half a minute: the next start finds out the rest. */
  end(): Promise<void>;
}

/** How long the end waits for what is on its way to the ledger, in milliseconds. */
const patienceAtTheEnd = 30_000;

/** The page that is shown while no estate is open. */
const welcomePlace = '/welcome';
/** The page of everything that an estate is connected to. */
const connectionsPlace = '/connections';

/** @param options.choice what is opened at once; `null`: nothing, the person chooses. */
export function openDesk(options: {
  args: Arguments;
  choice: EstateChoice | null;
  /** The place of the link that Signalbox was started by; `null`: by none. */
  link: string | null;
  userData: string;
  logFile: string;
  faults: () => Fault[];
  settings: SettingsStore;
  applySettings: () => void;
  window: () => BrowserWindow | null;
  /** Brings the window to the front, at a path of its router. */
  show: (place: string | null) => void;
  /** Loads the window anew, at a path of its router: what it knew was of another estate. */
  loadAnew: (place: string) => void;
  /** Ends everything for a newer version to be installed; `null`: this process is a command, which installs nothing. */
  leave: ((install: () => Promise<void>) => void) | null;
  log: Log;
}): Desk {
  const { userData, settings, log } = options;
  const vault = openVault(settings.secrets, safeStorage);
  const settingsListeners = new Set<() => void>();
  const desktopStatus = showDeskStatus({
    window: options.window,
    hasTray: () => settings.get().desktop.tray,
    open: options.show,
    log,
  });
  const practice = keepPractice({
    args: options.args,
    userData,
    script: path.join(import.meta.dirname, 'practice.js'),
    log,
  });
  const connected = connectedEstates(userData);
  const typed = new Map<string, TypedSecret>();
  const agreed = new Map<string, Estate>();
  const common = {
    ...options,
    /** What was typed while connecting, once. */
    takeTyped: (id: string) => {
      const secret = typed.get(id) ?? null;
      typed.delete(id);
      return secret;
    },
    takeAgreed: (file: string) => {
      const estate = agreed.get(file) ?? null;
      agreed.delete(file);
      return estate;
    },
    vault,
    status: desktopStatus.show,
    credentials: credentialStore(vault),
    windows: signInWindows({
      parent: options.window,
      allowed: settings.allowedHosts,
      hasKeychain: () => vault.unavailableBecause() === null,
      log,
    }),
    fetch: serviceFetch(),
    practice,
    connected,
    onSettings: (listener: () => void) => {
      settingsListeners.add(listener);
      return () => settingsListeners.delete(listener);
    },
    onChanges: (listener: () => void) => changes.onChange(listener),
    onUpdates: (listener: () => void) => updates.onChange(listener),
    onOperations: () => updates.operationsChanged(),
    reopen,
  };
  const lifecycle = createLifecycle<EstateChoice, OpenEstate>(
    (choice) => openEstate(choice, common),
    (error) => log('error', 'session.not-closed', { error }),
  );
  const changes = followEstateFile({
    lifecycle,
    connected,
    agree: (file, estate) => agreed.set(file, estate),
    log,
  });
  const updates = openUpdates({
    running,
    looksByItself: () =>
      settings.get().desktop.lookForUpdates &&
      lifecycle.now().phase === 'open' &&
      lifecycle.now().choice?.kind !== 'practice',
    leave: options.leave,
    found: (version) => tellOfUpdate(version, settings.get(), () => options.show('/settings')),
    log,
  });
  let ending = false;
  /** What the window shows is of this one; `null`: none, it shows how to open one. */
  let shown: string | null = options.choice && keyOf(options.choice);
  /** Where to begin once one is open. */
  let wanted = options.choice === null ? options.link : null;

  lifecycle.onChange(() => {
    if (ending) return;
    const state = lifecycle.now();
    updates.operationsChanged();
    if (state.phase === 'open') {
      const key = keyOf(state.choice);
      if (shown !== key) options.loadAnew(wanted ?? '/');
      shown = key;
      wanted = null;
    } else if (state.phase === 'closed') {
      if (shown !== null) options.loadAnew(welcomePlace);
      shown = null;
      inBackground(log, 'practice.not-stopped', practice.stop());
    }
  });

  /** What no newer version may come in between. */
  function running(): string[] {
    const { phase } = lifecycle.now();
    if (phase === 'opening' || phase === 'switching') return ['an estate is being opened'];
    const open = lifecycle.current()?.session.engine.list({ open: true, limit: 200 }) ?? [];
    return open.map(({ intent }) => shortTitleOf(intent));
  }

  /** Opens the estate again. `again`: the practice estate was reset, and what was known of it belongs to another life. */
  async function reopen(how: 'again' | 'as-it-was'): Promise<void> {
    const state = lifecycle.now();
    const open = lifecycle.current();
    if (state.phase !== 'open' || !open) return;
    const { ledger } = open.session.estate;
    if (how === 'again')
      open.afterClose(() => rm(estateFolder(userData, ledger), { recursive: true, force: true }));
    await lifecycle.open(state.choice, { anyway: true });
    options.window()?.webContents.reload();
  }

  const ofEstates = estateHandlers({
    lifecycle,
    known: settings.estates,
    changes,
    chooseFile: () => chooseEstateFile(options.window()),
  });
  const signOut = (): Promise<boolean> =>
    signOutEverywhere({
      engine: lifecycle.current()?.session.engine ?? null,
      vault,
      userData,
      window: options.window(),
    });

  const own = {
    ...windowHandlers({ settings, openExternal: (url) => openExternal(url, log), signOut }, () => {
      options.applySettings();
      desktopStatus.settingsChanged();
      for (const listener of [...settingsListeners]) listener();
    }),
    ...aboutHandlers({
      updates,
      shipped: shippedLists(),
      chooseSaveFile: (name, format) => chooseSaveFile(options.window(), name, format),
    }),
    ...ofEstates,
    ...detectHandlers({ lifecycle, connected, estates: () => ofEstates['estates.get']({}) }),
    ...connectHandlers({
      userData,
      connected,
      lifecycle,
      onFinish: (id, secret) => {
        if (secret) typed.set(id, secret);
        // Connecting leads on to what else there is to sign in to.
        wanted ??= connectionsPlace;
        shown = null;
      },
      chooseKubeconfig: () => chooseKubeconfig(options.window()),
      estates: () => ofEstates['estates.get']({}),
      log,
    }),
  } satisfies Partial<Handlers>;

  /** What the window is told while nothing is open: until something is, when it asks again. */
  const eventsOfNone: StreamHandlers['events'] = (_input, send, signal) =>
    new Promise((resolve) => {
      const stops = [
        common.onSettings(() => send([{ topic: 'settings', key: null }])),
        updates.onChange(() => send([{ topic: 'update', key: null }])),
        lifecycle.onChange(() => send([{ topic: 'estate', key: null }])),
        lifecycle.onChange(() => {
          if (lifecycle.now().phase !== 'closed') end();
        }),
      ];
      const end = (): void => {
        for (const stop of stops) stop();
        resolve();
      };
      signal.addEventListener('abort', end, { once: true });
    });

  if (options.choice) {
    const opening = lifecycle.open(options.choice);
    opening.catch((error: unknown) => log('error', 'session.not-opened', { error }));
  }

  return {
    handlers: async (name) => (name in own ? own : (await lifecycle.opened()).handlers),
    streamHandlers: async () =>
      lifecycle.now().phase === 'closed'
        ? { events: eventsOfNone }
        : (await lifecycle.opened()).streamHandlers,
    follow(place) {
      if (lifecycle.now().phase === 'closed') {
        wanted = place;
        options.show(welcomePlace);
      } else options.show(place);
    },
    lookForUpdates() {
      const isShown = lifecycle.now().phase !== 'closed';
      if (isShown) options.show('/settings');
      const looked = Promise.resolve()
        .then(updates.look)
        .catch(updates.get)
        .then((update) => (isShown ? undefined : tellUpdate(update, options.window())));
      inBackground(log, 'update.not-told', looked);
    },
    holdsBack: (onConfirmed) => lifecycle.current()?.guard.holdsBack(onConfirmed) ?? false,
    async end() {
      ending = true;
      updates.close();
      desktopStatus.close();
      changes.close();
      const closed = lifecycle.close({ anyway: true });
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, patienceAtTheEnd))]);
      await practice.stop();
    },
  };
}
