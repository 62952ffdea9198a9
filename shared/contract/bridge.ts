import type { Result } from '../domain/failure/failure';
import type {
  InputOf,
  OutputOf,
  ProcedureName,
  StreamInputOf,
  StreamMessageOf,
  StreamName,
} from './contract';

/**
 * What the preload puts on `window.signalbox`: `call` and `open` exist per name as methods of their own
 * (`signalbox.call['board.get'](…)`), a closed list; nothing forwards an arbitrary channel.
 */
export interface Bridge {
  readonly call: { readonly [N in ProcedureName]: (input: InputOf<N>) => Promise<Result<OutputOf<N>>> };
  /**
   * Opens a stream; messages are batches as the contract says. Returns the close.
   * `onEnd` is called once when main ended it, with a text when that was a failure.
   */
  readonly open: {
    readonly [N in StreamName]: (
      input: StreamInputOf<N>,
      onMessage: (message: StreamMessageOf<N>) => void,
      onEnd: (problem: string | null) => void,
    ) => () => void;
  };
}
