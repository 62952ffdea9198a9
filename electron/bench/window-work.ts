import { readFile, rm } from 'node:fs/promises';
import type { RunningApp } from '../dev/running-app';

/**
 * What the window's main thread worked, in milliseconds of processor time: script, style, layout and paint of each
 * frame. Unlike the time between frames it does not grow with what else runs on the machine.
 */
export interface WindowWork {
  frames: number;
  p50: number;
  p95: number;
  longest: number;
  over50: number;
  /** Share of the time in which the thread worked, in per cent of one core. */
  busy: number;
}

/** An entry of Chromium's trace format. Times in microseconds; `tdur`: of the thread's own processor time. */
interface TraceEntry {
  ph: string;
  name: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

/** Records Chromium's own trace of a window while something goes on. */
export async function windowWork(
  { electron }: RunningApp,
  during: () => Promise<unknown>,
): Promise<WindowWork> {
  await electron.evaluate(({ contentTracing }) =>
    contentTracing.startRecording({ included_categories: ['toplevel', 'cc'], excluded_categories: ['*'] }),
  );
  await during();
  const file = await electron.evaluate(({ contentTracing }) => contentTracing.stopRecording());
  const { traceEvents } = JSON.parse(await readFile(file, 'utf8')) as { traceEvents: TraceEntry[] };
  await rm(file, { force: true });
  return workOf(traceEvents);
}

function workOf(entries: readonly TraceEntry[]): WindowWork {
  const main = entries.find(
    ({ ph, name, args }) => ph === 'M' && name === 'thread_name' && args?.name === 'CrRendererMain',
  );
  const own = entries
    .filter(({ ph, pid, tid }) => ph === 'X' && pid === main?.pid && tid === main.tid)
    .sort((a, b) => a.ts - b.ts);
  // A task that runs inside another counts once, with the outer one.
  const tasks: TraceEntry[] = [];
  let end = 0;
  for (const task of own) {
    if (task.name !== 'ThreadControllerImpl::RunTask' || task.ts < end) continue;
    tasks.push(task);
    end = task.ts + (task.dur ?? 0);
  }
  // A frame is what was done since the frame before.
  const frames: number[] = [];
  let since = 0;
  let next = 0;
  for (const { ts } of own.filter(({ name }) => name === 'ProxyMain::BeginMainFrame')) {
    for (; next < tasks.length && (tasks[next]?.ts ?? 0) <= ts; next += 1) since += tasks[next]?.tdur ?? 0;
    frames.push(since / 1000);
    since = 0;
  }
  frames.sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((frames[Math.min(frames.length - 1, Math.floor(frames.length * share))] ?? 0) * 10) / 10;
  const span = (own.at(-1)?.ts ?? 0) - (own[0]?.ts ?? 0);
  const worked = tasks.reduce((sum, { tdur = 0 }) => sum + tdur, 0);
  return {
    frames: frames.length,
    p50: at(0.5),
    p95: at(0.95),
    longest: at(1),
    over50: frames.filter((time) => time > 50).length,
    busy: Math.round((worked / span) * 100),
  };
}

/** It in a line of text. */
export const showWork = (name: string, one: WindowWork): string =>
  `  ${name.padEnd(10)} p50 ${one.p50} ms, p95 ${one.p95} ms, longest ${one.longest} ms, ${one.over50} of ${one.frames} over 50 ms, ${one.busy} % of a core`;
