import type { BrowserWindow } from 'electron';
import type { ParsedInputOf } from '../../shared/contract/contract';
import type { Settings } from '../../shared/contract/session';
import type { DeskStatus } from '../../shared/domain/attention/desk-status';
import { isQuiet, minuteOfDay } from '../../shared/domain/attention/quiet-hours';
import type { Fault } from '../../shared/domain/diagnostics/diagnostics';
import type { Estate } from '../../shared/domain/estate/estate';
import { hasProduction } from '../../shared/domain/estate/has-production';
import type { SessionHandlers, StreamHandlers } from '../ipc/dispatcher';
import type { Log } from '../log/log';
import { passingSessions } from '../session/accounts/server-accounts';
import type { TypedSecret } from '../session/connect/connect-handlers';
import type { EstateChoice } from '../session/estates/choice';
import type { ConnectedEstates } from '../session/estates/connected';
import { heldBy } from '../session/estates/held-by';
import type { Openable } from '../session/estates/lifecycle';
import { createHandlers, createStreamHandlers } from '../session/handlers';
import { openSession, type Session } from '../session/open-session';
import { lifeController } from '../systems/life';
import { about } from './about';
import { announcementStore } from './announcement-store';
import type { CredentialStore } from './credential-store';
import { findEstate } from './estate-source';
import { notifyOfEnds } from './notifications';
import { guardOperations, type OperationGuard } from './operation-guard';
import { playAction } from './practice-actions';
import { practiceAnnouncements } from './practice-announcements';
import { bringPracticeSessions } from './practice-sessions';
import type { PracticeKeeper } from './practice-source';
import { chooseSaveFile } from './save-dialog';
import { openExternal, openMail } from './session-security';
import type { SettingsStore } from './settings';
import { sessionStore } from './sign-in/session-store';
import type { signInWindows } from './sign-in/sign-in-windows';
import type { EstateSource } from './source';
import { signalTrouble } from './trouble-signals';
import type { Vault } from './vault';

/** What opening an estate needs of this machine. */
export interface Surroundings {
  userData: string;
  logFile: string;
  faults: () => Fault[];
  settings: SettingsStore;
  window: () => BrowserWindow | null;
  /** Brings the window to the front, at a path of its router. */
  show: (place: string) => void;
  /** Shows on the desktop how it stands. */
  status: (status: DeskStatus) => void;
  vault: Vault;
  credentials: CredentialStore;
  windows: ReturnType<typeof signInWindows>;
  fetch: typeof fetch;
  practice: PracticeKeeper;
  connected: ConnectedEstates;
  takeTyped: (id: string) => TypedSecret | null;
  takeAgreed: (file: string) => Estate | null;
  onSettings: (listener: () => void) => () => void;
  /** Tells when something became of a change of the estate's file. */
  onChanges: (listener: () => void) => () => void;
  /** Tells when something became of a newer version. */
  onUpdates: (listener: () => void) => () => void;
  /** Told when an operation changed. */
  onOperations: () => void;
  reopen: (how: 'again' | 'as-it-was') => Promise<void>;
  log: Log;
}

/** One estate, opened, and all that stands on it: who answers for it, who tells people of it. */
export interface OpenEstate extends Openable {
  session: Session;
  handlers: SessionHandlers;
  streamHandlers: StreamHandlers;
  guard: OperationGuard;
  /** Has something done once everything of it is closed. */
  afterClose(act: () => Promise<unknown>): void;
}

