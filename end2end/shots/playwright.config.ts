import { defineConfig } from '@playwright/test';
import journeys from '../playwright.config.ts';

/** Pictures for a person to look at: `SLIPSTREAM_BIN=… SHOTS=<folder> npx playwright test -c shots`. No part of the tests. */
export default defineConfig({ ...journeys, testDir: '.', workers: 1, timeout: 300_000 });
