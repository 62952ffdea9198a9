import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { bundledPackages } from './electron/dev/shipped/bundled-packages';

const devPort = 5183;

/** The window's pages, served by the app under app://signalbox/ (electron/shell/app-scheme.ts). */
export default defineConfig({
  root: resolve(import.meta.dirname, 'renderer'),
  base: '/',
  publicDir: false,
  plugins: [react(), bundledPackages()],
  build: {
    // The Chromium of the fallback Electron; the shipped one is newer.
    target: 'chrome130',
    outDir: '../dist/renderer',
    emptyOutDir: true,
    sourcemap: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2_500,
    // The content-security policy allows no data: fonts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    port: devPort,
    strictPort: true,
    // The page's origin is app://signalbox, so the reload socket needs its address spelt out.
    cors: { origin: 'app://signalbox' },
    hmr: { protocol: 'ws', host: '127.0.0.1', clientPort: devPort },
  },
});
