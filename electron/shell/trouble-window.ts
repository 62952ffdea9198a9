import { BrowserWindow, nativeTheme } from 'electron';
import type { Failure } from '../../shared/domain/failure/failure';
import { visibleText } from '../../shared/domain/text/visible-text';
import { inBackground, type Log } from '../log/log';
import { isOurs, troubleUrl } from './app-scheme';

const escaped = (text: string): string =>
  visibleText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** What the page of {@link openTroubleWindow} says, as HTML. */
export function troubleText({ message, meaning, next, place, detail }: Failure): string {
  const lines = [meaning, ...next.map(({ label }) => label)];
  return `<h1>${escaped(message)}</h1>
${place ? `<p><code>${escaped(place.path)}</code></p>` : ''}
${lines.map((line) => `<p>${escaped(line)}</p>`).join('\n')}
${detail ? `<p class="quiet">${escaped(detail)}</p>` : ''}`;
}

/** A window that says why Signalbox cannot start. It needs nothing of what could not be opened. */
export function openTroubleWindow(log: Log): BrowserWindow {
  const window = new BrowserWindow({
    width: 720,
    height: 440,
    title: 'Signalbox cannot start',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14171c' : '#ffffff',
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, spellcheck: false },
  });
  window.webContents.on('will-navigate', (event) => {
    if (!isOurs(event.url)) event.preventDefault();
  });
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  inBackground(log, 'window.page-not-loaded', window.loadURL(troubleUrl));
  return window;
}
