import { expect, type Locator, type Page } from '@playwright/test';
import { option } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/plans`: the plans on sale. */
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

  /** Starts paying for a plan. */
  async choose(name: string): Promise<void> {
    await this.card(name).getByTestId('choose').click();
  }

  /** Changes to a plan and confirms. */
  async change(name: string): Promise<void> {
    await this.card(name).getByTestId('change').click();
    await this.card(name).getByTestId('change-yes').click();
  }
}

/** A test card: always charged, never charged, or charged once and declined at every renewal. */
export type Card = 'pays' | 'declined' | 'pays_once';

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

  async pay(card: Card): Promise<void> {
    await option(this.page.getByRole('main'), 'card', card).click();
    await this.page.getByTestId('pay').click();
  }
}

/** `/billing`: the user's plan. */
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

  /** Reloads until the provider's message has arrived. */
  async becomes(plan: string): Promise<void> {
    await expect(async () => {
      await this.open();
      await expect(this.plan).toHaveText(plan, { timeout: 500 });
    }).toPass();
  }
}
