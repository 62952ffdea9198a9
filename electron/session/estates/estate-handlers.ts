import type { EstateChange, EstateEntry, Estates, estateProcedures } from '../../../shared/contract/estates';
import type { Reach } from '../../../shared/domain/estate/reach-of';
import { FailureError } from '../../../shared/domain/failure/failure';
import type { HandlersOf } from '../../ipc/dispatcher';
import { type EstateChoice, entryOf, keyOf } from './choice';
import type { KnownEstates } from './known-estates';
import type { Lifecycle, Openable } from './lifecycle';

/** What becomes of changes of the open estate's file. */
export interface EstateChanges {
  now(): EstateChange | null;
  /** Takes up what waits for the person. @throws FailureError `not-found`: nothing does, or something else than they were shown. */
  accept(shown: Reach): Promise<void>;
}

/** Handlers of which estate is open. */
export function estateHandlers(options: {
  lifecycle: Lifecycle<EstateChoice, Openable>;
  known: KnownEstates;
  changes: EstateChanges;
  /** Asks the person for an estate file; `null`: none was chosen. */
  chooseFile: () => Promise<string | null>;
}): Omit<HandlersOf<typeof estateProcedures>, 'estates.detect' | 'estates.adopt'> {
  const { lifecycle, known, changes } = options;
  const entry = (choice: EstateChoice): EstateEntry => entryOf(choice, known.find(keyOf(choice)));
  const get = (): Estates => {
    const state = lifecycle.now();
    return {
      phase: state.phase,
      estate: state.choice && entry(state.choice),
      failure: state.phase === 'closed' ? state.failure : null,
      recent: known
        .all()
        .filter(({ choice }) => choice.kind !== 'practice')
        .map((one) => entryOf(one.choice, one)),
      change: state.phase === 'open' ? changes.now() : null,
    };
  };
  /** The choice that a key stands for: one that main knows, whatever the window says. */
  function choiceOf(key: string): EstateChoice {
    if (key === 'practice') return { kind: 'practice' };
    const { choice } = lifecycle.now();
    if (choice && keyOf(choice) === key) return choice;
    const found = known.find(key);
    if (found) return found.choice;
    throw new FailureError({
      code: 'not-found',
      message: 'This estate is no longer in the list.',
      meaning: 'Nothing was opened.',
      next: [{ do: 'advice', label: 'Open its file, or connect to it again.' }],
    });
  }
  return {
    'estates.get': get,
    'estates.open': async ({ key, anyway }) => {
      await lifecycle.open(choiceOf(key), { anyway });
      return get();
    },
    'estates.open-file': async ({ anyway }) => {
      const path = await options.chooseFile();
      if (path !== null) await lifecycle.open({ kind: 'file', path }, { anyway });
      return get();
    },
    'estates.close': async ({ anyway }) => {
      await lifecycle.close({ anyway });
      known.closed();
      return get();
    },
    'estates.forget': ({ key }) => {
      known.forget(key);
      return get();
    },
    'estates.accept-change': async (shown) => {
      await changes.accept(shown);
      return get();
    },
  };
}
