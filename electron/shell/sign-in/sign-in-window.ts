import { BrowserWindow, dialog, nativeTheme } from 'electron';
import { argoSystemNames } from '../../../shared/domain/estate/argo-servers';
import { destinationOf, hostOf, type SignInGround } from '../../../shared/domain/estate/sign-in-hosts';
import type { Failure } from '../../../shared/domain/failure/failure';
import { inBackground, type Log } from '../../log/log';
import type { SignInRequest, SignInWindow } from '../../session/accounts/ports';
import { accountsOf } from '../service-request';
import type { AllowedHosts } from './allowed-hosts';
import {
  forgetArgosCookies,
  type Gate,
  openPartition,
  type Partition,
  readPartition,
  restoreCookies,
} from './partitions';
import {
  certificateFault,
  destinationRefused,
  hostNotAllowed,
  neverFinished,
  noSignInPage,
  pageCrashed,
  pageNotReached,
  serverName,
  titleOf,
} from './sign-in-words';

/** Chromium's codes of a navigation that was stopped or replaced, by us or by another one (net/base/net_error_list.h). */
const stopped: ReadonlySet<number> = new Set([-3, -20, -27]);

/**
 * Opens a window on a server's own login. Its page is a stranger's: no preload, no Node, a partition of its own, and it goes
 * nowhere but to the server and to hosts that the estate or the person named. What lies in the cookies is looked at whenever
 * they change.
 * @param options.patience milliseconds after which a login that nobody finishes is closed
 */
export function openSignInWindow(
  request: SignInRequest,
  options: {
    parent: BrowserWindow | null;
    allowed: AllowedHosts;
    keeps: boolean;
    patience: number;
    environment: NodeJS.ProcessEnv;
    log: Log;
  },
): SignInWindow {
  const { place } = request;
  const { log } = options;
  let finish: (failure: Failure | null) => void = () => undefined;
  const ended = new Promise<Failure | null>((resolve) => {
    finish = resolve;
  });
  let window: BrowserWindow | null = null;

  const open = async (): Promise<void> => {
    const partition = await openPartition(place, options.keeps, options.environment);
    await restoreCookies(partition.session, place, request.cookies);
    const opened = new BrowserWindow({
      width: 560,
      height: 760,
      ...(options.parent && !options.parent.isDestroyed() ? { parent: options.parent } : {}),
      title: titleOf(place, hostOf(place.url), null),
      autoHideMenuBar: true,
      fullscreenable: false,
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#14171c' : '#ffffff',
      webPreferences: {
        session: partition.session,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        devTools: false,
        spellcheck: false,
        disableDialogs: true,
        navigateOnDragDrop: false,
      },
    });
    window = opened;
    opened.removeMenu();
    opened.once('closed', () => finish(null));
    guardWindow(opened, partition, request, options, finish);
  };

  const opening = open();
  opening.catch((error: unknown) => {
    log('error', 'sign-in.window-not-opened', { error });
    finish(pageNotReached(place, hostOf(place.url), String(error)));
  });
  const patience = setTimeout(
    () => finish(neverFinished(place, Math.round(options.patience / 60_000))),
    options.patience,
  );
  const done = ended.then(async (failure) => {
    clearTimeout(patience);
    // It may not have come yet.
    await opening.catch(() => undefined);
    if (window && !window.isDestroyed()) window.destroy();
    return failure;
  });
  return {
    done,
    show: () => {
      if (window?.isMinimized()) window.restore();
      window?.focus();
    },
    close: () => finish(null),
  };
}

