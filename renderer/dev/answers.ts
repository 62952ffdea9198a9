import type { OutputOf, ParsedInputOf, ProcedureName } from '../../shared/contract/contract';

/** A fixture for every procedure of a family of the contract; an expected failure is thrown as a `FailureError`. */
export type Answers<Family> = {
  [N in Extract<keyof Family, ProcedureName>]: (input: ParsedInputOf<N>) => OutputOf<N>;
};
