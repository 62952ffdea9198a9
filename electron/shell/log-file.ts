import path from 'node:path';
// Not `electron-log/main`: that one takes log lines (and files to write them to) from any page, over a channel of its own.
import log from 'electron-log/node';
import { visibleText } from '../../shared/domain/text/visible-text';
import { redact } from './redact';

const words = (value: unknown): string =>
  value instanceof Error
    ? (value.stack ?? value.message)
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

/** Starts the log file under the user-data folder (rotated at 5 MB); everything that goes into it is redacted. */
export function startLog(userData: string): (level: 'info' | 'warn' | 'error', ...parts: unknown[]) => void {
  log.transports.file.resolvePathFn = () => path.join(userData, 'logs', 'main.log');
  log.transports.file.maxSize = 5 * 1024 * 1024;
  log.transports.console.level = 'warn';
  return (level, ...parts) => log[level](visibleText(redact(parts.map(words).join(' '))));
}
