import { type BrowserWindow, dialog, powerMonitor, powerSaveBlocker } from 'electron';
import { leavingText, watched } from '../../shared/domain/operation/leaving';
import type { Operation } from '../../shared/domain/operation/operation';
import { visibleText } from '../../shared/domain/text/visible-text';
import type { Engine } from '../engine/engine-types';
import { inBackground, type Log } from '../log/log';
import { lifeController } from '../systems/life';

/** Keeps the machine awake while operations run, and asks before the app is left in the middle of them. */
export interface OperationGuard {
  /**
   * Whether the app is to stay for now: then the person is asked, and `onConfirmed` is called if they want to leave all
   * the same. A system that shuts down is never held up.
   */
  holdsBack(onConfirmed: () => void): boolean;
  close(): void;
}

export function guardOperations(
  engine: Engine,
  window: () => BrowserWindow | null,
  log: Log,
): OperationGuard {
  let blocker: number | null = null;
  let asking = false;
  let confirmed = false;
  const closing = lifeController();
  const running = (): Operation[] => watched(engine.list({ open: true, limit: 200 }));
  const look = (): void => {
    const isBusy = running().length > 0;
    if (isBusy && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!isBusy && blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  };
  const stop = engine.onChange((changes) => {
    if (changes.some(({ topic }) => topic === 'operation')) look();
  });
  look();
  const letGo = (): void => {
    confirmed = true;
  };
  // Linux and macOS (Electron, `powerMonitor`); Windows tells the window, and waits for no dialog.
  powerMonitor.on('shutdown', letGo);
  const windowAtFirst = window();
  windowAtFirst?.once('session-end', letGo);

  async function ask(operations: readonly Operation[], onConfirmed: () => void): Promise<void> {
    asking = true;
    const { title, message, detail } = leavingText(operations);
    const options = {
      type: 'warning' as const,
      title,
      message: visibleText(message),
      detail,
      buttons: ['Don’t quit', 'Quit anyway'],
      defaultId: 0,
      cancelId: 0,
      // A question that is still open would hold the window where Signalbox ends all the same.
      signal: closing.signal,
    };
    try {
      const on = window();
      const { response } = on
        ? await dialog.showMessageBox(on, options)
        : await dialog.showMessageBox(options);
      if (response !== 1) return;
    } finally {
      // A window may go under its question: who quits then is asked again, and not held for good.
      asking = false;
    }
    confirmed = true;
    onConfirmed();
  }

  return {
    holdsBack: (onConfirmed) => {
      const operations = running();
      if (confirmed || operations.length === 0) return false;
      if (!asking) inBackground(log, 'app.quit-not-asked', ask(operations, onConfirmed));
      return true;
    },
    close: () => {
      stop();
      closing.abort();
      powerMonitor.off('shutdown', letGo);
      if (windowAtFirst && !windowAtFirst.isDestroyed()) windowAtFirst.off('session-end', letGo);
      if (blocker !== null) powerSaveBlocker.stop(blocker);
      blocker = null;
    },
  };
}
