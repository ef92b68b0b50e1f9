import { Dashboard } from '../pages/dashboard.ts';
import { KeyDelete } from '../pages/key-delete.ts';
import { Keys } from '../pages/keys.ts';
import { Trade } from '../pages/trade.ts';
import { expectAccessibleDayAndNight, expectLive } from '../support/checks.ts';
import { openSandbox, signUp } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { Program } from '../support/v1.ts';

/** The name that a user's first paper account is given. */
const PAPER = 'Paper 1';

test('one click opens a paper account that is ready to trade', async ({ page, trader }) => {
  expect(trader.email).toBeTruthy();
  const [dashboard, trade, keys] = [new Dashboard(page), new Trade(page), new Keys(page)];
  await dashboard.open();
  await expectAccessibleDayAndNight(page);
  await dashboard.openSandbox.click();
  await expect(page).toHaveURL(/\/trade\?key=/);
  await expect(trade.message).toHaveText(`Exchange key ${PAPER} connected. You can trade now.`);
  await expect(trade.desk).toBeVisible();
  await expectLive(page);
  await keys.open();
  await expect(keys.list).toHaveCount(1);
  await expect(keys.list).toContainText(PAPER);
  await expect(keys.list).toContainText('Futures');
  await expect(keys.list).toContainText('Manual');
  await dashboard.open();
  await expect.poll(() => dashboard.totalUsd()).toBeCloseTo(10_000, 0);
});

test('connect an exchange key, rename it, disable and enable it', async ({ page, desk, trader }) => {
  const keys = new Keys(page);
  const credentials = await (await Program.signIn(desk.url, trader)).openSandbox();
  await keys.open();
  await keys.add.send('Mine', credentials);
  await expect(keys.message).toHaveText('Exchange key Mine connected. You can trade now.');
  const mine = keys.card('Mine');
  await expect(mine.apiKey).toHaveText(credentials.apiKey);
  expect(await page.content(), 'the secret is never shown again').not.toContain(credentials.apiSecretKey);
  await expectLive(page);

  await mine.unfold();
  await expectAccessibleDayAndNight(page);
  await mine.name.fill('x'.repeat(25));
  await mine.rename.click();
  await keys.expectProblem(mine.name, 'Use 24 characters or fewer.');
  await mine.name.fill('Renamed');
  await mine.rename.click();
  await expect(keys.message).toHaveText('Exchange key Renamed saved.');
  const renamed = keys.card('Renamed');
  await renamed.unfold();
  await renamed.switch.click();
  await expect(renamed.root).toContainText('Disabled');
  await expect(renamed.trade).toHaveCount(0);
  await renamed.unfold();
  await renamed.switch.click();
  await expect(renamed.root).toContainText('Active');
  await expectLive(page);
});

test('new credentials replace the old ones', async ({ page, desk, trader }) => {
  const keys = new Keys(page);
  const program = await Program.signIn(desk.url, trader);
  const [before, after] = [await program.openSandbox(), await program.openSandbox()];
  await program.connect('Mine', before);
  await keys.open();
  const mine = keys.card('Mine');
  await mine.unfold();
  await mine.newApiKey.fill(after.apiKey);
  await mine.newSecret.fill(before.apiSecretKey);
  await mine.renew.click();
  await expect(keys.message).toContainText('The exchange rejected this key.');
  await expect(mine.newApiKey, 'what was typed is kept').toHaveValue(after.apiKey);
  await mine.newSecret.fill(after.apiSecretKey);
  await mine.renew.click();
  await expect(keys.message).toHaveText('Exchange key Mine saved.');
  await expect(mine.apiKey).toHaveText(after.apiKey);
  await expectLive(page);
});

