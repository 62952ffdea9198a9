import type { BrowserWindow } from 'electron';
import type { DeskStatus } from '../../shared/domain/attention/desk-status';
import type { Log } from '../log/log';
import { openTray, type TrayIcon } from './tray';

/**
 * Shows the state on the taskbar and among the icons of the system, where the person wants that.
 * @param options.open brings the window to the front, at a path of its router; `null`: as it is.
 */
export function showDeskStatus(options: {
  window: () => BrowserWindow | null;
  hasTray: () => boolean;
  open: (place: string | null) => void;
  log: Log;
}): { show(status: DeskStatus): void; settingsChanged(): void; close(): void } {
  let tray: TrayIcon | null = null;
  let last: DeskStatus | null = null;
  const settle = (): void => {
    if (!options.hasTray()) {
      tray?.close();
      tray = null;
    } else if (!tray)
      try {
        tray = openTray(options.open);
      } catch (error) {
        // A desktop without a place for icons.
        options.log('warn', 'desk.no-tray', { error });
      }
    if (last) tray?.show(last);
  };
  return {
    show(status) {
      last = status;
      settle();
      const window = options.window();
      // Of what has only begun it would show nothing.
      if (window && !window.isDestroyed())
        window.setProgressBar(status.progress === null ? -1 : Math.max(0.03, status.progress));
    },
    settingsChanged: settle,
    close() {
      tray?.close();
      tray = null;
    },
  };
}
