import { companionWords } from './companion/command-line';

/**
 * One program, two uses: a window, or with a command as its first word (`signalbox status`) the terminal's companion.
 * Node's own start is no way in: it is switched off in what is shipped.
 */
const words = companionWords(ownArguments());
if (words === null) await import('./main');
else {
  const { runCompanion } = await import('./shell/companion-program');
  // Not awaited: Electron holds `ready` back until this module has loaded.
  runCompanion(words);
}

/** In a checkout the folder of the app stands before them, after Chromium's switches. */
function ownArguments(): string[] {
  const given = process.argv.slice(1);
  if (!process.defaultApp) return given;
  return given.slice(given.findIndex((word) => !word.startsWith('-')) + 1);
}
