import { constants, setPriority } from 'node:os';

/** Lets a process give way to everything else. A system that refuses keeps the usual priority. */
export function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It ended already, or the system does not allow it: slower for others, but not wrong.
  }
}
