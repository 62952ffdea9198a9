import { setMaxListeners } from 'node:events';

/**
 * A controller for the life of something that much hangs on. Node warns of eleven listeners on one signal as of a leak; here
 * there are as many as there are environments, watches and requests at a time, and each takes its listener back.
 */
export function lifeController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
