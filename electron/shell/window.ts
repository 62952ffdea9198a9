import path from 'node:path';
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { inBackground, type Log } from '../log/log';
import { crashedUrl, indexUrl, isOurs, unlockUrl } from './app-scheme';
import type { WindowPlace } from './settings';

/** The place that was kept, unless it lies on a screen that is gone. */
function visiblePlace(place: WindowPlace | null): WindowPlace | null {
  if (!place) return null;
  const onScreen = screen.getAllDisplays().some(({ workArea }) => {
    const right = Math.min(place.x + place.width, workArea.x + workArea.width);
    const bottom = Math.min(place.y + place.height, workArea.y + workArea.height);
    return right - Math.max(place.x, workArea.x) > 100 && bottom - Math.max(place.y, workArea.y) > 100;
  });
  return onScreen ? place : null;
}

/** How long a window may stay hidden until its first picture is there, in milliseconds. */
const longestHidden = 5_000;

/**
 * Shows a window as soon as its first picture is there, so that it doesn't flash white; and where none comes, all the
 * same: an app without a window looks as if it had not been started. `ready-to-show` never comes where nothing can be
 * drawn (electron/electron#52324, #48859). The title is the one thing that can be said then; the page's own follows it.
 * @param waitsFor what is waited for, in plain English.
 */
function showInTime(window: BrowserWindow, waitsFor: () => string, onLate: (line: string) => void): void {
  const late = setTimeout(() => {
    const line = waitsFor();
    window.setTitle(`Signalbox: ${line}`);
    window.show();
    onLate(line);
  }, longestHidden);
  window.once('ready-to-show', () => {
    clearTimeout(late);
    window.show();
  });
  window.once('closed', () => clearTimeout(late));
}

/**
 * Opens the one window: sandboxed, isolated, without Node, unable to go anywhere but to our own pages.
 * @param place the path of the window's router that it begins with.
 * @param kept where it was last time; `keep` is told when it moved.
 * @param openExternal the one function through which links leave the app.
 * @param waitsFor what is waited for when the page is not there after five seconds; `onLate` is told so, too.
 */
export function openWindow(options: {
  preload: string;
  place: string;
  kept: WindowPlace | null;
  keep: (place: WindowPlace) => void;
  openExternal: (url: string) => void;
  onCrash: (reason: string) => void;
  waitsFor: () => string;
  onLate: (line: string) => void;
  /** The button of the page that hides the content was clicked. */
  unlock: () => void;
  log: Log;
}): BrowserWindow {
  const place = visiblePlace(options.kept);
  const window = new BrowserWindow({
    width: place?.width ?? 1280,
    height: place?.height ?? 800,
    ...(place ? { x: place.x, y: place.y } : {}),
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Signalbox',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14171c' : '#ffffff',
    webPreferences: {
      preload: path.resolve(options.preload),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      webviewTag: false,
    },
  });
  if (place?.maximised) window.maximize();
  showInTime(window, options.waitsFor, options.onLate);

  const keep = (): void => {
    if (window.isDestroyed() || window.isMinimized()) return;
    options.keep({ ...window.getNormalBounds(), maximised: window.isMaximized() });
  };
  window.on('resized', keep);
  window.on('moved', keep);
  window.on('close', keep);

  const load = (url: string): void =>
    inBackground(options.log, 'window.page-not-loaded', window.loadURL(url), { url });
  const contents = window.webContents;
  contents.on('will-navigate', (event) => {
    if (event.url === unlockUrl) {
      event.preventDefault();
      options.unlock();
    } else if (!isOurs(event.url)) event.preventDefault();
  });
  // `about:` pages are not asked about above, since nothing is loaded for them: the window goes back at once.
  contents.on('did-navigate', (_event, url) => {
    if (!isOurs(url)) load(indexUrl);
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    options.openExternal(url);
    return { action: 'deny' };
  });
  contents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return;
    options.onCrash(details.reason);
    // Not within the event: the navigation would go down with the process that is just ending.
    setImmediate(() => {
      if (!window.isDestroyed()) load(crashedUrl);
    });
  });

  load(`${indexUrl}#${options.place}`);
  return window;
}
