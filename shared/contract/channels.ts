import type { ProcedureName, StreamName } from './contract';

/** The IPC channel of a procedure. */
export const callChannel = (name: ProcedureName): string => `signalbox:call:${name}`;
/** The IPC channel on which a stream's MessagePort is handed over. */
export const openChannel = (name: StreamName): string => `signalbox:open:${name}`;
