/**
 * Ends without a question where nobody is there to answer one: the system shuts down or logs out, or whoever started
 * Signalbox ends it (SIGTERM), or its terminal is gone (SIGHUP). Electron turns both into `app.quit`, as if somebody had
 * asked for it, by handlers of its own that take the place of those set before its message loop
 * (shell/browser/electron_browser_main_parts.cc, `PostCreateMainMessageLoop`): to be called once the app is ready, when
 * these take the place of Electron's. Ctrl+C stays Electron's: somebody is there, and is asked.
 */
export function endWhenTold(end: (signal: string) => void): void {
  // Windows has neither: it tells the window (`session-end`).
  if (process.platform === 'win32') return;
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(signal));
}
