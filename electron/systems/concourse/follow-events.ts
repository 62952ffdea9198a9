import { setTimeout as pause } from 'node:timers/promises';
import {
  type BuildEvent,
  FrameTooLong,
  frameReader,
  readEvent,
} from '../../../shared/domain/concourse/event-stream';
import { backoff } from '../kubernetes/backoff';
import type { ConcourseClient } from './concourse-client';
import { ConcourseTrouble } from './concourse-trouble';

/** How the following of a build's events ended: at the build's end, or with what can't be waited out. */
export type EventsEnd = { ended: true } | { ended: false; error: unknown };

/** What is told meanwhile. */
export interface EventsTold {
  /** The events of one chunk, together. */
  onEvents(events: readonly BuildEvent[]): void;
  /** It broke, and is opened again after the last event that came. */
  onBroken(error: unknown): void;
}

const pace = { backoffBase: 500, backoffLimit: 15_000 };
/** What no waiting mends. */
const isFinal = (error: unknown): boolean =>
  error instanceof FrameTooLong ||
  (error instanceof ConcourseTrouble &&
    ['missing', 'forbidden', 'not-signed-in', 'ended', 'wrong-password', 'plain-http', 'odd'].includes(
      error.kind,
    ));

/**
 * Follows a build's events to its end. There are no heartbeats, and a build that is pending sends not even headers: silence
 * is no fault. Whoever knows that the build has ended, or that the server was away, sets `again` off, and it is opened once more
 * after the last event (`Last-Event-ID`).
 * @param again aborted when the stream should be opened once more; asked for each time
 * @returns when the build has ended, it can't be followed, or `signal` is aborted; never rejects
 */
export async function followEvents(
  client: Pick<ConcourseClient, 'events'>,
  build: number,
  told: EventsTold,
  signal: AbortSignal,
  again: () => AbortSignal | null = () => null,
): Promise<EventsEnd> {
  let last: string | null = null;
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    const woken = again();
    const opened = woken ? AbortSignal.any([signal, woken]) : signal;
    try {
      const answer = await client.events(build, last, opened);
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      const frames = frameReader();
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        const read = frames.push(part.value);
        const events: BuildEvent[] = [];
        let isOver = false;
        for (const { id, event, data } of read) {
          if (event === 'end') isOver = true;
          else if (event === 'event') {
            last = id ?? last;
            const one = readEvent(data);
            if (one) events.push(one);
          }
        }
        if (read.length > 0) attempt = 0;
        if (events.length > 0) told.onEvents(events);
        if (isOver) {
          // The server keeps the socket open.
          await reader?.cancel().catch(() => undefined);
          return { ended: true };
        }
      }
      throw new Error('the stream ended before the build did');
    } catch (error) {
      if (signal.aborted) break;
      if (isFinal(error)) return { ended: false, error };
      if (!woken?.aborted) told.onBroken(error);
    }
    if (!woken?.aborted)
      // Whatever is thrown here is the abort.
      await pause(backoff(attempt, pace), undefined, { signal: opened }).catch(() => undefined);
  }
  return { ended: false, error: signal.reason };
}
