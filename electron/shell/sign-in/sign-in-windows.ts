import { app, type BrowserWindow } from 'electron';
import type { Log } from '../../log/log';
import type { SignInWindows } from '../../session/accounts/ports';
import type { AllowedHosts } from './allowed-hosts';
import { openPartition } from './partitions';
import { openSignInWindow } from './sign-in-window';

/** How long a login may take: people fetch a second factor. Milliseconds. */
const usualPatience = 15 * 60_000;

/** Tests wait for less; a package takes no such wish from its environment. */
const patienceOf = (environment: NodeJS.ProcessEnv): number => {
  const wished = app.isPackaged ? Number.NaN : Number(environment.SIGNALBOX_SIGN_IN_PATIENCE_MS);
  return Number.isFinite(wished) && wished > 0 ? wished : usualPatience;
};

/**
 * The windows in which people sign in.
 * @param options.hasKeychain whether what they keep may outlive Signalbox
 */
export function signInWindows(options: {
  parent: () => BrowserWindow | null;
  allowed: AllowedHosts;
  hasKeychain: () => boolean;
  log: Log;
  environment?: NodeJS.ProcessEnv;
}): SignInWindows {
  const { allowed, log, environment = process.env } = options;
  // A checkout's Electron does not encrypt its cookies (the fuse `EnableCookieEncryption`).
  const keeps = (): boolean => app.isPackaged && options.hasKeychain();
  return {
    open: (request) =>
      openSignInWindow(request, {
        parent: options.parent(),
        allowed,
        keeps: keeps(),
        patience: patienceOf(environment),
        environment,
        log,
      }),
    async clear(place) {
      const partition = await openPartition(place, keeps(), environment);
      await partition.session.clearStorageData();
      await partition.session.clearCache();
      await partition.session.clearAuthCache();
      await partition.session.closeAllConnections();
    },
    allowedHosts: (place) => allowed.of(place),
    forgetHost: (place, host) => allowed.forget(place, host),
  };
}
