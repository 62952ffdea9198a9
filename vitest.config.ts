import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { patience } from './electron/testing/patience.ts';

const rendererSetup = resolve(import.meta.dirname, 'renderer/testing/setup.ts');

export default defineConfig({
  test: {
    // Many tests start git, servers and processes of their own: two at a time is what two cores carry.
    maxWorkers: 2,
    // Only tests that do a hundred things have longer limits of their own.
    testTimeout: 4 * patience,
    hookTimeout: 2 * patience,
    expect: { poll: { timeout: patience, interval: 20 } },
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