test('a wrong secret and a key that is already connected are rejected', async ({ page, desk, trader }) => {
  const keys = new Keys(page);
  const program = await Program.signIn(desk.url, trader);
  const credentials = await program.openSandbox();
  await keys.open();
  await keys.add.send('Mine', { ...credentials, apiSecretKey: 'wrong'.repeat(12) });
  await expect(keys.message).toContainText('rejected this key.');
  await expect(keys.message, 'it is visible where the page lands').toBeInViewport();
  await expect(keys.list).toHaveCount(0);
  await expect(keys.add.apiKey, 'what was typed is kept').toHaveValue(credentials.apiKey);
  await expect(keys.add.secret, 'the secret is not').toHaveValue('');
  await keys.add.send('Mine', credentials);
  await expect(keys.list).toHaveCount(1);
  await keys.add.send('Again', credentials);
  await expect(keys.message).toContainText('already connected');
  await expect(keys.list).toHaveCount(1);
  await expectLive(page);
});

test('a key that can withdraw is rejected', async ({ page, desk, trader }) => {
  expect(trader.email).toBeTruthy();
  const keys = new Keys(page);
  const credentials = await desk.withdrawableAccount();
  await keys.open();
  await keys.add.send('Dangerous', credentials);
  await keys.expectProblem(keys.add.apiKey, /This key can withdraw funds\./);
  await expect(keys.list).toHaveCount(0);
  await expectAccessibleDayAndNight(page);
  await expectLive(page);
});

test('a paper account is reset', async ({ page, key }) => {
  const [keys, trade] = [new Keys(page), new Trade(page)];
  await trade.open(key);
  await expectLive(page);
  await trade.ticket.stop.fill(String(await trade.away(-8)));
  await trade.buy('0.05');
  await expect(trade.orders).toHaveCount(1);
  await keys.open();
  const name = (await keys.list.getByRole('heading').innerText()).trim();
  await keys.card(name).reset();
  await expect(keys.message).toHaveText(`Account ${name} reset: its orders and positions are gone.`);
  await trade.open(key);
  await expect(trade.noPosition).toBeVisible();
  await expect(trade.noOrders).toBeVisible();
  await expectLive(page);
});

test('deleting a key lists what is open and leaves it open or closes it, as chosen', async ({ page, desk, trader }) => {
  const [keys, sure, trade] = [new Keys(page), new KeyDelete(page), new Trade(page)];
  const program = await Program.signIn(desk.url, trader);
  const credentials = await program.openSandbox();
  const key = await program.connect('Mine', credentials);
  await trade.open(key);
  const stop = await trade.away(-10);
  const order = { type: 'MARKET', side: 'BUY', amount: '0.05', stopTriggerPrice: stop, stopTriggerType: 'MARKET' };
  await program.place(key, order);

  await keys.open();
  await keys.card('Mine').unfold();
  await keys.card('Mine').delete.click();
  await expect(sure.heading).toContainText('Mine');
  await expect(sure.stillOpen).toBeVisible();
  await expect(sure.positions).toContainText('0.05');
  await expect(sure.orders).toHaveCount(1);
  await expect(sure.close).toBeVisible();
  await expectAccessibleDayAndNight(page);
  await sure.no.click();
  await expect(keys.list).toHaveCount(1);

  await keys.card('Mine').unfold();
  await keys.card('Mine').delete.click();
  await sure.yes.click();
  await expect(keys.message).toContainText('stay open');
  await expect(keys.list).toHaveCount(0);

  const again = await program.connect('Back', credentials);
  await trade.open(again);
  await expect(trade.size, 'the position is still there').toHaveText('0.05 BTC');
  await expect(trade.orders).toHaveCount(1);
  await expect(trade.protection).toContainText('Opened outside Slipstream');
  await expectLive(page);

  await keys.open();
  await keys.card('Back').unfold();
  await keys.card('Back').delete.click();
  await sure.close.click();
  await expect(keys.message).toHaveText('Orders cancelled, positions closed and exchange key Back deleted.');
  await expect(keys.list).toHaveCount(0);
});

test("another user's key is not found", async ({ page, key, watch, elsewhere, desk }) => {
  watch.allow(/status of 404/);
  await signUp(elsewhere, desk.url);
  const theirs = await openSandbox(elsewhere, desk.url);
  expect(theirs).not.toBe(key);
  for (const path of [`/trade?key=${theirs}`, `/history?key=${theirs}`, `/keys/delete?id=${theirs}`]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Page not found');
  }
  await expectAccessibleDayAndNight(page);
  await expectLive(page);
});
