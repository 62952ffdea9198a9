import { defineConfig } from 'vite';
import { bundledPackages } from './electron/dev/shipped/bundled-packages';
import project from './package.json' with { type: 'json' };

/**
 * Every file that a process or worker of its own starts from, by the name it has in dist/electron. All of them, and
 * all chunks they share, lie side by side in that one folder, so that code finds its neighbour by
 * `join(import.meta.dirname, 'practice.js')` whichever chunk it ended up in. From source (vitest, tsx) there is no
 * such file: there, start the .ts entry with `--import tsx`.
 */
const entries = {
  entry: 'electron/entry.ts',
  main: 'electron/main.ts',
  practice: 'electron/practice/main.ts',
  'history-worker': 'electron/history/worker.ts',
  'log-worker': 'electron/logs/worker.ts',
  'print-board': 'electron/ledger/print-board.ts',
};

/**
 * Of this package's 1,500 files we use a few dozen. They are bundled, with what they need of other packages and without
 * what nothing of ours leads to: loading that takes an eighth of the processor's time, and 54 MB need not be shipped
 * (it is none of package.json's `dependencies`, which are shipped as they are). Those stay outside, and so do their own.
 */
const bundled = '@kubernetes/client-node';
const outside = ['electron', ...Object.keys(project.dependencies)];

/** The main process and its helpers: ES modules for Node 20.18 and newer. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  plugins: [bundledPackages()],
  ssr: { noExternal: true, external: outside },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist/electron',
    emptyOutDir: true,
    minify: false,
    sourcemap: true,
    reportCompressedSize: false,
    rolldownOptions: {
      input: entries,
      treeshake: { moduleSideEffects: (id) => !id.includes(bundled) },
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});
