import { Chat, Notifications } from '../pages/messages.ts';
import { Outbox } from '../pages/outbox.ts';
import { Trade } from '../pages/trade.ts';
import { expectAccessibleDayAndNight, expectLive } from '../support/checks.ts';
import { becomeAdmin } from '../support/admin.ts';
import { expect, test } from '../support/test.ts';

test('connect Telegram, place an order: a toast, a message and a mail', async ({
  page,
  key,
  trader,
  desk,
  elsewhere,
}) => {
  const [notifications, chat, trade] = [new Notifications(page), new Chat(page), new Trade(page)];
  await notifications.open();
  await expectLive(page);
  await expect(notifications.state).toHaveText('Not connected');
  await expect(notifications.box('emailNewOrder')).toBeChecked();
  await expect(notifications.box('telegramNewOrder')).toBeDisabled();
  await expectAccessibleDayAndNight(page);
  const code = await notifications.code.innerText();
  expect(code).toMatch(/^\/start [2-9a-z]{26}$/);

  await notifications.bot.click();
  await expect(page).toHaveURL(/\/telegram#say$/);
  await chat.say('/start 22222222222222222222222222', 'invalid or has expired');
  await chat.say(code, `Telegram is connected to ${trader.email}`);
  await chat.say('/positions', 'No open positions.');
  await expectAccessibleDayAndNight(page);
  await expectLive(page);

  await notifications.open();
  await expect(notifications.state).toHaveText('Connected');
  await expect(notifications.reached).toContainText('Only security alerts');
  await notifications.box('telegramNewOrder').check();
  await notifications.box('weeklyReport').uncheck();
  await notifications.save.click();
  await expect(notifications.message).toHaveText('Notifications saved.');
  await expect(notifications.box('telegramNewOrder')).toBeChecked();
  await expect(notifications.box('weeklyReport')).not.toBeChecked();

  await trade.open(key);
  await expectLive(page);
  await trade.buy('0.05');
  await expect(trade.toasts.filter({ hasText: /Buy 0\.05 BTC\/USDT filled at/ })).toBeVisible();
  await chat.hear(/New order: buy BTC\/USDT/);

  await becomeAdmin(elsewhere, desk);
  const outbox = new Outbox(elsewhere);
  await expect(async () => {
    await outbox.open();
    const mail = outbox.mails.filter({ hasText: trader.email }).filter({ hasText: 'New order: buy BTC/USDT' });
    await expect(mail).toHaveCount(1, { timeout: 100 });
    await expect(mail).toContainText('Amount: 0.05 BTC');
  }).toPass();
  await expectAccessibleDayAndNight(elsewhere);

  await notifications.open();
  await notifications.unlink();
  await expect(notifications.message).toHaveText('Telegram disconnected.');
  await expect(notifications.state).toHaveText('Not connected');
  await expectLive(page);
});
