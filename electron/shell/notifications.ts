import { type BrowserWindow, Notification } from 'electron';
import { shortTitleOf } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import { visibleText } from '../../shared/domain/text/visible-text';
import { withLocalTimes } from './local-times';

/**
 * Tells the end of one's own operations while the window is not in front; a click opens the operation.
 * @returns the function to call with each operation that changed.
 */
export function notifyOfEnds(options: {
  window: () => BrowserWindow | null;
  enabled: () => boolean;
  open: (operationId: string) => void;
}): (operation: Operation) => void {
  const told = new Set<string>();
  return (operation) => {
    if (operation.state === 'running' || told.has(operation.id)) return;
    told.add(operation.id);
    // The one that took over tells how the version fares that is wanted by now.
    if (operation.state === 'superseded') return;
    const window = options.window();
    if (!options.enabled() || !Notification.isSupported() || window?.isFocused()) return;
    const ends = {
      succeeded: 'done',
      failed: 'failed',
      cancelled: 'cancelled',
      unknown: 'outcome unknown',
    } as const;
    const notification = new Notification({
      title: visibleText(`${shortTitleOf(operation.intent)}: ${ends[operation.state]}`),
      body: operation.failure
        ? visibleText(withLocalTimes(`${operation.failure.message} ${operation.failure.meaning}`))
        : '',
    });
    notification.on('click', () => options.open(operation.id));
    notification.show();
  };
}
