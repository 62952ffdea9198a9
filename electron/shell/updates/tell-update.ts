import { type BrowserWindow, dialog, Notification } from 'electron';
import type { Settings } from '../../../shared/contract/session';
import { isQuiet, minuteOfDay } from '../../../shared/domain/attention/quiet-hours';
import { visibleText } from '../../../shared/domain/text/visible-text';
import type { Update } from '../../../shared/domain/update/update';
import { updateText } from '../../../shared/domain/update/update-text';

/** Tells, where notifications are wanted, of a newer version that was found by itself. A click opens where it is loaded. */
export function tellOfUpdate(version: string, { notifications, desktop }: Settings, open: () => void): void {
  if (!notifications || isQuiet(desktop.quietHours, minuteOfDay(new Date())) || !Notification.isSupported())
    return;
  const notification = new Notification({
    title: visibleText(`Signalbox ${version} is available`),
    body: 'Read what changed and install it in Settings.',
  });
  notification.on('click', open);
  notification.show();
}

/** Tells what came of looking for a newer version, while no estate is open. */
export async function tellUpdate(update: Update, window: BrowserWindow | null): Promise<void> {
  const options = { title: 'Updates', message: visibleText(updateText(update)), buttons: ['Close'] };
  await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options));
}
