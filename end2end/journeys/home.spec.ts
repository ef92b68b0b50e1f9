import { Dashboard } from '../pages/dashboard.ts';
import { History } from '../pages/history.ts';
import {
  expectAccessibleDayAndNight,
  expectFits,
  expectLive,
  expectSameDocument,
  markDocument,
  numberIn,
} from '../support/checks.ts';
import { alone, expect, test } from '../support/test.ts';
import { Program } from '../support/v1.ts';

/** Messages that a browser logs while the server is down. */
const GONE = /WebSocket|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET|Failed to fetch/;

/** A market order without a stop, which the price cannot end. */
const entry = (side: 'BUY' | 'SELL', amount: string) => ({ type: 'MARKET', side, amount });

for (const width of [1440, 390]) {
  test(`a position opened by an app reaches the dashboard, and its profit changes, at ${width}`, async ({
    page,
    key,
    trader,
    desk,
  }) => {
    await page.setViewportSize({ width, height: 900 });
    const dashboard = new Dashboard(page);
    await dashboard.open();
    await expectLive(page);
    await expect(dashboard.positions).toHaveCount(0);
    await markDocument(page);
    const program = await Program.signIn(desk.url, trader);
    await program.place(key, entry('BUY', '0.5'));
    await expect(dashboard.positions).toHaveCount(1);
    await expect(dashboard.positions).toContainText('0.5');
    const first = await dashboard.profits.innerText();
    await expect(dashboard.profits, 'the price moves each second').not.toHaveText(first);
    await expect(async () => {
      const [one, sum] = [await dashboard.profits.innerText(), await dashboard.unrealized.innerText()];
      expect(numberIn(sum)).toBe(numberIn(one));
    }).toPass();
    await expect(dashboard.outdated).toBeHidden();
    await expectSameDocument(page);
    await expectFits(page);
    await expectAccessibleDayAndNight(page);
  });
}

test('a row closes its position, which is then a closed trade with its result', async ({ page, key, trader, desk }) => {
  const [dashboard, history] = [new Dashboard(page), new History(page)];
  const program = await Program.signIn(desk.url, trader);
  await program.place(key, entry('BUY', '0.05'));
  await dashboard.open();
  await expectLive(page);
  await expect(dashboard.positions).toHaveCount(1);
  await dashboard.closePosition();
  await expect(page).toHaveURL(/\/dashboard(\?|$)/);
  await expect(dashboard.message).toBeVisible();
  await expect(dashboard.positions).toHaveCount(0);

  await history.openClosed();
  await expect(history.paperDates).toContainText('today');
  await expect(history.closed).toHaveCount(1);
  await expect(history.closed).toContainText('BTC/USDT');
  await expect(history.closed).toHaveAttribute('data-exit', 'MANUAL');
  await expect(history.closed).toHaveAttribute('data-source', 'MANUAL');
  const result = numberIn(await page.getByTestId('closed-result').innerText());
  expect(numberIn(await history.closedNet.innerText())).toBe(result);
  await history.sortClosed('fees');
  await expect(history.closed).toHaveCount(1);
  const [header, row, ...rest] = await history.download();
  expect(header).toMatch(/^opened,closed,duration seconds,key,source/);
  expect(row).toContain(',BTC/USDT,long,0.05,');
  expect(rest).toEqual([]);
  await expectAccessibleDayAndNight(page);
  await history.openClosed('&source=STRATEGY');
  await expect(history.closed).toHaveCount(0);
  await page.setViewportSize({ width: 390, height: 900 });
  await history.openClosed();
  await expect(history.closed).toHaveCount(1);
  await expectFits(page);
  await expectLive(page);
});

