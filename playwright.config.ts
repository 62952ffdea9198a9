import { defineConfig } from '@playwright/test';

/** End-to-end tests on the built app in a real Electron. `npm test` builds it and provides the display. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'e2e/results',
  // One window, one practice estate, two cores: side by side they would only slow each other down.
  workers: 2,
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure' },
});
