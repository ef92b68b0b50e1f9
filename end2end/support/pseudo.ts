import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';

/** The value of the `lang` cookie that chooses the pseudo-locale. */
export const PSEUDO = 'en-XA';

/** Data within a text: what no language translates. */
const DATA = [
  // E-mail addresses, URLs, ids, API keys, IP addresses and networks.
  /[\w.+-]+@[\w-]+(\.[\w-]+)+/g,
  /https?:\/\/\S+/g,
  /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g,
  /\b[\w-]{20,}\b/g,
  /(?<![\w:])[0-9a-f]*(:[0-9a-f]*){2,}/g,
  // The mark after the name of a private signal source.
  /#[0-9A-F]{6}\b/g,
  // Pairs, currencies, the time zone, timeframes, months' and prices' figures.
  /\b[A-Z0-9]{2,10}\/[A-Z]{3,5}\b/g,
  /\b(USDT?|USDC|BTC|ETH|EUR|GBP|ZAR|AED|SAR|UTC)\b/g,
  /\b\d+[smhdwM]\b/g,
];

/** Names, which are the same in every language: ours, the exchange's, the plans' and the built-in strategies'. */
const NAMES =
  /Slipstream|Binance|currencycloud|Free|Basic|Advanced|Professional|Expert|EMA cross|Donchian breakout|RSI reversal|Supertrend/g;

/** Names that the journey gives, and the names of new paper accounts. */
const OWN = /Paper \d+( \(automated\))?|Pseudo [A-Z]\w*/g;

/** Parts of pages that are not in the page's language, each with the reason. */
const APART = [
  // The API document is in English.
  '[lang="en"]',
  // Commands, addresses, ids and documents, as machines read them.
  'code',
  'pre:not([data-testid="message-row"] pre)',
  'textarea',
  // Countries, currencies, languages and time zones have their own names; the page does not translate them yet.
  'select[name="country"]',
  'select[name="currency"]',
  'select[name="language"]',
  'select[name="timezone"]',
  '[data-testid="rule"] td:first-of-type',
  // The description of a strategy, which an admin wrote.
  '.strategy-head ~ .lead',
  // The user's own words to the bot.
  '[data-by="you"] .chat-text',
  // The facts of an e-mail: names, markets, amounts.
  'body > main > table td',
  // Scripts are no text.
  'script',
  'style',
];

/** The texts of the current page outside ⟦ and ⟧, without those of the parts in `apart`. */
async function outside(page: Page): Promise<string[]> {
  return page.evaluate((apart) => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let depth = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      let text = '';
      for (const letter of node.nodeValue ?? '') {
        if (letter === '⟦') {
          depth += 1;
        } else if (letter === '⟧') {
          depth -= 1;
        } else if (depth === 0) {
          text += letter;
        }
      }
      if (text.trim() && !node.parentElement?.closest(apart)) {
        found.push(text.trim());
      }
    }
    return depth === 0 ? found : [...found, `a text without its end: depth ${depth}`];
  }, APART.join(', '));
}

/** A text without its data: if two letters in a row remain, it is a text of the interface. */
function withoutData(text: string): string {
  return [...DATA, NAMES, OWN].reduce((rest, pattern) => rest.replace(pattern, ' '), text);
}

/** Expects that all texts of the open page come from the tables. */
export async function expectTranslated(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('lang', PSEUDO);
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  const strange = (await outside(page)).filter((text) => /\p{L}{2,}/u.test(withoutData(text)));
  expect.soft(strange, `texts of ${page.url()} that are in no table`).toEqual([]);
}

/** The patterns of all pages, from the list that the server's guard reads: `/keys/{id}`. */
export async function pagePatterns(): Promise<string[]> {
  const source = await readFile(new URL('../../app/src/routes.rs', import.meta.url), 'utf8');
  const list = /pub const PAGES[^;]*?= &\[(.*?)\];/s.exec(source)?.[1] ?? '';
  const patterns = [...list.matchAll(/\("([^"]+)", Role::\w+\)/g)].map((found) => found[1] ?? '');
  expect(patterns.length, 'pages in routes.rs').toBeGreaterThan(40);
  return patterns;
}

/** Whether a path is one of a pattern's. */
export function isOf(pattern: string, path: string): boolean {
  const expression = pattern.replace(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${expression}$`).test(path.replace(/[?#].*$/, ''));
}
