import { Landing } from '../pages/landing.ts';
import { Trade } from '../pages/trade.ts';
import { expectLive } from '../support/checks.ts';
import { expectStill, recordShifts, shiftsOf } from '../support/shift.ts';
import { expect, test } from '../support/test.ts';
import { Program } from '../support/v1.ts';

const PHONE = { width: 390, height: 844 };

test('the landing page stays in place on a phone while it becomes live', async ({ page }) => {
  await page.setViewportSize(PHONE);
  await recordShifts(page);
  const landing = new Landing(page);
  await landing.open();
  const first = await landing.price.innerText();
  await expectLive(page);
  await expect(landing.price, 'a new price').not.toHaveText(first);
  await expectStill(page);
});

test('the trade page and the dashboard stay in place on a phone while they become live', async ({ page, key }) => {
  await page.setViewportSize(PHONE);
  await recordShifts(page);
  const trade = new Trade(page);
  const dashboard = async (): Promise<void> => {
    await page.goto('/dashboard');
    await expectLive(page);
    await expect(page.getByTestId('pnl-title'), 'a setting that needs scripts').toBeVisible();
    await expectStill(page);
  };
  const empty = async (): Promise<void> => {
    await trade.open(key);
    const first = await trade.price.innerText();
    await expectLive(page);
    await expect(trade.ticket.form).toHaveAttribute('data-awake', '');
    await expect(trade.price, 'a new price').not.toHaveText(first);
    await expectStill(page);
  };
  await empty();
  await dashboard();
  // With an open position, its controls and its orders.
  await trade.open(key);
  await expectLive(page);
  await trade.ticket.reveal();
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.buy('0.05');
  await expect(trade.size).toHaveText('0.05 BTC');
  await empty();
  await expect(trade.manage).toBeVisible();
  await dashboard();
});

test('lists stay in place on a phone while they become live', async ({ page, key }) => {
  await page.setViewportSize(PHONE);
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await trade.ticket.reveal();
  await trade.buy('0.05');
  await trade.close();
  await expect(trade.noPosition).toBeVisible();
  await recordShifts(page);
  for (const path of ['/history?of=closed', '/follows', '/accounts', '/keys', `/trade?closed=1&key=${key}`]) {
    await page.goto(path);
    await expectLive(page);
    await expectStill(page);
  }
});

test('the focus stays while lists are refreshed', async ({ page, key, trader, desk }) => {
  const program = await Program.signIn(desk.url, trader);
  const frame = new Trade(page);
  for (const path of ['/dashboard', '/follows', '/accounts', '/history?of=closed']) {
    await page.goto(path);
    await expectLive(page);
    const control = page.locator('main').locator('a, button').first();
    await control.focus();
    await program.place(key, { type: 'MARKET', side: 'BUY', amount: '0.02' });
    await expect(frame.toasts.filter({ hasText: 'Buy 0.02 BTC/USDT filled at' })).toBeVisible();
    await expect(control, path).toBeFocused();
  }
});

test('a part that appears late is noticed', async ({ page }) => {
  await page.setViewportSize(PHONE);
  await recordShifts(page);
  await new Landing(page).open();
  await expectLive(page);
  await expectStill(page);
  await page.evaluate(() => {
    const late = document.createElement('p');
    late.style.blockSize = '300px';
    document.querySelector('main')?.prepend(late);
  });
  const { sum, moved } = await shiftsOf(page);
  expect(sum, moved).toBeGreaterThan(0.05);
});
