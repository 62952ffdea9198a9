import { contextBridge, ipcRenderer } from 'electron';
import { callChannel, openChannel } from '../shared/contract/channels';
import type { ProcedureName, StreamName } from '../shared/contract/contract';

/** The names of the contract, put in when this file is built (vite.preload.config.ts): its schemas stay outside. */
declare const contractNames: { procedures: ProcedureName[]; streams: StreamName[] };

type Answer = { type: 'message'; message: unknown } | { type: 'end'; problem: string | null };

/** A closed list of methods, one per procedure and stream of the contract; no channel can be named from outside. */
const call = Object.fromEntries(
  contractNames.procedures.map((name) => [
    name,
    (input: unknown) => ipcRenderer.invoke(callChannel(name), input),
  ]),
);

const open = Object.fromEntries(
  contractNames.streams.map((name) => [
    name,
    (input: unknown, onMessage: (message: unknown) => void, onEnd: (problem: string | null) => void) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = (event: MessageEvent<Answer>) => {
        if (event.data.type === 'message') return onMessage(event.data.message);
        port1.close();
        onEnd(event.data.problem);
      };
      ipcRenderer.postMessage(openChannel(name), input, [port2]);
      return () => port1.close();
    },
  ]),
);

contextBridge.exposeInMainWorld('signalbox', { call, open });
