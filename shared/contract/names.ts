import { type ProcedureName, procedures, type StreamName, streams } from './contract';

export const procedureNames = Object.keys(procedures) as ProcedureName[];
export const streamNames = Object.keys(streams) as StreamName[];
