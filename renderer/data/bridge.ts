import type { Bridge } from '../../shared/contract/bridge';

declare global {
  interface Window {
    /** Put there by the preload before any script of the page runs. */
    readonly signalbox?: Bridge;
  }
}

/**
 * The named, typed way to the main process.
 * @throws when the preload did not run: the page is then opened outside the app, and nothing in it can work.
 */
export function bridge(): Bridge {
  if (!window.signalbox) throw new Error('The connection to Signalbox’s main process is missing.');
  return window.signalbox;
}
