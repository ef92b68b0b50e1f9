import { Trade } from '../pages/trade.ts';
import { expectFits, expectLive, expectSameDocument, markDocument } from '../support/checks.ts';
import type { Desk } from '../support/desk.ts';
import type { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { Program } from '../support/v1.ts';

const grouped = (price: number) => price.toLocaleString('en-GB');

/** Connects a new paper account as a spot key. */
async function spotKey(desk: Desk, trader: Person): Promise<string> {
  const program = await Program.signIn(desk.url, trader);
  return program.connect('Coins', await program.openSandbox(), 'MANUAL', 'SPOT');
}

for (const width of [1440, 390]) {
  test(`at ${width} pixels: coins are bought with a stop and a take profit, and sold`, async ({
    page,
    desk,
    trader,
    watch,
  }) => {
    watch.allow(/status of 422/);
    await page.setViewportSize({ width, height: 900 });
    const trade = new Trade(page);
    await trade.open(await spotKey(desk, trader));
    await expectLive(page);
    await markDocument(page);
    await expect(trade.leverage, 'nothing is borrowed').toBeHidden();
    if (width === 390) {
      await trade.ticket.reveal();
    }
    await expect(trade.ticket.option('side', 'SELL'), 'coins that are not there cannot be sold').toBeHidden();
    await trade.ticket.share(25).click();
    await expect(trade.ticket.amount).toHaveValue(/^\d+\.\d+$/);
    const [stop, target] = [await trade.away(-9), await trade.away(9)];
    await trade.ticket.amount.fill('0.02');
    await trade.ticket.stop.fill(String(stop));
    await trade.ticket.addTarget(target);
    await trade.ticket.place.click();
    await expect(trade.size, 'what was bought less the commission').toHaveText('0.01998 BTC');
    await expect(trade.stop).toHaveText(grouped(stop));
    await expect(trade.orders, 'a pair').toHaveCount(2);

    const moved = await trade.away(-5);
    await trade.moveStop(moved);
    await expect(trade.stop).toHaveText(grouped(moved));
    await expect(trade.orders).toHaveCount(2);
    await expectFits(page);
    await trade.closeAmount('0.01');
    await expect(trade.size).toHaveText('0.00998 BTC');
    await trade.close();
    await expect(trade.noPosition).toBeVisible();
    await expect(trade.noOrders).toBeVisible();
    await expectSameDocument(page);
  });
}

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('coins are bought, their stop is moved, and they are sold', async ({ page, desk, trader }) => {
    const trade = new Trade(page);
    await trade.open(await spotKey(desk, trader));
    await trade.ticket.amount.fill('0.02');
    await trade.ticket.stop.fill(String(await trade.away(-9)));
    await trade.ticket.place.click();
    await expect(trade.message).toHaveText('Order placed.');
    await expect(trade.size).toHaveText('0.01998 BTC');
    await expect(trade.orders).toHaveCount(1);
    const moved = await trade.away(-5);
    await trade.moveStop(moved);
    await expect(trade.stop).toHaveText(grouped(moved));
    await trade.close();
    await expect(trade.message).toHaveText('Position closed.');
    await expect(trade.noPosition).toBeVisible();
  });
});
