import { execa } from 'execa';
import type { Intent } from '../../../shared/domain/operation/intent';
import { programArguments } from '../../testing/programs';
import type { EstateAccess } from './rig';

/**
 * Runs a console without a window that begins one operation and is killed (SIGKILL) at a record of its journal.
 * @param at `before` or `after`, a colon, and the record's name; see crash-child.ts.
 * @returns how the process ended, after `at`: "… SIGKILL" where it came as far as that.
 */
export async function killedConsole(
  order: { access: EstateAccess; folder: string; watch: readonly string[]; intent: Intent },
  at: string,
): Promise<string> {
  const run = await execa(process.execPath, [...programArguments('crash-child'), JSON.stringify(order)], {
    env: { SIGNALBOX_CRASH_AT: at },
    reject: false,
    timeout: 120_000,
  });
  return `${at} ${run.signal ?? `exit ${run.exitCode}: ${run.stderr}`}`;
}
