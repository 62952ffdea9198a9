import { app } from 'electron';
import type { Log } from '../log/log';
import { setAutostart } from './autostart-file';

/** Has the system start Signalbox when the person signs in, or no longer; of a checkout never. */
export function startAtLogin(wanted: boolean, log: Log): void {
  if (!app.isPackaged) return;
  try {
    if (process.platform === 'linux')
      setAutostart(wanted, process.env.APPIMAGE ?? process.execPath, process.env);
    else app.setLoginItemSettings({ openAtLogin: wanted });
  } catch (error) {
    log('warn', 'desk.start-at-login-not-set', { error });
  }
}
