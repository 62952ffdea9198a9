import { defineConfig } from '@playwright/test';
import { patience } from './electron/testing/patience';

/** End-to-end tests on the built app in a real Electron. `npm test` builds it and provides the display. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'e2e/results',
  // Tests wait for the practice estate more than they work; each worker has an app, an estate and a folder of its own.
  workers: 2,
  fullyParallel: false,
  // A second chance in CI alone, where two cores carry it all: it is told as flaky (docs/testing.md).
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  // Limits that end what hangs, not what a busy machine makes late; no other ones are needed.
  timeout: 6 * patience,
  expect: { timeout: patience },
  reporter: 'list',
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure' },
});