/** Sees to it that the window does what it is for, and nothing else; loads its first page. */
function guardWindow(
  window: BrowserWindow,
  partition: Partition,
  request: SignInRequest,
  options: Parameters<typeof openSignInWindow>[1],
  finish: (failure: Failure | null) => void,
): void {
  const { place, named } = request;
  const { allowed, environment, log } = options;
  const contents = window.webContents;
  let host = hostOf(place.url);
  let note: string | null = null;
  const ground = (): SignInGround => ({ server: place.url, named, allowed: allowed.of(place) });
  const showTitle = (): void => {
    if (!window.isDestroyed()) window.setTitle(titleOf(place, host, note));
  };
  const tell = (text: string): void => {
    note = text;
    showTitle();
  };
  const refuse = (why: string): void => {
    log('warn', 'sign-in.destination-refused', { server: place.url, why });
    finish(destinationRefused(place, why));
  };

  // One question at a time: a page that wants to go to a thousand hosts asks once, and is closed by a no.
  let question: { host: string; answer: Promise<boolean> } | null = null;
  const mayGoTo = async (wanted: string): Promise<boolean> => {
    if (question && question.host !== wanted) return false;
    question ??= { host: wanted, answer: askForHost(window, request, wanted) };
    const may = await question.answer;
    question = null;
    if (may) allowed.allow(place, wanted);
    else finish(hostNotAllowed(place, wanted));
    return may;
  };
  const gate: Gate = async (url, frame) => {
    const destination = destinationOf(url, ground());
    if (destination.verdict === 'go') return true;
    // A frame within the page is not what somebody types a password into knowingly: it is left empty.
    if (frame === 'sub') {
      log('info', 'sign-in.frame-refused', { server: place.url, host: hostOf(url) });
      return false;
    }
    if (destination.verdict === 'ask') return mayGoTo(destination.host);
    refuse(destination.why);
    return false;
  };
  partition.guard(gate);
  partition.onDownload(() => tell('a download was refused'));

  contents.setWindowOpenHandler(({ url }) => {
    log('info', 'sign-in.window-refused', { server: place.url, host: hostOf(url) });
    tell('a new window was refused');
    return { action: 'deny' };
  });
  // Addresses that never reach the network (`file:`, `data:`, other programs') pass here alone.
  const look = (event: { preventDefault(): void }, url: string): void => {
    const destination = destinationOf(url, ground());
    if (destination.verdict !== 'refuse') return;
    event.preventDefault();
    refuse(destination.why);
  };
  contents.on('will-navigate', (event) => look(event, event.url));
  contents.on('will-redirect', (event) => {
    if (event.isMainFrame) look(event, event.url);
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('devtools-opened', () => contents.closeDevTools());
  // The title says whose page this is: the page itself does not.
  window.on('page-title-updated', (event) => event.preventDefault());
  // A page that does not want to be left is left.
  contents.on('will-prevent-unload', (event) => event.preventDefault());
  contents.on('certificate-error', (event, url, error, _certificate, answer) => {
    event.preventDefault();
    answer(false);
    finish(certificateFault(place, hostOf(url), error));
  });
  contents.on('select-client-certificate', (event, _url, _list, answer) => {
    // The first one of this computer would be sent to whoever asks.
    event.preventDefault();
    (answer as () => void)();
  });
  // Asked again, it was refused: it would be for ever.
  const answered = new Set<string>();
  contents.on('login', (event, _details, asked, answer) => {
    event.preventDefault();
    const proxy = `${asked.host}:${asked.port}`;
    const account =
      asked.isProxy && !answered.has(proxy) ? accountsOf(environment)(asked.host, asked.port) : null;
    answered.add(proxy);
    if (account) answer(account.username, account.password);
    else answer();
  });
  contents.on('did-navigate', (_event, url, status) => {
    host = hostOf(url);
    request.onHost(host);
    // Argo Workflows without single sign-on (server/auth/sso/null_sso.go).
    if (status === 501 && host === hostOf(place.url)) finish(noSignInPage(place));
    note = status >= 400 ? `${host} answered with an error (${status})` : null;
    showTitle();
  });
  contents.on('did-fail-load', (_event, code, error, url, isMainFrame) => {
    if (isMainFrame && !stopped.has(code)) finish(pageNotReached(place, hostOf(url), error));
  });
  contents.on('render-process-gone', () => finish(pageCrashed(place)));

  watchCookies(partition, request, finish, window, log);
  window.once('closed', () => {
    partition.guard(null);
    partition.onDownload(null);
  });
  // Not waited for, since a server may never answer; what becomes of it is told by the events above.
  contents.loadURL(request.start).catch(() => undefined);
}

/** Looks at the cookies whenever they change, one look after the other, until one is the session. */
function watchCookies(
  { session }: Partition,
  request: SignInRequest,
  finish: (failure: Failure | null) => void,
  window: BrowserWindow,
  log: Log,
): void {
  let looking = false;
  let again = false;
  let isOver = false;
  const look = async (): Promise<void> => {
    if (isOver) return;
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      do {
        again = false;
        const found = await readPartition(session, request.place);
        if (window.isDestroyed()) return;
        if (found.candidates.length === 0) continue;
        const came = await request.look(found);
        if (came === 'not-yet') continue;
        isOver = true;
        if (came === 'taken') await forgetArgosCookies(session, request.place);
        finish(came === 'taken' ? null : came);
        return;
      } while (again);
    } finally {
      // A look that fails, such as while the network is away, is not the last one.
      looking = false;
    }
  };
  const changed = (): void => inBackground(log, 'sign-in.cookies-not-read', look());
  session.cookies.on('changed', changed);
  window.once('closed', () => session.cookies.off('changed', changed));
  changed();
}

/** Asks whether the window may go to a host that nobody named. The safe answer has the focus. */
async function askForHost(window: BrowserWindow, { place }: SignInRequest, host: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    title: `Sign in to ${serverName(place)}`,
    message: `Allow the sign-in to go to ${host}?`,
    detail: `${argoSystemNames[place.system]} at ${hostOf(place.url)} sends you to ${host}, which the estate file does not name. Allow it only if it belongs to your identity provider. Signalbox remembers the answer.`,
    buttons: ['Don’t allow', `Allow ${host}`],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}
