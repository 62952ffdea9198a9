import type { App } from 'electron';
import { isLink, linkScheme, placeOfLink } from '../../shared/domain/link/signalbox-link';

/**
 * Has the system hand us `signalbox://` links, and opens their places. On macOS they come as an event, elsewhere as an
 * argument: of this process, or of one that ends at once since this one runs.
 * Source: Electron, "Deep Links" and `app.setAsDefaultProtocolClient`.
 * @param argv what this process was started with.
 * @param open brings the window to the front at a place; called once the window is there.
 * @returns the place to begin with, `null` without a link; asked when the window is made.
 */
export function followLinks(
  app: App,
  argv: readonly string[],
  open: (place: string) => void,
): { takeFirst(): string | null } {
  // A checkout is none: it would take the links of an installed Signalbox.
  // What follows `--` is no option, whatever a link's quotes would make of it.
  if (app.isPackaged) app.setAsDefaultProtocolClient(linkScheme, process.execPath, ['--']);
  let first = linkIn(argv);
  let begun = false;
  const follow = (link: string | null): void => {
    if (link === null) return;
    if (begun) open(placeOfLink(link));
    else first = link;
  };
  app.on('open-url', (event, url) => {
    event.preventDefault();
    follow(url);
  });
  app.on('second-instance', (_event, others) => follow(linkIn(others)));
  return {
    takeFirst() {
      begun = true;
      return first === null ? null : placeOfLink(first);
    },
  };
}

/** Bytes of a command line that are surely handed over whole. */
const mostHandedOver = 16 * 1024;

/**
 * Whether a command line is too long to be handed to the Signalbox that runs: Chromium takes 32 KiB at most, working
 * folder and switches included, answers none that is longer, and then kills the running process as one that hangs
 * (chrome/browser/process_singleton_posix.cc: `kMaxMessageLength`, `kTimeoutInSeconds`). A page can make a link that long.
 */
export const isTooLongToHandOver = (argv: readonly string[]): boolean =>
  Buffer.byteLength(argv.join('\0')) > mostHandedOver;

const linkIn = (argv: readonly string[]): string | null => argv.findLast(isLink) ?? null;
