import { EventWebhooks } from '../pages/event-webhooks.ts';
import { Settings } from '../pages/settings.ts';
import { expectAccessibleDayAndNight, expectLive } from '../support/checks.ts';
import { isSignedBy, Receiver } from '../support/receiver.ts';
import { expect, test } from '../support/test.ts';

test('create a webhook, receive a signed test event, and send it again', async ({ page, trader }) => {
  expect(trader.email).toBeTruthy();
  const receiver = await Receiver.start();
  const [settings, webhooks] = [new Settings(page), new EventWebhooks(page)];
  await settings.open();
  await page.getByTestId('event-webhooks').click();
  await expect(page).toHaveURL(/\/settings\/webhooks$/);
  await expect(page.getByText('No event webhooks yet.')).toBeVisible();
  await webhooks.create('Journal', receiver.url, 'trade', 'fill');
  await expect(webhooks.message).toContainText('Copy its secret now');
  const secret = await webhooks.secret.innerText();
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  await expectLive(page);
  await expectAccessibleDayAndNight(page);
  await page.reload();
  await expect(webhooks.once, 'the secret is shown once').toHaveCount(0);

  receiver.status = 500;
  await page.getByTestId('webhook-test').click();
  await expect(webhooks.message).toContainText('Test event queued');
  await expect.poll(() => receiver.received.length).toBeGreaterThan(0);
  receiver.status = 200;
  // The first retry follows within seconds.
  await expect.poll(() => receiver.received.length, { timeout: 30_000 }).toBeGreaterThan(1);
  const [first, second] = receiver.received;
  expect(first?.id).toBe(second?.id);
  expect(second && isSignedBy(second, secret)).toBe(true);
  await expect(async () => {
    await page.reload();
    await webhooks.openLog();
    await expect(webhooks.deliveries).toHaveAttribute('data-state', 'DELIVERED', { timeout: 1_000 });
  }).toPass();
  await expect(webhooks.deliveries).toContainText('webhook.test');
  await expect(webhooks.deliveries).toContainText('HTTP 200');
  await expectAccessibleDayAndNight(page);

  const before = receiver.received.length;
  await page.getByTestId('webhook-resend').click();
  await expect.poll(() => receiver.received.length).toBeGreaterThan(before);
  expect(receiver.received.at(-1)?.id).toBe(first?.id);

  await webhooks.confirm('webhook-rotate');
  await expect(webhooks.message).toContainText('has a new secret');
  expect(await webhooks.secret.innerText()).not.toBe(secret);
  await page.getByTestId('webhook-disable').click();
  await expect(webhooks.list).toHaveAttribute('data-active', 'false');
  await page.getByTestId('webhook-enable').click();
  await expect(webhooks.list).toHaveAttribute('data-active', 'true');
  await webhooks.confirm('webhook-remove');
  await expect(webhooks.message).toHaveText('Webhook Journal removed.');
  await expect(webhooks.list).toHaveCount(0);
  await receiver.stop();
});

test('a private address is refused beside its field', async ({ page, trader }) => {
  expect(trader.email).toBeTruthy();
  const webhooks = new EventWebhooks(page);
  await webhooks.open();
  await webhooks.create('Inside', 'https://169.254.169.254/latest');
  await webhooks.expectProblem(webhooks.url, /reachable from the internet/);
  await expect(page.getByText('Choose at least one kind of event.')).toBeVisible();
  await expect(webhooks.name).toHaveValue('Inside');
});
