import { Trade } from '../pages/trade.ts';
import { expectAccessibleDayAndNight, expectFits, expectLive, numberIn } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

test('a ticket is saved as a preset, used on both sides, and deleted', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await expect(trade.ticket.stopUnit, 'the desk is interactive').toBeEnabled();
  await trade.ticket.amount.fill('0.05');
  await trade.ticket.stopUnit.selectOption('percent');
  await trade.ticket.stop.fill('5');
  await page.getByTestId('save-preset').click();

  await expect(trade.presetForm).toBeVisible();
  await expect(trade.orders, 'nothing was ordered').toHaveCount(0);
  await expect(trade.presetForm.locator('[name="amount"]')).toHaveValue('0.05');
  await expect(trade.presetForm.locator('[name="stopPercent"]'), 'the unit is known').toHaveValue(/^(4\.99|5|5\.01)$/);
  await expectFits(page);
  await expectAccessibleDayAndNight(page);
  await page.getByTestId('preset-save').click();
  await expect(trade.presetForm, 'the browser asks for a name').toBeVisible();
  await trade.savePreset('Swing');
  await expect(trade.message).toHaveText('Preset Swing saved.');

  await page.getByTestId('preset-sell').click();
  await expect(trade.ticket.amount).toHaveValue('0.05');
  const stop = numberIn(await trade.ticket.stop.inputValue());
  expect(stop, 'above the price for a short').toBeGreaterThan(await trade.away(4));
  expect(stop).toBeLessThan(await trade.away(6));

  await page.getByTestId('preset-delete').click();
  await expect(trade.message).toHaveText('Preset deleted.');
  await expect(trade.presets).toHaveCount(0);
});

test('stop and take profits are entered as money and in R', async ({ page, key }) => {
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await expect(trade.ticket.stopUnit, 'the desk is interactive').toBeEnabled();
  await trade.ticket.amount.fill('0.05');
  await trade.ticket.stopUnit.selectOption('money');
  await trade.ticket.stop.fill('25');
  await trade.ticket.targetsUnit.selectOption('r');
  await trade.ticket.addTarget(2);
  const { entry, loss, gains } = await trade.ticket.preview();
  expect(numberIn(loss), 'the loss, and fees').toBeLessThan(-25);
  expect(numberIn(loss)).toBeGreaterThan(-25 - entry * 0.05 * 0.002);
  expect(gains[0], 'twice as far, less fees').toBeGreaterThan(50 - entry * 0.05 * 0.002);
});

test('a limit order can be post-only, and a market order reduce-only', async ({ page, key, watch }) => {
  watch.allow(/status of 422/);
  const trade = new Trade(page);
  await trade.open(key);
  await expectLive(page);
  await trade.buy('0.05');
  await trade.ticket.choose('SELL', 'MARKET');
  await page.getByTestId('reduce-only').check();
  await trade.ticket.amount.fill('0.02');
  await expect(trade.ticket.place).toHaveText('Close 0.02 of 0.05 long');
  await trade.ticket.place.click();
  await expect(trade.ticket.notice).toHaveText('Part of the position closed.');
  await expect(trade.size).toHaveText('0.03 BTC');
  await trade.close();
  await expect(trade.noPosition).toBeVisible();

  await trade.ticket.choose('BUY', 'LIMIT');
  await trade.ticket.option('timeInForce', 'GTX').click();
  await trade.ticket.price.fill(String(await trade.away(5)));
  await trade.ticket.amount.fill('0.02');
  await trade.ticket.withoutStop.check();
  await trade.ticket.place.click();
  await trade.expectProblem(trade.ticket.price, /^This post-only order would fill immediately\./);
  await expect(trade.noPosition).toBeVisible();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('a preset fills in the ticket', async ({ page, key }) => {
    const trade = new Trade(page);
    await trade.open(key);
    await trade.ticket.amount.fill('0.04');
    await trade.ticket.stop.fill(String(await trade.away(-5)));
    await page.getByTestId('save-preset').click();
    await trade.savePreset('Plain');
    await trade.open(key);
    await page.getByTestId('preset-buy').click();
    await expect(trade.ticket.amount).toHaveValue('0.04');
    await expect(trade.ticket.stop).not.toHaveValue('');
  });
});
