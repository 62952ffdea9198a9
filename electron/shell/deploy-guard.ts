import { type BrowserWindow, dialog, powerSaveBlocker } from 'electron';
import { shortTitleOf } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import { visibleText } from '../../shared/domain/text/visible-text';
import type { Engine } from '../engine/engine-types';
import { inBackground, type Log } from '../log/log';
import { uninterruptible } from '../session/estates/held-by';

/** Keeps the machine awake while a bag is deployed, and asks before the app is left in the middle of it. */
export interface DeployGuard {
  /**
   * Whether the app is to stay for now: then the person is asked, and `onConfirmed` is called if they want to leave all
   * the same.
   */
  holdsBack(onConfirmed: () => void): boolean;
  close(): void;
}

export function guardDeploys(engine: Engine, window: () => BrowserWindow | null, log: Log): DeployGuard {
  let blocker: number | null = null;
  let asking = false;
  let confirmed = false;
  const look = (): void => {
    const isBusy = uninterruptible(engine).length > 0;
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

  async function ask(running: readonly Operation[], onConfirmed: () => void): Promise<void> {
    asking = true;
    const options = {
      type: 'warning' as const,
      title: 'A bag is being deployed',
      message: visibleText(running.map(({ intent }) => shortTitleOf(intent)).join('\n')),
      detail:
        'The deploy continues without Signalbox and the environment stays locked. Signalbox continues from there when you start it again. Until then, nobody watches the deploy.',
      buttons: ['Don’t quit', 'Quit anyway'],
      defaultId: 0,
      cancelId: 0,
    };
    const on = window();
    const { response } = on ? await dialog.showMessageBox(on, options) : await dialog.showMessageBox(options);
    asking = false;
    if (response !== 1) return;
    confirmed = true;
    onConfirmed();
  }

  return {
    holdsBack: (onConfirmed) => {
      const running = uninterruptible(engine);
      if (confirmed || running.length === 0) return false;
      if (!asking) inBackground(log, 'app.quit-not-asked', ask(running, onConfirmed));
      return true;
    },
    close: () => {
      stop();
      if (blocker !== null) powerSaveBlocker.stop(blocker);
      blocker = null;
    },
  };
}
