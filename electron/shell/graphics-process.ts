import { readFileSync } from 'node:fs';
import { app } from 'electron';

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A process that has just ended has no files.
    return '';
  }
}

const childrenOf = (pid: number): number[] =>
  read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);

/**
 * The pids of our graphics processes. Electron lists one only once it has spoken, which one that hangs in its driver never
 * does: on Linux those are found among our children and theirs (the zygote makes them; proc(5), `children`).
 */
export function graphicsProcesses(): number[] {
  const spoken = app.getAppMetrics().flatMap(({ pid, type }) => (type === 'GPU' ? [pid] : []));
  const children = childrenOf(process.pid);
  const silent = [...children, ...children.flatMap(childrenOf)].filter((pid) =>
    read(`/proc/${pid}/cmdline`).includes('--type=gpu-process'),
  );
  return [...new Set([...spoken, ...silent])];
}
