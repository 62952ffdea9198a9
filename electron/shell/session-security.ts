import { session, shell } from 'electron';
import { inBackground, type Log } from '../log/log';

/** Denies every permission and device: the console needs none (clipboard writes by a user's gesture need no permission). */
export function denyPermissions(): void {
  const allowed = new Set(['clipboard-sanitized-write']);
  session.defaultSession.setPermissionRequestHandler((_contents, permission, callback) =>
    callback(allowed.has(permission)),
  );
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => allowed.has(permission));
  session.defaultSession.setDevicePermissionHandler(() => false);
}

/**
 * Opens a draft in the person's mail program: an address of `mailto:` that main itself wrote (mail-draft.ts).
 * @returns whether it was handed on.
 */
export function openMail(url: string, log: Log): boolean {
  if (!/^mailto:[\x21-\x7e]*$/.test(url) || /["'<>`\\^{|}]/.test(url)) return false;
  inBackground(log, 'window.mail-not-opened', shell.openExternal(url));
  return true;
}

/**
 * The one way out of the app: opens an `https:` link in the system's browser; anything else is dropped.
 * @returns whether it was opened.
 */
export function openExternal(url: string, log: Log): boolean {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    // Dropped as any other that is no such link.
    return false;
  }
  if (parsed.protocol !== 'https:' || parsed.username || parsed.password) return false;
  inBackground(log, 'window.link-not-opened', shell.openExternal(parsed.href), { url: parsed.href });
  return true;
}
