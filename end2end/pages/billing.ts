import { expect, type Locator, type Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/plans`: what can be bought. */
export class Plans extends Frame {
  readonly cards: Locator;

  constructor(page: Page) {
    super(page);
    this.cards = page.getByTestId('plan');
  }

  async open(): Promise<void> {
    await this.at('/plans');
  }

  card(name: string): Locator {
    return this.cards.filter({ has: this.page.getByRole('heading', { name, exact: true }) });
  }

  /** Begins to pay for a plan. */
  async choose(name: string): Promise<void> {
    await this.card(name).getByTestId('choose').click();
  }

  /** Changes to a plan, which asks once more. */
  async change(name: string): Promise<void> {
    await this.card(name).getByTestId('change').click();
    await this.card(name).getByTestId('change-yes').click();
  }
}

/** The page to pay at, which stands in for the payment provider's. */
export class Checkout {
  readonly plan: Locator;
  readonly price: Locator;
  readonly problem: Locator;

  constructor(readonly page: Page) {
    this.plan = page.getByTestId('plan');
    this.price = page.getByTestId('price');
    this.problem = page.getByTestId('problem');
  }

  async arrived(): Promise<void> {
    await expect(this.page).toHaveURL(/\/checkout\/stripe\/pay\/cs_test_/);
  }

  async pay(card: 'Succeeds now and at every renewal' | 'Declined' | 'Succeeds now, declined at every renewal'): Promise<void> {
    await this.page.getByText(card, { exact: true }).click();
    await this.page.getByTestId('pay').click();
  }
}

/** `/billing`: the plan that a person has. */
export class Billing extends Frame {
  readonly progress: Locator;
  readonly plan: Locator;
  readonly state: Locator;
  readonly until: Locator;
  readonly late: Locator;
  readonly invoices: Locator;

  constructor(page: Page) {
    super(page);
    this.progress = page.getByTestId('progress');
    this.plan = page.getByTestId('plan-name');
    this.state = page.getByTestId('state');
    this.until = page.getByTestId('until');
    this.late = page.getByTestId('late');
    this.invoices = page.getByTestId('invoice');
  }

  async open(): Promise<void> {
    await this.at('/billing');
  }

  async end(): Promise<void> {
    await this.page.getByTestId('plan-end').click();
    await this.page.getByTestId('plan-end-yes').click();
  }

  async keep(): Promise<void> {
    await this.page.getByTestId('plan-keep').click();
  }

  /** Looks until the provider's word has come. */
  async becomes(plan: string): Promise<void> {
    await expect(async () => {
      await this.open();
      await expect(this.plan).toHaveText(plan, { timeout: 500 });
    }).toPass();
  }
}
