import { app, type BrowserWindow, dialog, session } from 'electron';
import { FailureError } from '../../shared/domain/failure/failure';
import { count } from '../../shared/domain/text/count';
import type { Engine } from '../engine/engine-types';
import { forgetAtNextStart } from './forget-everything';
import { relaunch } from './relaunch';
import type { Vault } from './vault';

/**
 * Forgets everything that this computer keeps for Signalbox, after asking: credentials and sessions at once, files,
 * cookies and caches of all estates at the start that follows. Nothing happens at any server: whoever has a token there
 * revokes it there.
 * @returns whether the person went on; then Signalbox starts again.
 * @throws FailureError while operations run: their journal would go with the rest.
 */
export async function signOutEverywhere(options: {
  /** Of the estate that is open; `null`: none is. */
  engine: Engine | null;
  vault: Vault;
  userData: string;
  window: BrowserWindow | null;
}): Promise<boolean> {
  const { engine, vault, userData, window } = options;
  const open = engine?.list({ open: true, limit: 200 }).length ?? 0;
  if (open > 0)
    throw new FailureError({
      code: 'busy',
      message: `${count(open, 'operation')} still running.`,
      meaning: 'Nothing was deleted: Signalbox would no longer know what they did.',
      next: [{ do: 'advice', label: 'Wait for them or cancel them, then sign out again.' }],
    });
  const question = {
    type: 'warning' as const,
    title: 'Sign out',
    message: 'Sign out and delete everything that Signalbox keeps on this computer?',
    detail:
      'Credentials, sessions, permissions and settings, copies of release repos, history, logs and saved workflows of all estates are deleted. The release repo and the clusters are not touched. Tokens stay valid until you revoke them where they were made.',
    buttons: ['Cancel', 'Sign out and restart'],
    defaultId: 0,
    cancelId: 0,
  };
  const { response } = window
    ? await dialog.showMessageBox(window, question)
    : await dialog.showMessageBox(question);
  if (response !== 1) return false;
  vault.clear();
  await session.defaultSession.clearStorageData();
  forgetAtNextStart(userData);
  relaunch();
  app.quit();
  return true;
}
