import { app, type BrowserWindow, Notification } from 'electron';
import type { DeskStatus } from '../../shared/domain/attention/desk-status';
import { count } from '../../shared/domain/text/count';
import { visibleText } from '../../shared/domain/text/visible-text';
import { withLocalTimes } from './local-times';
import { dot } from './tray';
import { type DeskNotice, type Watched, watchTrouble } from './trouble-watch';

/**
 * Shows on the dock or taskbar how much needs attention, and tells new trouble in production, whoever deployed it, and
 * what begins to wait for the person, while the window is not in front. A click opens where it is seen.
 * @returns ends it.
 */
export function signalTrouble(
  options: Watched & {
    window: () => BrowserWindow | null;
    enabled: () => boolean;
    /** Told what the desktop is to show. */
    status: (status: DeskStatus) => void;
    /** `place`: path in the window, as its router has it. */
    open: (place: string) => void;
  },
): () => void {
  return watchTrouble(options, {
    mayNotify: () => options.enabled() && Notification.isSupported() && !options.window()?.isFocused(),
    notify: (notice, urgency) => notify(notice, urgency, options.open),
    showCount: (items) => showCount(options.window(), items),
    status: options.status,
  });
}

/**
 * macOS and Linux count on the icon itself (`app.setBadgeCount`: "on Linux, it works for Unity launcher"), Windows lays
 * a small picture over it (`win.setOverlayIcon`).
 */
function showCount(window: BrowserWindow | null, items: number): void {
  if (process.platform !== 'win32') app.setBadgeCount(items);
  else if (window && !window.isDestroyed())
    window.setOverlayIcon(
      items > 0 ? dot('trouble') : null,
      items > 0 ? `${count(items, 'thing')} need attention` : '',
    );
}

function notify(
  { title, body, place }: DeskNotice,
  urgency: 'critical' | 'normal',
  open: (place: string) => void,
): void {
  const notification = new Notification({
    title: visibleText(title),
    body: visibleText(withLocalTimes(body)),
    urgency,
  });
  notification.on('click', () => open(place));
  notification.show();
}
