import { defineConfig } from 'vite';
import { procedureNames, streamNames } from './shared/contract/names';

/**
 * A sandboxed preload can require nothing but `electron`: everything else is bundled, as one CommonJS file. Of the
 * contract only the names are put into it, as they are now: it stays a few hundred bytes, and its list cannot differ.
 * They are read once: `npm run dev` has to be started again for a new procedure.
 */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  define: { contractNames: JSON.stringify({ procedures: procedureNames, streams: streamNames }) },
  build: {
    target: 'chrome130',
    outDir: 'dist/electron',
    // The main process is built into the same folder first.
    emptyOutDir: false,
    minify: false,
    sourcemap: false,
    reportCompressedSize: false,
    lib: { entry: 'electron/preload.ts', formats: ['cjs'], fileName: () => 'preload.cjs' },
    rolldownOptions: { external: ['electron'] },
  },
});
