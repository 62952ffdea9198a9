import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * The value of `Exec`: quoted and without field codes, and then as a value of type string, in which a backslash is two
 * (freedesktop.org, Desktop Entry Specification, "The Exec key": a literal dollar sign is written `\\$`, a literal
 * backslash as four).
 */
const execValue = (program: string): string =>
  `"${program
    .replace(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;

/**
 * Has a Linux desktop start a program when the person signs in, or no longer (freedesktop.org, "Desktop Application
 * Autostart Specification").
 * @param program absolute path. @throws what the file system throws.
 */
export function setAutostart(wanted: boolean, program: string, environment: NodeJS.ProcessEnv): void {
  const file = path.join(
    environment.XDG_CONFIG_HOME || path.join(os.homedir(), '.config'),
    'autostart',
    'signalbox.desktop',
  );
  if (!wanted) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(
    file,
    `[Desktop Entry]\nType=Application\nName=Signalbox\nExec=${execValue(program)}\nX-GNOME-Autostart-enabled=true\n`,
  );
}
