import { Billing, type Card, Checkout, Plans } from '../pages/billing.ts';
import { expectAccessibleDayAndNight, expectFits, expectLive } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';
import type { Page } from '@playwright/test';

/** Subscribes to a plan, from its card to the page that confirms its start. */
async function subscribe(page: Page, plan: string, card: Card): Promise<void> {
  const [plans, checkout, billing] = [new Plans(page), new Checkout(page), new Billing(page)];
  await plans.open();
  await plans.choose(plan);
  await checkout.arrived();
  await checkout.pay(card);
  // The page reloads by itself until the provider's message has arrived.
  await expect(billing.progress).toHaveAttribute('data-state', 'done');
  await expect(billing.plan).toHaveText(plan);
}

test('a visitor sees the plans, and is asked to sign up', async ({ page }) => {
  const plans = new Plans(page);
  await plans.open();
  await expect(plans.cards).toHaveCount(3);
  await expect(plans.card('Basic')).toContainText('20 USD a month');
  await expect(plans.card('Professional')).toContainText('Up to 5 exchange keys');
  await expectAccessibleDayAndNight(page);
  await plans.card('Basic').getByRole('link').click();
  await expect(page).toHaveURL(/\/sign-up$/);
});

test('subscribe, after a card that was declined', async ({ page, trader, watch }) => {
  expect(trader.email).toBeTruthy();
  watch.allow(/status of 402/);
  const [plans, checkout, billing] = [new Plans(page), new Checkout(page), new Billing(page)];
  await billing.open();
  await expect(billing.plan).toHaveText('Free');
  await expect(page.getByText('No invoices yet.')).toBeVisible();
  await page.getByTestId('see-plans').click();
  await plans.choose('Basic');
  await checkout.arrived();
  await expect(checkout.plan).toHaveText('Slipstream BASIC');
  await expect(checkout.price).toHaveText('20.00 USD a month');
  await expectFits(page);
  await expectAccessibleDayAndNight(page);
  await checkout.pay('declined');
  await expect(checkout.problem).toContainText('nothing was charged');
  await checkout.pay('pays');
  await expect(billing.progress).toHaveAttribute('data-state', 'done');
  await expectLive(page);
  await expect(billing.plan).toHaveText('Basic');
  await expect(billing.state).toHaveText('Paid');
  await expect(billing.invoices).toHaveCount(1);
  await expect(billing.invoices).toContainText('20.00 USD');
  await expectAccessibleDayAndNight(page);
  await billing.invoices.getByRole('link').click();
  await expect(page.getByTestId('total')).toHaveText('20.00 USD');
});

test('going back from the payment page leaves everything as it was', async ({ page, trader }) => {
  expect(trader.email).toBeTruthy();
  const [plans, checkout, billing] = [new Plans(page), new Checkout(page), new Billing(page)];
  await plans.open();
  await plans.choose('Advanced');
  await checkout.arrived();
  await page.getByTestId('back').click();
  await expect(page).toHaveURL(/\/plans$/);
  await billing.open();
  await expect(billing.plan).toHaveText('Free');
});

test('upgrade: the price is shown first, and charged immediately', async ({ page, trader }) => {
  expect(trader.email).toBeTruthy();
  await subscribe(page, 'Basic', 'pays');
  const [plans, billing] = [new Plans(page), new Billing(page)];
  await plans.open();
  await expect(plans.card('Basic')).toContainText('Current plan');
  await expect(plans.card('Advanced').getByTestId('cost')).toContainText(/^(20\.00|19\.99) USD now/);
  await plans.change('Advanced');
  await expect(billing.message).toHaveText('Your plan is now Advanced.');
  await expect(billing.plan).toHaveText('Advanced');
  await expect(billing.invoices).toHaveCount(2);
});

test('cancel a plan, keep it before the period ends, and let it end', async ({ page, desk, trader }) => {
  expect(trader.email).toBeTruthy();
  await subscribe(page, 'Basic', 'pays');
  const billing = new Billing(page);
  await billing.open();
  await billing.end();
  await expect(billing.message).toContainText('ends with the current period');
  await expect(billing.plan).toHaveText('Basic');
  await billing.keep();
  await expect(billing.message).toHaveText('Your Basic plan stays active.');
  await billing.end();
  await expect(billing.message).toContainText('ends with the current period');
  await desk.passDays(32);
  await billing.becomes('Free');
});

test('a failed renewal can be paid; otherwise the plan ends', async ({ page, desk, trader }) => {
  expect(trader.email).toBeTruthy();
  await subscribe(page, 'Basic', 'pays_once');
  const [billing, checkout] = [new Billing(page), new Checkout(page)];
  await desk.passDays(32);
  await expect(async () => {
    await billing.open();
    await expect(billing.state).toHaveText('Payment failed', { timeout: 500 });
  }).toPass();
  await expect(billing.late).toContainText('positions stay protected');
  await page.getByTestId('pay-invoice').click();
  await checkout.pay('pays_once');
  await expect(page.getByTestId('state')).toHaveText('Paid');
  await expect(async () => {
    await billing.open();
    await expect(billing.state).toHaveText('Paid', { timeout: 500 });
  }).toPass();
  await desk.passDays(40);
  await billing.becomes('Free');
});

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });

  test('a plan is paid for by plain forms', async ({ page, trader }) => {
    expect(trader.email).toBeTruthy();
    await subscribe(page, 'Basic', 'pays');
  });
});
