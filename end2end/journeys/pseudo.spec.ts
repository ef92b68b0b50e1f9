import type { Page } from '@playwright/test';
import { excess, numberIn } from '../support/checks.ts';
import { Desk } from '../support/desk.ts';
import { newPerson, openSandbox, type Person, post, signUp } from '../support/person.ts';
import { expectTranslated, isOf, pagePatterns, PSEUDO } from '../support/pseudo.ts';
import { expect, test as base } from '../support/test.ts';

// Every page in the pseudo-locale: English with accents, longer, and written right to left. A text that is
// written in code, or assembled from pieces, is not in brackets. Pages with longer texts fit their window. E-mails
// and chats are in the pseudo-locale, too, because the user has not chosen a language.
const test = base.extend({
  desk: async ({}, use) => {
    const desk = await Desk.start({ SLIPSTREAM_PSEUDO_LOCALE: '1' });
    await use(desk);
    await desk.stop();
  },
});
test.use({ javaScriptEnabled: false });

const STRANGERS = [
  '/',
  '/sign-up',
  '/sign-in',
  '/forgot',
  '/reset?token=none',
  '/not-me?token=none',
  '/docs',
  '/maintenance',
  '/plans',
  '/strategies',
  '/unsubscribe?token=none',
];
const TRADERS = [
  '/dashboard',
  '/keys',
  '/trade',
  '/history',
  '/history?of=trades',
  '/history?of=strategy',
  '/history?of=manual',
  '/history?of=closed',
  '/strategies',
  '/strategies/own',
  '/follows',
  '/follows/panic',
  '/copies',
  '/rules?preview=1&scope=PERSON&kind=DAY_LOSS&threshold=50&action=FLATTEN',
  '/notices',
  '/reports',
  '/reports/so-far',
  '/accounts',
  '/accounts/sub',
  '/plans',
  '/billing',
  '/support',
  '/settings',
  '/settings/activity',
  '/settings/profile',
  '/settings/api-clients',
  '/settings/webhooks',
  '/settings/notifications',
  '/telegram',
  '/confirm',
];
const ADMINS = [
  '/admin/strategies',
  '/admin/accounts',
  '/admin/maintenance',
  '/admin/people',
  '/admin/audit',
  '/admin/support',
  '/admin/outbox',
];

/** The widths that each page is checked at. */
const WIDTHS = [390, 1440];

/** The values that differ between runs. */
interface Ids {
  strategy: string;
  manual: string;
  automated: string;
}

test('every page in the pseudo-locale', async ({ page, context, desk, watch }) => {
  test.setTimeout(300_000);
  watch.allow(/status of 4/);
  await context.addCookies([{ name: 'lang', value: PSEUDO, url: desk.url }]);
  const seen: string[] = [];
  const visit = async (path: string) => {
    seen.push(path);
    await test.step(path, async () => {
      const answer = await page.goto(path);
      expect(answer?.status(), path).toBeLessThan(500);
      await expectTranslated(page);
      await expectRoom(page);
    });
  };
  const all = async (paths: string[]) => {
    for (const path of paths) {
      await visit(path);
    }
  };

  await all(STRANGERS);
  await visit('/nowhere');
  const strategy = await hrefId(page, '/strategies', 'a[href^="/strategies/"]');
  await visit(`/strategies/${strategy}`);
  await visit(`/strategies/${strategy}/execution`);
  await problems(page, desk);

  const person = await signUp(page, desk.url);
  await all(TRADERS);
  await visit(`/strategies/${strategy}/follow`);

  const ids = await trade(page, desk, strategy);
  await all(TRADERS);
  await all([
    `/trade?key=${ids.manual}`,
    `/trade?closed=1&key=${ids.manual}`,
    `/trade?key=${ids.automated}`,
    `/keys/${ids.manual}`,
    `/keys/delete?id=${ids.manual}`,
    `/strategies/${strategy}`,
    `/strategies/${strategy}/follow`,
    `/follows/panic?key=${ids.manual}`,
  ]);
  await page.goto('/follows');
  const stop = await page.getByTestId('follow-stop').first().getAttribute('href');
  await visit(stop ?? '/follows/stop');
  await page.goto('/follows');
  const follow = await page.getByTestId('follow-performance').first().getAttribute('href');
  await visit(follow ?? '/follows/none');
  await page.goto('/accounts');
  const movements = await page.locator('a[href^="/accounts/movements"]').first().getAttribute('href');
  await visit(movements ?? '/accounts/movements');
  await desk.command('admin', person.email);
  await copied(page, desk, strategy);
  await all(['/history?of=strategy', '/copies', '/follows', '/dashboard', `/strategies/${strategy}`]);
  await results(page, desk, ids, person);
  await all(['/history?of=strategy', '/history?of=closed', '/notices', '/reports/so-far']);
  await visit(await source(page, desk));

  await all(ADMINS);
  await visit(`/admin/strategies/${strategy}`);
  await visit(await signal(page, desk, strategy));
  await messages(page);
  const market = { symbol: 'BTC/USDT', frame: '1m' };
  await posted(page, desk, '/api/strategy-create', { ...market, name: 'Pseudo Strategy', definition: '{' });
  await expect(page.getByTestId('definition-problems')).toContainText('⟦');
  await posted(page, desk, '/api/maintenance-set', { on: 'true', message: '14:00 UTC' });
  await all(['/dashboard', '/maintenance', '/admin/maintenance']);

  const missed = (await pagePatterns()).filter((pattern) => !seen.some((path) => isOf(pattern, path)));
  expect(missed, 'pages that were not visited').toEqual([]);
});

