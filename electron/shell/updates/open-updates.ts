import { app } from 'electron';
import { updateAbility } from '../../../shared/domain/update/build-facts';
import type { Log } from '../../log/log';
import { buildFacts, updateKey } from './build-facts';
import { openUpdateSource } from './update-source';
import { createUpdates, type Updates } from './updates';

/**
 * Newer versions of this build, as it came to this computer.
 * @param options.leave as {@link createUpdates}; `null`: this process is a command, which installs nothing.
 */
export function openUpdates(
  options: Omit<Parameters<typeof createUpdates>[0], 'current' | 'ability' | 'source' | 'leave'> & {
    leave: ((install: () => Promise<void>) => void) | null;
    log: Log;
  },
): Updates {
  const key = updateKey();
  return createUpdates({
    ...options,
    current: app.getVersion(),
    ability: options.leave
      ? updateAbility(buildFacts(key))
      : { canLook: false, cannot: 'Newer versions are installed from the window.' },
    source: () => openUpdateSource(key, options.log),
    leave: options.leave ?? (() => undefined),
  });
}
