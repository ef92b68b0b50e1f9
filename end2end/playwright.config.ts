import { defineConfig } from '@playwright/test';

// `cargo xtask test` sets $CHROMIUM; without it Playwright uses its own browser.
const executablePath = process.env['CHROMIUM'] || undefined;

export default defineConfig({
  testDir: 'journeys',
  outputDir: 'test-results',
  // Each worker has its own server with an empty database (support/test.ts), so files run in parallel.
  fullyParallel: false,
  workers: 2,
  // A failed journey is not repeated: one that passes only then is a fault.
  retries: 0,
  forbidOnly: !!process.env['CI'],
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    // Animations would make axe measure colours in the middle of a fade.
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
