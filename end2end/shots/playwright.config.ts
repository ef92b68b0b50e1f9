import { defineConfig } from '@playwright/test';
import journeys from '../playwright.config.ts';

/**
 * Screenshots for manual review: `SLIPSTREAM_BIN=… SHOTS=<folder> npx playwright test -c shots`. Not part of
 * the tests.
 */
export default defineConfig({ ...journeys, testDir: '.', workers: 1, timeout: 300_000 });
