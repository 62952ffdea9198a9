import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { execa } from 'execa';

/** Milliseconds since the epoch, finer than a millisecond. */
export const now = (): number => performance.timeOrigin + performance.now();

/** When the change was made whose mark this is, as {@link now} has it; 0: it is no mark. */
export const stampIn = (text: string | null | undefined): number =>
  text?.startsWith('at ') ? Number(text.slice(3)) : 0;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The clusters of a benchmark, in a process of their own (`watch-clusters.ts`). */
export interface Fleet {
  kubeconfig: string;
  environments: string[];
  apps: string[];
  podsPerApp: number;
  /** Lets the clusters change faster for a while, until what this process does most is compiled. */
  warmUp(): Promise<void>;
  /** Lets the clusters change for so many seconds, and measures this process meanwhile. */
  measured(seconds: number, latencies: number[]): Promise<Phase>;
  close(): Promise<void>;
}

export interface Phase {
  /** Milliseconds from a change to what is measured, of each change that was seen. */
  latencies: number[];
  changes: number;
  /** Milliseconds of CPU of this process. */
  cpu: number;
  seconds: number;
  /** Of the event loop, in milliseconds. */
  delay: { p50: number; p99: number; max: number };
}

/** As many changes as a console sees in minutes: V8 compiles what ran often, and a console is open all day. */
const warmUpSeconds = 20;
const warmUpRate = 500;

/** Starts clusters with so many apps and pods, which change `rate` times a second while they are measured. */
export async function startFleet(
  folder: string,
  { apps, pods, rate, environments = 4 }: { apps: number; pods: number; rate: number; environments?: number },
): Promise<Fleet> {
  const isSource = import.meta.filename.endsWith('.ts');
  const program = join(import.meta.dirname, isSource ? 'watch-clusters.ts' : 'watch-clusters.js');
  const loader = isSource ? ['--import', 'tsx'] : [];
  const servers = execa(
    process.execPath,
    [...loader, program, folder, `${apps}`, `${pods}`, `${environments}`],
    {
      stdin: 'pipe',
      stderr: 'inherit',
      buffer: false,
      reject: false,
    },
  );
  const lines = createInterface({ input: servers.stdout })[Symbol.asyncIterator]();
  const nextLine = async <T>(): Promise<T> => JSON.parse((await lines.next()).value as string) as T;
  const there = await nextLine<Pick<Fleet, 'kubeconfig' | 'environments' | 'apps' | 'podsPerApp'>>();
  let changed = 0;
  /** @returns how many changes there were. */
  const change = async (seconds: number, perSecond: number): Promise<number> => {
    servers.stdin.write(`start ${perSecond}\n`);
    await pause(seconds * 1000);
    servers.stdin.write('stop\n');
    const { changes } = await nextLine<{ changes: number }>();
    const before = changed;
    changed = changes;
    return changes - before;
  };
  return {
    ...there,
    async warmUp() {
      await change(warmUpSeconds, warmUpRate);
      // What is under way yet.
      await pause(2_000);
    },
    async measured(seconds, latencies) {
      const loop = monitorEventLoopDelay({ resolution: 1 });
      const before = process.cpuUsage();
      loop.enable();
      const changes = await change(seconds, rate);
      const cpu = process.cpuUsage(before);
      loop.disable();
      // What is under way yet.
      await pause(500);
      const ms = (nanoseconds: number): number => nanoseconds / 1e6;
      const phase: Phase = {
        latencies,
        changes,
        cpu: (cpu.user + cpu.system) / 1000,
        seconds,
        delay: { p50: ms(loop.percentile(50)), p99: ms(loop.percentile(99)), max: ms(loop.max) },
      };
      return phase;
    },
    async close() {
      servers.stdin.end();
      await servers;
    },
  };
}
