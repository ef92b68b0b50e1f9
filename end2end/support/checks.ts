import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';

/**
 * Expects that the page's wasm works: the server renders the connection pill as "connecting", and only a
 * hydrated island with an open WebSocket changes it to "live". A page without working wasm still follows
 * links and posts forms, so every journey asserts this.
 */
export async function expectLive(page: Page): Promise<void> {
  await expect(page.getByTestId('connection').first()).toHaveAttribute('data-state', 'live');
}

/** Expects no violation of WCAG 2.2 A and AA, nor of axe's best practices. */
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

/**
 * The pixels by which the page is wider than its window, the innermost element without which it fits, and elements outside
 * the window. Empty if the page fits.
 */
export async function excess(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    const pixels = root.scrollWidth - root.clientWidth;
    if (pixels <= 0) {
      return [];
    }
    const named = (element: Element) => {
      const { left, right } = element.getBoundingClientRect();
      const text = (element.textContent ?? '').trim().slice(0, 30);
      const name = `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`;
      return `${name} ${Math.round(left)}–${Math.round(right)} “${text}”`;
    };
    // Texts, generated content and the parts of a control are no elements, so their element is found by hiding it.
    const widens = (element: Element) => {
      if (!(element instanceof HTMLElement || element instanceof SVGElement)) {
        return false;
      }
      const { style } = element;
      const [display, priority] = [style.getPropertyValue('display'), style.getPropertyPriority('display')];
      style.setProperty('display', 'none', 'important');
      const fits = root.scrollWidth <= root.clientWidth;
      style.removeProperty('display');
      style.setProperty('display', display, priority);
      return fits;
    };
    let cause: Element = document.body;
    for (let inner: Element | undefined = cause; inner; inner = [...cause.children].find(widens)) {
      cause = inner;
    }
    const outside = [...document.querySelectorAll('body *')].filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      const placed = getComputedStyle(element).position === 'absolute';
      const scrolls = !placed && element.parentElement?.closest('.table-scroll, pre');
      return width > 0 && (left < 0 || right > root.clientWidth) && !scrolls;
    });
    return [`${pixels} pixels too wide`, `because of ${named(cause)}`, ...outside.slice(0, 6).map(named)];
  });
}

/** Checks that the page is no wider than its window. */
export async function expectFits(page: Page): Promise<void> {
  expect(await excess(page), `what makes ${page.url()} wider than its window`).toEqual([]);
}

/** Checks that two visible elements do not cover each other. */
export async function expectApart(one: Locator, other: Locator): Promise<void> {
  const [a, b] = [await one.boundingBox(), await other.boundingBox()];
  if (a === null || b === null) {
    throw new Error('an element is not visible');
  }
  const across = a.x < b.x + b.width && b.x < a.x + a.width;
  const along = a.y < b.y + b.height && b.y < a.y + a.height;
  expect(across && along, `${JSON.stringify(a)} and ${JSON.stringify(b)} cover each other`).toBe(false);
}

/** Expects the contrast of WCAG's level AAA in the light and the dark scheme: 7 to 1, or 4.5 to 1 for large texts. */
export async function expectContrast(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).withRules(['color-contrast-enhanced']).analyze();
    const where = violations.flatMap(({ nodes }) =>
      nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
    );
    expect(where, `contrast of ${page.url()}, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null });
}

/** Checks accessibility in the light and the dark scheme, because contrast differs. */
export async function expectAccessibleDayAndNight(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
  await page.emulateMedia({ colorScheme: null });
}

/** Checks a page that is longer than its window: in one that shows all of it, nothing is half below the sticky header. */
export async function expectWholeAccessibleDayAndNight(page: Page): Promise<void> {
  const size = page.viewportSize();
  if (!size) {
    throw new Error('the page has no fixed size');
  }
  await page.setViewportSize({ width: size.width, height: 2400 });
  await expectAccessibleDayAndNight(page);
  await page.setViewportSize(size);
}

/** Marks the document, so that [`expectSameDocument`] can recognise it. */
export async function markDocument(page: Page): Promise<void> {
  await page.evaluate(() => document.documentElement.setAttribute('data-marked', 'yes'));
}

/** Expects that the page has not been reloaded since it was marked. */
export async function expectSameDocument(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-marked', 'yes');
}

/** Presses the Tab key until `target` has the focus, as a keyboard user does. */
export async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  for (let steps = 0; steps < 120; steps += 1) {
    await page.keyboard.press(key);
    if (await target.evaluate((element) => element === document.activeElement)) {
      return;
    }
  }
  throw new Error(`${key} does not reach ${target}`);
}

/** Parses a number as the pages show it: grouped by thousands, with a typographic minus sign. */
export function numberIn(text: string): number {
  const found = /[−-]?[\d,]+(\.\d+)?/.exec(text);
  if (!found) {
    throw new Error(`no number in “${text}”`);
  }
  return Number(found[0].replaceAll(',', '').replace('−', '-'));
}
