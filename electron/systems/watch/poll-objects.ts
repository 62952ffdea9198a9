import { setTimeout as pause } from 'node:timers/promises';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import { backoff } from '../kubernetes/backoff';
import { KubeError } from '../kubernetes/failures';
import { isObject } from '../kubernetes/list-pages';
import type { Connection } from '../kubernetes/types';
import type { WatchReading } from './watch-objects';
import { keyOf, WatchState } from './watch-state';

/** First pause after a failure, and the longest, in milliseconds. */
const pauses = { backoffBase: 1_000, backoffLimit: 60_000 };

/**
 * Keeps a picture of what can be listed and not followed: lists again after `every` milliseconds, and tells what differs.
 * Resolves when the signal is aborted. Never rejects for what the other side does.
 */
export async function pollObjects<T>(
  source: {
    connection: Connection;
    list: (signal: AbortSignal) => Promise<readonly unknown[]>;
    every: number;
  },
  reading: WatchReading<T>,
): Promise<void> {
  const { connection, every } = source;
  const { signal, meter } = reading;
  const state = new WatchState<T>();
  let failures = 0;
  let heardAt: string | null = null;
  let brokeAt: string | null = null;
  let isFirst = true;
  if (!signal.aborted) reading.onState({ state: 'connecting', asOf: null }, false);
  while (!signal.aborted) {
    try {
      const items = await source.list(signal);
      if (signal.aborted) return;
      const listed = new Set<string>();
      for (const item of items) {
        if (!isObject(item)) continue;
        const key = keyOf(item);
        listed.add(WatchState.id(key));
        if (state.has(key)) continue;
        try {
          state.upsert({ ...key, value: reading.trim(item) });
        } catch (error) {
          reading.onSkipped?.({ key, error });
        }
      }
      state.retain(listed);
      const batch = state.take('list');
      failures = 0;
      brokeAt = null;
      heardAt = new Date().toISOString();
      if (meter) {
        meter.objects = state.size;
        if (batch) meter.lastEventAt = heardAt;
      }
      if (batch || isFirst) reading.onBatch(batch ?? { source: 'list', upserts: [], removed: [] });
      isFirst = false;
      reading.onState({ state: 'live', asOf: heardAt }, false);
    } catch (error) {
      if (signal.aborted) return;
      brokeAt ??= heardAt ?? new Date().toISOString();
      failures++;
      if (meter) meter.restarts++;
      const answered = error instanceof KubeError && error.failure.status !== null;
      reading.onState(
        { state: 'unreachable', asOf: heardAt, since: brokeAt, failure: failureOf(error) },
        answered,
      );
    }
    const woken = connection.woken?.();
    const wait = failures === 0 ? every : backoff(failures - 1, pauses);
    // Rejects when it ends or is woken: the loop asks for that.
    await pause(wait, undefined, { signal: woken ? AbortSignal.any([signal, woken]) : signal }).catch(
      () => {},
    );
  }
}