for (const width of [1440, 390]) {
  test(`each row has a question of its own, which no refresh closes, at ${width}`, async ({ page, key, trader, desk }) => {
    await page.setViewportSize({ width, height: 900 });
    const dashboard = new Dashboard(page);
    const { question } = dashboard;
    const program = await Program.signIn(desk.url, trader);
    await program.place(key, entry('BUY', '0.05'));
    await program.place(key, { ...entry('SELL', '0.5'), symbol: 'ETH/USDT' });
    await dashboard.open();
    await expectLive(page);
    await expect(dashboard.positions).toHaveCount(2);
    for (const [symbol, amount] of [['BTC/USDT', '0.05 BTC'], ['ETH/USDT', '0.5 ETH']] as const) {
      await dashboard.closeButton(symbol).click();
      await expect(question).toContainText(`Close ${amount} on `);
      await expectAccessibleDayAndNight(page);
      await expectFits(page);
      await page.keyboard.press('Escape');
      await expect(question).toBeHidden();
    }
    await dashboard.closeButton('BTC/USDT').click();
    await question.locator('p').click();
    const renewed = page.waitForResponse(/\/dashboard$/);
    await program.place(key, { ...entry('BUY', '0.2'), symbol: 'ETH/USDT' });
    await renewed;
    await question.getByTestId('position-close-yes').click();
    await expect(dashboard.message).toHaveText('Position closed.');
    await expect(dashboard.positions).toHaveCount(1);
  });
}

test('the profit is in the title of the tab if the user chose that', async ({ page, key, trader, desk }) => {
  const dashboard = new Dashboard(page);
  const program = await Program.signIn(desk.url, trader);
  await program.place(key, entry('BUY', '0.5'));
  await dashboard.open();
  await expectLive(page);
  await expect(page).toHaveTitle('Dashboard · Slipstream');
  await dashboard.inTitle.check();
  await expect(page).toHaveTitle(/^[+−]?[\d,]+\.\d\d · Dashboard · Slipstream$/);
  await dashboard.open();
  await expect(dashboard.inTitle, 'the browser keeps the setting').toBeChecked();
  await expect(page).toHaveTitle(/^[+−]?[\d,]+\.\d\d · Dashboard/);
  await dashboard.inTitle.uncheck();
  await expect(page).toHaveTitle('Dashboard · Slipstream');
});

test('a burst of changes reads the page one at a time', async ({ page, key, trader, desk }) => {
  const dashboard = new Dashboard(page);
  const program = await Program.signIn(desk.url, trader);
  await dashboard.open();
  await expectLive(page);
  let [running, most, open] = [0, 0, () => {}];
  const release = new Promise<void>((resolve) => {
    open = resolve;
  });
  await page.route('**/dashboard', async (route) => {
    running += 1;
    most = Math.max(most, running);
    const response = await route.fetch();
    await release;
    await route.fulfill({ response });
    running -= 1;
  });
  await program.place(key, entry('BUY', '0.5'));
  await expect.poll(() => running).toBe(1);
  const unread = async () => Number(await dashboard.unread.textContent());
  const before = await unread();
  await program.place(key, entry('SELL', '0.3'));
  await expect.poll(unread).toBeGreaterThan(before);
  open();
  await expect(dashboard.positions).toHaveCount(1);
  await expect(dashboard.positions).toContainText('0.3');
  expect(most, 'requests at the same time').toBe(1);
  // A request that is still in flight would fail after the end, in the next journey.
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a hidden page is refreshed once it is shown', async ({ page, key, trader, desk }) => {
  const dashboard = new Dashboard(page);
  const program = await Program.signIn(desk.url, trader);
  await dashboard.open();
  await expectLive(page);
  await page.evaluate(() => Object.defineProperty(document, 'hidden', { configurable: true, get: () => true }));
  let requests = 0;
  page.on('request', (request) => {
    requests += request.url().endsWith('/dashboard') ? 1 : 0;
  });
  await program.place(key, entry('BUY', '0.5'));
  await expect(dashboard.unrealized, 'the stream goes on').not.toHaveText('0.00');
  await expect(dashboard.positions).toHaveCount(0);
  expect(requests).toBe(0);
  await page.evaluate(() => Reflect.deleteProperty(document, 'hidden'));
  await expect(dashboard.positions).toHaveCount(1);
});

alone('figures that are not updated are dimmed', async ({ page, key, trader, desk, watch }) => {
  watch.allow(GONE);
  const dashboard = new Dashboard(page);
  const program = await Program.signIn(desk.url, trader);
  await program.place(key, entry('BUY', '0.05'));
  await dashboard.open();
  await expectLive(page);
  await expect(dashboard.outdated).toBeHidden();
  await desk.crash();
  await expect(dashboard.connection).toHaveAttribute('data-state', 'offline');
  await expect(dashboard.outdated).toBeVisible();
  await expect(dashboard.profits).toHaveCSS('opacity', '0.55');
});