/** Opens what was chosen. @throws FailureError when it cannot be. */
export async function openEstate(choice: EstateChoice, around: Surroundings): Promise<OpenEstate> {
  const { settings, log } = around;
  const source = await findEstate(choice, {
    ...around,
    openPage: (page) => void openExternal(page, log),
  });
  const session = await openSession({
    ...source.estate,
    dir: around.userData,
    identity: () => settings.get().identity,
    signs: () => settings.get().signCommits,
    fetch: around.fetch,
    consents: settings.consents,
    accounts:
      source.practice === null
        ? sessionStore(around.vault)
        : passingSessions('Sessions of the practice estate are not saved.'),
    announcements:
      source.practice === null
        ? announcementStore(settings.announcements, around.vault, source.estate.estate)
        : practiceAnnouncements(),
    signInWindows: around.windows,
    notices: settings.notices,
    log,
  });
  const stopTelling = tellOfOperations(session, around);
  const stopSignals = signalTrouble({
    engine: session.engine,
    announcements: session.announcements,
    waiting: {
      accounts: () => session.accounts.list(),
      permissions: () => session.consents.waiting().length,
      onChange: (listener) => {
        const stops = [session.accounts.onChange(listener), session.consents.onChange(listener)];
        return () => {
          for (const stop of stops) stop();
        };
      },
    },
    window: around.window,
    enabled: () => mayNotify(settings.get()),
    status: around.status,
    open: around.show,
  });
  if (source.practice) bringPracticeSessions(session.accounts, source.practice, log);
  const stopOperations = session.engine.onChange((changes) => {
    if (changes.some(({ topic }) => topic === 'operation')) around.onOperations();
  });
  const guard = guardOperations(session.engine, around.window, log);
  const closing = lifeController();
  const after: (() => Promise<unknown>)[] = [];
  try {
    settings.estates.opened({
      choice,
      name: session.estate.name,
      place: source.place,
      production: hasProduction(session.estate),
      openedAt: new Date().toISOString(),
    });
  } catch (error) {
    // A full disk costs the entry in a list, not the estate.
    log('warn', 'estate.not-remembered', { error });
  }
  return {
    session,
    ...answeredFor(session, source.practice, closing.signal, around),
    guard,
    heldBy: () => heldBy(session.engine),
    afterClose: (act) => after.push(act),
    async close() {
      closing.abort();
      stopTelling();
      stopSignals();
      stopOperations();
      guard.close();
      await session.close();
      for (const act of after) await act();
    },
  };
}

/** Whether the person wants to be notified now. */
const mayNotify = ({ notifications, desktop }: Settings): boolean =>
  notifications && !isQuiet(desktop.quietHours, minuteOfDay(new Date()));

/** Tells the person of operations that end. @returns ends it. */
function tellOfOperations({ engine }: Session, { window, settings, show }: Surroundings): () => void {
  const tell = notifyOfEnds({
    window,
    enabled: () => mayNotify(settings.get()),
    open: (operationId) => show(`/operations/${operationId}`),
  });
  return engine.onChange((changes) => {
    for (const { topic, key } of changes) {
      const operation = topic === 'operation' && key !== null ? engine.get(key) : null;
      if (operation?.ok) tell(operation.value);
    }
  });
}

/** @param closing ends every stream: the window opens them again, on whatever is open then. */
function answeredFor(
  session: Session,
  practice: EstateSource['practice'],
  closing: AbortSignal,
  around: Surroundings,
): Pick<OpenEstate, 'handlers' | 'streamHandlers'> {
  const { settings, log } = around;
  const chooseFile = (name: string, format: Parameters<typeof chooseSaveFile>[2]) =>
    chooseSaveFile(around.window(), name, format);
  const shell = {
    app: about(),
    own: { userData: around.userData, logFile: around.logFile, faults: around.faults },
    settings,
    openMail: (url: string) => openMail(url, log),
    chooseSaveFile: chooseFile,
    practice:
      practice &&
      ((action: ParsedInputOf<'practice.action'>) => playAction(practice.control, action, around.reopen)),
    credentials: around.credentials,
  };
  const streams = createStreamHandlers(session, around, chooseFile);
  const until = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, closing]);
  return {
    handlers: createHandlers(session, shell),
    streamHandlers: {
      events: (input, send, signal) => streams.events(input, send, until(signal)),
      export: (input, send, signal) => streams.export(input, send, until(signal)),
      logs: (input, send, signal) => streams.logs(input, send, until(signal)),
    },
  };
}
