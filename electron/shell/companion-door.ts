import type { ProcedureName } from '../../shared/contract/contract';
import { type Failure, FailureError } from '../../shared/domain/failure/failure';
import { listenForCompanion } from '../companion/socket';
import { dispatch, type Handlers } from '../ipc/dispatcher';
import { inBackground, type Log } from '../log/log';

/**
 * Lets the command line talk to this app instead of opening the estate a second time. What it asks goes through the same
 * border as what the window asks.
 * @param options.folder the user-data folder. @param options.isLocked nothing is answered meanwhile.
 */
export function openCompanionDoor(options: {
  folder: string;
  handlers: (name: ProcedureName) => Promise<Partial<Handlers>>;
  isLocked: () => boolean;
  log: Log;
}): { close: () => void } {
  const { folder, handlers, isLocked, log } = options;
  const unlocked = async (name: ProcedureName): Promise<Partial<Handlers>> => {
    if (isLocked()) throw new FailureError(locked);
    return handlers(name);
  };
  const listening = listenForCompanion(folder, (name, input) =>
    dispatch(
      () => unlocked(name),
      name,
      input,
      (procedure, error) => log('error', 'companion.failed', { procedure, error }),
    ),
  );
  // Without it a command says that another Signalbox has the estate.
  inBackground(log, 'companion.not-heard', listening);
  return {
    close: () => {
      inBackground(
        log,
        'companion.not-closed',
        listening.then((stop) => stop()),
      );
    },
  };
}

const locked: Failure = {
  code: 'refused',
  message: 'Signalbox is locked.',
  meaning: 'Nothing was done.',
  next: [{ do: 'advice', label: 'Unlock it in its window.' }],
};
