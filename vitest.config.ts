import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const rendererSetup = resolve(import.meta.dirname, 'renderer/test-setup.ts');

export default defineConfig({
  test: {
    // Many tests start git, servers and processes of their own: two at a time is what two cores carry.
    maxWorkers: 2,
    // What is waited for comes at once on a free machine. On a busy one it comes late, and that is no failure: these
    // limits only end what hangs, and are the only ones (tests that do a hundred things have longer ones of their own).
    testTimeout: 240_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          globalSetup: ['electron/testing/global-setup.ts'],
          environment: 'node',
          include: ['electron/**/*.test.ts', 'shared/**/*.test.ts'],
        },
      },
      {
        extends: true,
        plugins: [react()],
        test: {
          name: 'jsdom',
          environment: 'jsdom',
          include: ['renderer/**/*.test.{ts,tsx}'],
          setupFiles: existsSync(rendererSetup) ? [rendererSetup] : [],
        },
      },
    ],
  },
});
