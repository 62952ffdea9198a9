import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { app } from 'electron';
import type { Log } from '../log/log';

/** What starts a program with a Linux desktop (freedesktop.org, "Desktop Application Autostart Specification"). */
const autostartFile = (): string =>
  path.join(
    process.env.XDG_CONFIG_HOME || path.join(os.homedir(), '.config'),
    'autostart',
    'signalbox.desktop',
  );

/** The value of `Exec`: quoted, and without field codes (freedesktop.org, "The Exec key"). */
const execValue = (program: string): string =>
  `"${program.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`;

/** Has the system start Signalbox when the person signs in, or no longer; of a checkout never. */
export function startAtLogin(wanted: boolean, log: Log): void {
  if (!app.isPackaged) return;
  try {
    if (process.platform !== 'linux') {
      app.setLoginItemSettings({ openAtLogin: wanted });
      return;
    }
    const file = autostartFile();
    if (!wanted) {
      rmSync(file, { force: true });
      return;
    }
    mkdirSync(path.dirname(file), { recursive: true });
    const program = process.env.APPIMAGE ?? process.execPath;
    writeFileSync(
      file,
      `[Desktop Entry]\nType=Application\nName=Signalbox\nExec=${execValue(program)}\nX-GNOME-Autostart-enabled=true\n`,
    );
  } catch (error) {
    log('warn', 'desk.start-at-login-not-set', { error });
  }
}
