import { Dashboard } from '../pages/dashboard.ts';
import { Keys } from '../pages/keys.ts';
import { Trade } from '../pages/trade.ts';
import { expectAccessibleDayAndNight, expectFits, expectLive } from '../support/checks.ts';
import type { Desk } from '../support/desk.ts';
import type { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { Program } from '../support/v1.ts';

/** A key of an account in hedge mode, with a long and a short position of one market. */
async function openBoth(desk: Desk, trader: Person): Promise<string> {
  const program = await Program.signIn(desk.url, trader);
  const account = await program.openSandbox();
  await desk.hedge(account);
  const key = await program.connect('Hedged', account);
  await program.place(key, { type: 'MARKET', side: 'BUY', amount: '0.05' });
  await program.place(key, { type: 'MARKET', side: 'SELL', amount: '0.02' });
  return key;
}

for (const width of [1440, 390]) {
  test(`a long and a short position are beside each other, at ${width}`, async ({ page, trader, desk }) => {
    await page.setViewportSize({ width, height: 900 });
    const key = await openBoth(desk, trader);
    const [keys, trade, dashboard] = [new Keys(page), new Trade(page), new Dashboard(page)];
    await keys.open();
    await expect(keys.card('Hedged').hedged).toHaveText('Hedge mode');

    await trade.open(key);
    await expectLive(page);
    await expect(trade.positionOn('long').getByTestId('position-size')).toHaveText('0.05 BTC');
    await expect(trade.positionOn('short').getByTestId('position-size')).toHaveText('0.02 BTC');
    await expectFits(page);
    await expectAccessibleDayAndNight(page);
    await trade.closeOn('short');
    await expect(trade.positionOn('short')).toHaveCount(0);
    await expect(trade.positionOn('long')).toBeVisible();

    await dashboard.open();
    await expectLive(page);
    await expect(dashboard.rowOf('BTC/USDT', 'Long')).toHaveCount(1);
    await expect(dashboard.rowOf('BTC/USDT', 'Short')).toHaveCount(0);
  });
}

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the dashboard closes the position of the row', async ({ page, trader, desk }) => {
    await openBoth(desk, trader);
    const dashboard = new Dashboard(page);
    await dashboard.open();
    const row = dashboard.rowOf('BTC/USDT', 'Long');
    await row.getByTestId('position-close').click();
    await row.getByTestId('position-close-yes').click();
    await expect(dashboard.rowOf('BTC/USDT', 'Long')).toHaveCount(0);
    await expect(dashboard.rowOf('BTC/USDT', 'Short')).toHaveCount(1);
  });
});
