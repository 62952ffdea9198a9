import type { IncomingMessage } from 'node:http';
import { LineSplitter } from '../kubernetes/lines';
import { broken, stall } from './watch-failures';

/** How a stream ended that did not fail: `over` may be opened again where it stopped, `expired` needs a new list. */
export type StreamEnd = 'over' | 'expired';

export interface LineReading {
  /** Bytes of a line. */
  limit: number;
  /** Milliseconds without a byte after which it is taken for half-open. A line not at its end may take a third of that. */
  stallAfter: number;
  /** @returns an end, where the line says one. */
  onLine: (line: Buffer) => StreamEnd | undefined;
  /** Something came. */
  onHeard: () => void;
  /** The lines of a chunk have been told. */
  onChunk: () => void;
  /** It fell silent, and is about to be ended for it. */
  onSilent: () => void;
  tooLarge: (bytes: number) => Error;
  network: (error: unknown) => Error;
}

/**
 * Reads a stream of lines to its end, and lets go of it. Half a line at the end is dropped: it comes again.
 * @throws what `onLine` throws, `tooLarge`, or `network` for a stream that broke or fell silent.
 */
export function readLines(response: IncomingMessage, reading: LineReading): Promise<StreamEnd> {
  const { limit, stallAfter } = reading;
  return new Promise((resolve, reject) => {
    if (response.destroyed) {
      reject(reading.network(broken()));
      return;
    }
    const lines = new LineSplitter(limit);
    const stalled = () => {
      reading.onSilent();
      response.destroy(stall());
    };
    const timer = setTimeout(stalled, stallAfter);
    /** Runs while an event is not at its end: bytes that never make one are no sign of life. */
    let lineTimer: NodeJS.Timeout | undefined;
    const settle = (action: () => void) => {
      clearTimeout(timer);
      clearTimeout(lineTimer);
      action();
      response.destroy();
    };
    response.on('data', (chunk: Buffer) => {
      timer.refresh();
      reading.onHeard();
      try {
        for (const line of lines.push(chunk)) {
          const end = line.length > 0 ? reading.onLine(line) : undefined;
          if (end !== undefined) {
            settle(() => resolve(end));
            return;
          }
        }
        if (lines.pending === 0 || chunk.includes(10)) {
          clearTimeout(lineTimer);
          lineTimer = undefined;
        }
        if (lines.pending > 0) lineTimer ??= setTimeout(stalled, stallAfter / 3);
        reading.onChunk();
      } catch (error) {
        const isLong = error instanceof RangeError && lines.pending > limit;
        settle(() => reject(isLong ? reading.tooLarge(limit) : error));
      }
    });
    response.once('end', () => settle(() => resolve('over')));
    response.once('error', (error) => settle(() => reject(reading.network(error))));
    response.once('close', () => settle(() => reject(reading.network(broken()))));
  });
}
