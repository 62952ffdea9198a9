import type { InputOf, OutputOf, ProcedureName } from '../../shared/contract/contract';
import type { Result } from '../../shared/domain/failure/failure';

/** What a command may ask of Signalbox: procedures of the contract, as the window asks them, and no others. */
export const companionProcedures = [
  'session.get',
  'estates.get',
  'board.get',
  'preview.get',
  'bags.preview',
  'freezes.list',
  'freezes.preview',
  'operation.start',
  'operation.get',
  'operation.list',
  'history.status',
  'history.feed',
] as const satisfies readonly ProcedureName[];
export type CompanionProcedure = (typeof companionProcedures)[number];

/** Asks one procedure, wherever it is answered: in this process, or in the app that runs. */
export type Ask = <N extends CompanionProcedure>(name: N, input: InputOf<N>) => Promise<OutputOf<N>>;

/** Any procedure's answer, not yet known to fit: the border of the contract has checked it. */
export type RawAsk = (name: CompanionProcedure, input: unknown) => Promise<Result<unknown>>;
