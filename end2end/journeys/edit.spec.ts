import { Trade } from '../pages/trade.ts';
import { expectFits, expectLive, expectSameDocument, markDocument } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

const grouped = (price: number) => price.toLocaleString('en-GB');
const CHANGED = /^This trade was changed meanwhile/;

/** Opens the position that the journeys edit: 0.04 BTC, with a stop. */
async function buy(trade: Trade, key: string): Promise<void> {
  await trade.open(key);
  await trade.ticket.stop.fill(String(await trade.away(-9)));
  await trade.buy('0.04');
  await expect(trade.orders).toHaveCount(1);
}

test('a form keeps what is typed, and the focus, while another tab changes the trade', async ({
  page,
  key,
  context,
  watch,
}) => {
  watch.allow(/status of 422/);
  const [here, there] = [new Trade(page), new Trade(await context.newPage())];
  await buy(here, key);
  await expectLive(page);
  await markDocument(page);
  await there.open(key);
  await expectLive(there.page);

  const [typed, other] = [await here.away(-4), await here.away(-6)];
  await here.typeStop(typed);
  await there.moveStop(other);
  await expect(here.stop, 'the figures follow').toHaveText(grouped(other));
  await expect(here.newStop, 'what is typed stays').toHaveValue(String(typed));
  await expect(here.newStop, 'the focus stays').toBeFocused();
  await expect(here.currentStop).toHaveText(`Current value: ${grouped(other)}`);

  await here.newStop.press('Enter');
  await here.expectProblem(here.newStop, CHANGED);
  await expect(here.newStop, 'it is kept for a second try').toHaveValue(String(typed));
  await expect(here.stop, 'the stop stays').toHaveText(grouped(other));
  await here.newStop.press('Enter');
  await expect(here.stop).toHaveText(grouped(typed));
  await expect(here.currentStop, 'the field has the current value').toBeHidden();
  await expect(here.orders, 'never two for good').toHaveCount(1);

  await expect(there.stop).toHaveText(grouped(typed));
  const again = await here.away(-7);
  await there.moveStop(again);
  await expect(here.newStop, 'a form that is not edited follows').toHaveValue(String(again));
  await expectSameDocument(page);
});

test('rows of take profits keep what is typed while another tab sets others', async ({ page, key, context, watch }) => {
  watch.allow(/status of 422/);
  await page.setViewportSize({ width: 390, height: 900 });
  const [here, there] = [new Trade(page), new Trade(await context.newPage())];
  await here.open(key);
  await here.ticket.reveal();
  await here.ticket.stop.fill(String(await here.away(-9)));
  await here.buy('0.04');
  await expectLive(page);
  await there.open(key);
  await expectLive(there.page);

  const [typed, other] = [await here.away(7), await here.away(9)];
  await here.typeTarget(0, typed);
  await there.setTargets([{ price: other, share: 50 }]);
  await expect(here.currentTargets).toHaveText(`Current value: ${grouped(other)} (50%)`);
  await expect(here.newTarget(0)).toHaveValue(String(typed));
  await expect(here.newTarget(0)).toBeFocused();
  await here.setTargets([{ price: typed, share: 100 }]);
  await expect(page.getByTestId('share-problem')).toHaveText(CHANGED);
  await expectFits(page);
  await here.setTargets([{ price: typed, share: 100 }]);
  await expect(here.ordersOf('take_profit').or(here.ordersOf('take_profit_market'))).toContainText(grouped(typed));
  await expect(here.currentTargets).toBeHidden();
});

test('the focus stays on a button of the position that is rendered again', async ({ page, key, context }) => {
  const [here, there] = [new Trade(page), new Trade(await context.newPage())];
  await buy(here, key);
  await expectLive(page);
  await there.open(key);
  await expectLive(there.page);
  await here.closePosition.focus();
  await there.add('0.01');
  await expect(here.size).toHaveText('0.05 BTC');
  await expect(here.closePosition).toBeFocused();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('a form that was overtaken keeps what is typed, and shows what has changed', async ({ page, key, context }) => {
    const [here, there] = [new Trade(page), new Trade(await context.newPage())];
    await buy(here, key);
    await there.open(key);
    const [typed, other] = [await here.away(-4), await here.away(-6)];
    await there.moveStop(other);
    await expect(there.stop).toHaveText(grouped(other));
    await here.moveStop(typed);
    await here.expectProblem(here.newStop, CHANGED);
    await expect(here.newStop).toHaveValue(String(typed));
    await expect(here.currentStop).toHaveText(`Current value: ${grouped(other)}`);
    await here.moveStop(typed);
    await expect(here.stop).toHaveText(grouped(typed));
  });
});
