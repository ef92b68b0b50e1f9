import { defineConfig } from '@playwright/test';

// A browser is named by `cargo xtask test` ($CHROMIUM); without it Playwright takes its own.
const executablePath = process.env['CHROMIUM'] || undefined;

export default defineConfig({
  testDir: 'journeys',
  outputDir: 'test-results',
  // Each worker has a server of its own with an empty database (support/test.ts), so files run side by side.
  fullyParallel: false,
  workers: 2,
  // On a loaded machine a browser sometimes stalls: a failed journey is repeated once, and the run says which one and how
  // many (xtask's table). Whoever works on a journey sees its first failure.
  retries: process.env['CI'] ? 1 : 0,
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
    // Moving parts would make axe measure colours in mid-fade.
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
