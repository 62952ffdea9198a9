import { powerMonitor, systemPreferences } from 'electron';
import type { Settings } from '../../shared/contract/session';

/** Seconds between two looks at how long nobody has touched the computer. */
const lookEvery = 15;

/**
 * Hides the window's content while nobody is at the computer, where that is switched on. It keeps passers-by from reading
 * and clicking. It does not protect from somebody who can use the same user account of this computer: operations go on,
 * and credentials stay in the keychain, which that account opens.
 */
export interface ScreenLock {
  isLocked(): boolean;
  /** Asks the person to show who they are, where the system can (Touch ID), and unlocks. */
  unlock(): Promise<boolean>;
  close(): void;
}

/**
 * @param change told when it locks and unlocks.
 * Source: Electron, `powerMonitor` (`lock-screen` comes on macOS and Windows, and not on every Linux) and
 * `systemPreferences.promptTouchID`.
 */
export function watchScreenLock(
  settings: () => Settings['desktop'],
  change: (isLocked: boolean) => void,
): ScreenLock {
  let locked = false;
  const lock = (): void => {
    if (locked) return;
    locked = true;
    change(true);
  };
  const onLockScreen = (): void => {
    if (settings().lockWithScreen) lock();
  };
  powerMonitor.on('lock-screen', onLockScreen);
  const timer = setInterval(() => {
    const { lockAfterMinutes } = settings();
    if (lockAfterMinutes !== null && powerMonitor.getSystemIdleTime() >= lockAfterMinutes * 60) lock();
  }, lookEvery * 1_000);
  return {
    isLocked: () => locked,
    async unlock() {
      if (process.platform === 'darwin' && systemPreferences.canPromptTouchID())
        try {
          await systemPreferences.promptTouchID('unlock Signalbox');
        } catch {
          // Cancelled, or somebody else's finger.
          return false;
        }
      locked = false;
      change(false);
      return true;
    },
    close() {
      powerMonitor.off('lock-screen', onLockScreen);
      clearInterval(timer);
    },
  };
}
