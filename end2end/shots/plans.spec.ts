import { Billing, Checkout, Plans } from '../pages/billing.ts';
import { Maintenance } from '../pages/maintenance.ts';
import { Profile } from '../pages/profile.ts';
import { Support } from '../pages/support.ts';
import { expectLive } from '../support/checks.ts';
import { openSandbox, signUp } from '../support/person.ts';
import { alone, expect } from '../support/test.ts';
import { shoot } from './shoot.ts';

alone('plans, and what they cost', async ({ page, desk, watch }) => {
  watch.allow(/status of 4/);
  const [plans, checkout, billing] = [new Plans(page), new Checkout(page), new Billing(page)];
  await plans.open();
  await shoot(page, 'plans-stranger');
  await signUp(page, desk.url);
  await billing.open();
  await shoot(page, 'billing-free');
  await plans.open();
  await shoot(page, 'plans');
  await plans.choose('Basic');
  await checkout.arrived();
  await shoot(page, 'checkout');
  await checkout.pay('declined');
  await shoot(page, 'checkout-declined');
  await checkout.pay('pays_once');
  await expect(billing.progress).toHaveAttribute('data-state', 'done');
  await expectLive(page);
  await shoot(page, 'billing-done');
  await plans.open();
  await plans.card('Advanced').getByTestId('change').click();
  await shoot(page, 'plans-change');
  await billing.open();
  await billing.end();
  await shoot(page, 'billing-ends');
  await billing.keep();
  await desk.passDays(32);
  await expect(async () => {
    await billing.open();
    await expect(billing.state).toHaveText('Payment failed', { timeout: 500 });
  }).toPass();
  await shoot(page, 'billing-late');
  await page.getByTestId('pay-invoice').click();
  await shoot(page, 'invoice');
});

alone('settings, support and the reference', async ({ page, desk, watch }) => {
  watch.allow(/status of 4/);
  await signUp(page, desk.url);
  const [profile, support] = [new Profile(page), new Support(page)];
  await profile.open();
  await profile.last.fill('Doe123');
  await profile.save.click();
  await shoot(page, 'profile-problem');
  await support.open();
  await shoot(page, 'support-empty');
  await support.ask('A stop that was moved', 'The stop of my BTC/USDT position is at another price than the one I set.');
  await shoot(page, 'support');
  await openSandbox(page, desk.url);
  for (const [name, path] of [
    ['notification-settings', '/settings/notifications'],
    ['telegram', '/telegram'],
    ['api-clients', '/settings/api-clients'],
    ['event-webhooks', '/settings/webhooks'],
    ['accounts', '/accounts'],
    ['keys', '/keys'],
    ['docs', '/docs'],
  ] as const) {
    await page.goto(path);
    await shoot(page, name);
  }
});

alone('a desk that is closed', async ({ page, desk, elsewhere, watch }) => {
  watch.allow(/status of 503/);
  const admin = await signUp(page, desk.url);
  await desk.command('admin', admin.email);
  const maintenance = new Maintenance(page);
  await maintenance.open();
  await shoot(page, 'maintenance');
  await maintenance.say('Back at 14:00 UTC.');
  await page.goto('/dashboard');
  await shoot(page, 'maintenance-admin');
  await elsewhere.goto('/dashboard');
  await shoot(elsewhere, 'maintenance-closed');
});
