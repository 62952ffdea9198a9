import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { patience } from './electron/testing/patience.ts';

/** Long random walks and kills at every point: a tier of their own (docs/testing.md). */
const walks = '**/*.walk.test.ts';

export default defineConfig({
  test: {
    // Many tests start git, servers and processes of their own: two at a time is what two cores carry.
    maxWorkers: 2,
    // Only tests that do a hundred things have longer limits of their own.
    testTimeout: 4 * patience,
    hookTimeout: 2 * patience,
    // A second chance in CI alone, as for the tests in Electron: it is told as flaky (docs/testing.md).
    retry: process.env.CI ? 1 : 0,
    expect: { poll: { timeout: patience, interval: 20 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          // Pure rules keep no state: files share a process and what they import, which takes half the time.
          isolate: false,
          include: ['{shared,renderer}/**/*.test.ts'],
          exclude: [walks],
        },
      },
      {
        extends: true,
        plugins: [react()],
        test: {
          name: 'window',
          environment: 'jsdom',
          include: ['renderer/**/*.test.tsx'],
          setupFiles: ['renderer/testing/setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          globalSetup: ['electron/testing/global-setup.ts'],
          environment: 'node',
          include: ['electron/**/*.test.ts'],
          exclude: [walks],
        },
      },
      {
        extends: true,
        test: {
          name: 'walks',
          globalSetup: ['electron/testing/global-setup.ts'],
          environment: 'node',
          include: [walks],
        },
      },
    ],
  },
});
