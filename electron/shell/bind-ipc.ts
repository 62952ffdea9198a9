import { ipcMain, type WebFrameMain } from 'electron';
import { callChannel, openChannel } from '../../shared/contract/channels';
import type { ProcedureName } from '../../shared/contract/contract';
import { procedureNames, streamNames } from '../../shared/contract/names';
import { dispatch, type Handlers, runStream, type StreamHandlers } from '../ipc/dispatcher';
import { isOurs } from './app-scheme';

/** Only the main frame of a page of ours may speak: a subframe or a foreign page is turned away. */
function checkSender(frame: WebFrameMain | null, isLocked: boolean): void {
  if (!frame || frame.parent !== null || !isOurs(frame.url)) {
    throw new Error('This sender may not call Signalbox.');
  }
  if (isLocked) throw new Error('Signalbox is locked.');
}

/**
 * Binds every procedure and stream of the contract to its handler.
 * @param report is told of faults, with the name of the procedure or stream.
 * @param isLocked nothing is answered meanwhile.
 */
export function bindIpc(
  handlers: (name: ProcedureName) => Promise<Partial<Handlers>>,
  streamHandlers: () => Promise<Partial<StreamHandlers>>,
  report: (name: string, error: unknown) => void,
  isLocked: () => boolean,
): void {
  for (const name of procedureNames) {
    ipcMain.handle(callChannel(name), (event, payload: unknown) => {
      checkSender(event.senderFrame, isLocked());
      return dispatch(() => handlers(name), name, payload, report);
    });
  }
  for (const name of streamNames) {
    ipcMain.on(openChannel(name), (event, payload: unknown) => {
      const port = event.ports[0];
      if (!port) return;
      try {
        checkSender(event.senderFrame, isLocked());
      } catch {
        // A page that is not ours is not answered.
        port.close();
        return;
      }
      const closed = new AbortController();
      port.on('close', () => closed.abort());
      port.start();
      const send = (message: unknown): void => {
        if (!closed.signal.aborted) port.postMessage({ type: 'message', message });
      };
      // It rejects never.
      void runStream(streamHandlers, name, payload, send, closed.signal, report).then((problem) => {
        if (closed.signal.aborted) return;
        port.postMessage({ type: 'end', problem });
        port.close();
      });
    });
  }
}
