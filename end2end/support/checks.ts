import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';

/**
 * Live wasm, and nothing else, does this: the server renders the connection pill as "connecting", and only a hydrated
 * island whose WebSocket is open says "live". A page whose wasm is dead still follows links and posts forms, so every
 * journey asserts it.
 */
export async function expectLive(page: Page): Promise<void> {
  await expect(page.getByTestId('connection').first()).toHaveAttribute('data-state', 'live');
}

/** No violation of WCAG 2.2 A and AA, nor of axe's best practices. */
export async function expectAccessible(page: Page): Promise<void> {
  const result = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  const violations = result.violations.map(({ id, help, nodes }) => ({
    id,
    help,
    where: nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  }));
  expect(violations, `accessibility of ${page.url()}`).toEqual([]);
}

/** Nothing sticks out to the side. */
export async function expectFits(page: Page): Promise<void> {
  const excess = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(excess, `pixels that ${page.url()} is wider than its window`).toBeLessThanOrEqual(0);
}

/** Accessible in light and in dark: contrast differs. */
export async function expectAccessibleDayAndNight(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
  await page.emulateMedia({ colorScheme: null });
}

/** Marks the document, so that [`expectSameDocument`] knows it again. */
export async function markDocument(page: Page): Promise<void> {
  await page.evaluate(() => document.documentElement.setAttribute('data-marked', 'yes'));
}

/** Whatever has changed on the page since it was marked, no reload brought it. */
export async function expectSameDocument(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-marked', 'yes');
}

/** Walks with the Tab key until `target` has the focus, as a person without a mouse does. */
export async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  for (let steps = 0; steps < 120; steps += 1) {
    await page.keyboard.press(key);
    if (await target.evaluate((element) => element === document.activeElement)) {
      return;
    }
  }
  throw new Error(`${key} does not reach ${target}`);
}

/** A number as the pages show it: grouped by threes, with a minus sign of its own. */
export function numberIn(text: string): number {
  const found = /[−-]?[\d,]+(\.\d+)?/.exec(text);
  if (!found) {
    throw new Error(`no number in “${text}”`);
  }
  return Number(found[0].replaceAll(',', '').replace('−', '-'));
}
