import { expect, type Page } from '@playwright/test';

/** The largest sum of layout shifts that a page may have, as in the issue and well below the 0.1 that Web Vitals call good. */
const LIMIT = 0.05;

/** An entry of the browser's list, which TypeScript does not know yet. */
interface Shift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null }[];
}

/** Records the layout shifts of every document that is opened from now on. */
export async function recordShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const found: { value: number; what: string[] }[] = [];
    const add = (entries: PerformanceEntryList): void => {
      for (const entry of entries as Shift[]) {
        // Shifts within half a second after a press are expected.
        if (!entry.hadRecentInput) {
          const what = entry.sources.map(({ node }) =>
            node instanceof Element ? node.outerHTML.slice(0, 90) : String(node?.textContent?.slice(0, 40)),
          );
          found.push({ value: entry.value, what });
        }
      }
    };
    const observer = new PerformanceObserver((list) => add(list.getEntries()));
    observer.observe({ type: 'layout-shift', buffered: true });
    Object.assign(window, {
      shifts: () => {
        add(observer.takeRecords());
        return found;
      },
    });
  });
}

/** The sum of the document's layout shifts, and what has moved. */
export async function shiftsOf(page: Page): Promise<{ sum: number; moved: string }> {
  const found = await page.evaluate(async () => {
    // Two frames: what has just changed is laid out, and reported.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const { shifts } = window as unknown as { shifts: () => { value: number; what: string[] }[] };
    return shifts();
  });
  const sum = found.reduce((total, { value }) => total + value, 0);
  return { sum, moved: found.map(({ value, what }) => `${value.toFixed(4)}: ${what.join(' | ')}`).join('\n') };
}

/** Expects that the document has hardly moved since it was opened. */
export async function expectStill(page: Page): Promise<void> {
  const { sum, moved } = await shiftsOf(page);
  expect(sum, `layout shifts of ${page.url()}:\n${moved}`).toBeLessThanOrEqual(LIMIT);
}
