import type { ChildProcess } from 'node:child_process';

/**
 * Commands run in a process group of their own (`detached: ownGroup`), so that what they started (a transport of git, the
 * browser helper of a login) can be ended with them. Windows has no such groups: there the command alone is ended.
 */
export const ownGroup = process.platform !== 'win32';

type Leader = Pick<ChildProcess, 'pid' | 'kill'>;

/** Sends a signal to a command and all of its group. */
function signalGroup(child: Leader, signal: NodeJS.Signals): void {
  try {
    if (ownGroup && child.pid !== undefined) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // It is gone already.
  }
}

/** Groups that end with us, and how; those that were asked to end already are ended by force. */
const running = new Map<Leader, NodeJS.Signals>();
const asked = new Set<Leader>();

function endRunning(): void {
  for (const [child, signal] of running) signalGroup(child, signal);
}
function keep(child: Leader, signal: NodeJS.Signals): void {
  if (running.size === 0) process.on('exit', endRunning);
  running.set(child, signal);
}
function drop(child: Leader): void {
  if (running.delete(child) && running.size === 0) process.off('exit', endRunning);
}

/** Asks a command to end, and ends all of its group by force after `patience` milliseconds, or when this process ends. */
export function endGroup(child: Leader, patience: number, onForced: () => void = () => undefined): void {
  asked.add(child);
  keep(child, 'SIGKILL');
  signalGroup(child, 'SIGTERM');
  setTimeout(() => {
    asked.delete(child);
    drop(child);
    signalGroup(child, 'SIGKILL');
    onForced();
  }, patience).unref();
}

/**
 * Ends a command when this process (or worker thread) ends: one with a group of its own outlives it otherwise, since
 * neither the terminal's nor Node's own clean-up reaches it.
 */
export function endWithUs(child: ChildProcess, signal: NodeJS.Signals): void {
  keep(child, signal);
  const gone = (): void => {
    if (!asked.has(child)) drop(child);
  };
  child.once('exit', gone);
  child.once('error', gone);
}
