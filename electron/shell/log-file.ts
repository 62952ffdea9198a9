import path from 'node:path';
// Not `electron-log/main`: that one takes log lines (and files to write them to) from any page, over a channel of its own.
import log from 'electron-log/node';
import type { Fault } from '../../shared/domain/diagnostics/diagnostics';
import { countedLog } from '../log/counted-log';
import { entryText } from '../log/entry-text';
import type { Log } from '../log/log';
import { makeOwnFolder, makeWayForFile } from '../systems/own-folder';

/**
 * Starts the log file under the user-data folder (rotated at 5 MB); everything that goes into it is bounded and redacted.
 * @param onConsole whether warnings are told on the terminal, too.
 */
export function startLog(
  userData: string,
  onConsole = true,
): { log: Log; file: string; faults: () => Fault[] } {
  const file = path.join(userData, 'logs', 'main.log');
  try {
    makeOwnFolder(path.dirname(file));
    makeWayForFile(file);
  } catch {
    // Then there is no log, of which the library tells on the console; the app runs all the same.
  }
  log.transports.file.resolvePathFn = () => file;
  log.transports.file.maxSize = 5 * 1024 * 1024;
  log.transports.console.level = onConsole ? 'warn' : false;
  const counted = countedLog((level, event, data) => log[level](entryText(event, data)), Date.now);
  return { log: counted.log, file, faults: counted.counts };
}
