import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { LogSource } from '../../shared/contract/logs';
import { bridge } from './bridge';
import { LogBuffer } from './log-buffer';
import { onNextFrame } from './refresher';

/**
 * Follows one log for as long as it is shown. The buffer is the same object until the source changes; the hook
 * renders again at most once per frame.
 */
export function useLog(source: LogSource): LogBuffer {
  const { environment, namespace, pod, container, previous } = source;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new source is a new log
  const buffer = useMemo(() => new LogBuffer(), [environment, namespace, pod, container, previous]);

  useEffect(() => {
    let cancelFrame: (() => void) | null = null;
    const publish = () => {
      cancelFrame ??= onNextFrame(() => {
        cancelFrame = null;
        buffer.publish();
      });
    };
    const close = bridge().open.logs(
      { environment, namespace, pod, container, previous, role: null, tailLines: 10_000 },
      (message) => {
        buffer.take(message);
        publish();
      },
      (problem) => {
        buffer.end(problem);
        publish();
      },
    );
    return () => {
      cancelFrame?.();
      close();
    };
  }, [buffer, environment, namespace, pod, container, previous]);

  useSyncExternalStore(
    (listener) => buffer.subscribe(listener),
    () => buffer.version,
  );
  return buffer;
}
