import { existsSync } from 'node:fs';
import { buildMain } from './build';
import { inProject } from './project';
import { runCommand, SetupError } from './say';
import { runToEnd } from './start';

/** The benchmarks by the name that they are called by. Each is a program of its own. */
const benchmarks: Record<string, string> = {
  bags: 'electron/bench/bags.ts',
  board: 'electron/bench/board.ts',
  history: 'electron/bench/history.ts',
  ledger: 'electron/bench/ledger.ts',
  logs: 'electron/bench/logs.ts',
  start: 'electron/bench/start.ts',
  watch: 'electron/bench/watch.ts',
};

/**
 * `npm run bench -- <name> [arguments]`: runs a benchmark in a process of its own. They print ratios measured in the same
 * run, since absolute times say something only of one machine.
 */
export async function run([name = '', ...args]: string[]): Promise<void> {
  await runCommand(async () => {
    const entry = benchmarks[name];
    const there = Object.entries(benchmarks).filter(([, path]) => existsSync(inProject(path)));
    if (!entry || !existsSync(inProject(entry))) {
      throw new SetupError(
        name ? `There is no benchmark called ${name}.` : 'Which benchmark?',
        there.length > 0
          ? `npm run bench -- <name>, with one of: ${there.map(([known]) => known).join(', ')}`
          : 'There are no benchmarks yet.',
      );
    }
    const tsx = import.meta.resolve('tsx');
    // What the app runs is measured: from source, tsx puts a call of a helper around every closure.
    if (name === 'watch') return runToEnd(process.execPath, ['--expose-gc', await buildWatch(), ...args]);
    const built = name === 'history' ? ['--worker', inProject('dist/electron/history-worker.js')] : [];
    if (built.length > 0) await buildMain();
    return runToEnd(process.execPath, ['--expose-gc', '--import', tsx, inProject(entry), ...args, ...built]);
  });
}

/** Builds the benchmark of the watches with the main process's own settings. @returns its file */
async function buildWatch(): Promise<string> {
  const [{ build }, { default: main }] = await Promise.all([
    import('vite'),
    import('../../vite.main.config'),
  ]);
  const outDir = 'dist/bench';
  const { rolldownOptions, ...settings } = main.build ?? {};
  await build({
    ...main,
    configFile: false,
    logLevel: 'warn',
    build: {
      ...settings,
      outDir,
      rolldownOptions: {
        ...rolldownOptions,
        input: {
          watch: 'electron/bench/watch.ts',
          'watch-clusters': 'electron/bench/watch-clusters.ts',
          'history-worker': 'electron/history/worker.ts',
          'log-worker': 'electron/logs/worker.ts',
        },
      },
    },
  });
  return inProject(outDir, 'watch.js');
}