/** Expects that the open page fits each width. */
async function expectRoom(page: Page): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    expect.soft(await excess(page), `what makes ${page.url()} wider than ${width} pixels`).toEqual([]);
  }
}

/** The id in the first link of a page that matches. */
async function hrefId(page: Page, path: string, links: string): Promise<string> {
  await page.goto(path);
  const href = await page.locator(links).first().getAttribute('href');
  const id = href?.split('/')[2];
  if (!id) {
    throw new Error(`${path} has no link ${links}`);
  }
  return id;
}

/** Posts a form and checks the page that it leads to. */
async function posted(page: Page, desk: Desk, path: string, form: Record<string, string>): Promise<void> {
  const to = await post(page, `${desk.url}${path}`, form);
  await test.step(`${path} leads to ${to}`, async () => {
    await page.goto(to);
    await expectTranslated(page);
  });
}

/** Forms that are sent with mistakes show problems. */
async function problems(page: Page, desk: Desk): Promise<void> {
  await posted(page, desk, '/api/sign-up', { email: 'nobody', password: 'short' });
  await posted(page, desk, '/api/sign-in', { ...newPerson() });
  await posted(page, desk, '/api/forgot', { email: newPerson().email });
}

/** Accounts, an order with a stop, a follow, a currency account, a sub-account, an API client and a request. */
async function trade(page: Page, desk: Desk, strategy: string): Promise<Ids> {
  const manual = await openSandbox(page, desk.url);
  const made = await post(page, `${desk.url}/api/key-sandbox`, { strategyType: 'AUTOMATED' });
  const automated = new URL(made, desk.url).searchParams.get('key') ?? '';
  await page.goto(`/strategies/${strategy}/follow`);
  const profile = await page.locator('[name="strategyRiskProfileId"]').first().getAttribute('value');
  await posted(page, desk, '/api/follow-create', {
    key: automated,
    strategyAutomatedId: strategy,
    strategyRiskProfileId: profile ?? '',
    maxLeverage: '9',
    dailyLossLimitUsd: '500',
  });
  const market = { key: manual, symbol: 'BTC/USDT' };
  const order = { ...market, side: 'BUY', type: 'MARKET', sizing: 'amount', amount: '0.05' };
  await posted(page, desk, '/api/order-place', order);
  await posted(page, desk, '/api/order-place', { ...order, withoutStop: 'yes' });
  await posted(page, desk, '/api/market-settings', { ...market, leverage: '7' });
  await posted(page, desk, '/api/account-open', { currency: 'USDT' });
  await posted(page, desk, '/api/sub-account-save', { account_name: 'Pseudo Limited', country: 'XX' });
  await posted(page, desk, '/api/client-create', { name: 'Pseudo Client', 'permissions[0]': 'BOTS_READ' });
  await posted(page, desk, '/api/support-ask', { subject: 'Pseudo Subject', message: 'Pseudo Message' });
  await posted(page, desk, '/api/telegram-say', { text: '/start' });
  return { strategy, manual, automated };
}

/** A signal of the strategy, and its copy. */
async function copied(page: Page, desk: Desk, strategy: string): Promise<void> {
  await page.goto('/');
  const price = numberIn(await page.getByTestId('live-price').first().innerText());
  const [stop, ...targets] = [0.9, 1.1, 1.2, 1.3].map((share) => String(Math.round(price * share)));
  const signal = { id: strategy, action: 'BUY', stop: stop ?? '', targets: targets.join(' ') };
  await post(page, `${desk.url}/api/signal-send`, signal);
  await expect(async () => {
    await page.goto('/history?of=strategy');
    await expect(page.getByTestId('past-row').first()).toBeVisible({ timeout: 500 });
  }).toPass();
}

/** A private signal source, with a test of each verdict. Returns its page. */
async function source(page: Page, desk: Desk): Promise<string> {
  await posted(page, desk, '/api/own-source-create', { name: '', symbol: 'nothing', stopPercent: '0' });
  const made = await post(page, `${desk.url}/api/own-source-create`, {
    name: 'Pseudo Alerts',
    symbol: 'BTC/USDT',
    stopPercent: '2',
  });
  const path = new URL(made, desk.url).pathname;
  const id = path.split('/').at(-1) ?? '';
  await posted(page, desk, '/api/own-source-test', { id, alert: 'BTC long' });
  await posted(page, desk, '/api/own-source-test', { id, alert: 'ETH long' });
  return path;
}

/** The pages after successful forms, and the end of a position. */
async function results(page: Page, desk: Desk, ids: Ids, person: Person): Promise<void> {
  await posted(page, desk, '/api/position-close', { key: ids.manual, symbol: 'BTC/USDT' });
  await posted(page, desk, '/api/profile-save', { firstName: 'Pseudo1', country: 'ZA' });
  await posted(page, desk, '/api/key-rename', { id: ids.manual, name: 'Pseudo Account' });
  await posted(page, desk, '/api/forgot', { email: person.email });
  await posted(page, desk, '/api/panic', { key: ids.automated });
  await page.goto('/history');
  await expectTranslated(page);
}

/** The e-mails of the outbox as their recipients see them. */
async function messages(page: Page): Promise<void> {
  await page.goto('/admin/outbox');
  const links = page.getByTestId('as-mailed');
  const previews = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  expect(previews.length, 'e-mails').toBeGreaterThan(0);
  for (const path of previews) {
    await test.step(path, async () => {
      await page.goto(path);
      await expectTranslated(page);
    });
  }
}

/** Sends a signal of a strategy; returns the path of its page. */
async function signal(page: Page, desk: Desk, strategy: string): Promise<string> {
  return post(page, `${desk.url}/api/signal-send`, { id: strategy, action: 'EXIT', confirmed: 'true' });
}
