import { defineConfig } from 'vite';

/** A sandboxed preload can require nothing but `electron`: everything else is bundled, as one CommonJS file. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
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
