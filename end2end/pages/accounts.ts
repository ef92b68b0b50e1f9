import type { Locator, Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/accounts`: exchange accounts, currency accounts, sub-accounts. */
export class Accounts extends Frame {
  readonly exchange: Locator;
  readonly currencies: Locator;
  readonly subs: Locator;
  readonly transfers: Locator;
  readonly addSub: Locator;
  readonly amount: Locator;
  private readonly moving: Locator;

  constructor(page: Page) {
    super(page);
    this.exchange = page.getByTestId('exchange-account');
    this.currencies = page.getByTestId('currency-account');
    this.subs = page.getByTestId('sub-account');
    this.transfers = page.getByTestId('transfers');
    this.addSub = page.getByTestId('sub-add');
    this.moving = page.getByTestId('account-move');
    this.amount = this.moving.getByLabel('Amount');
  }

  async open(): Promise<void> {
    await this.at('/accounts');
  }

  card(currency: string): Locator {
    const heading = this.page.getByRole('heading', { name: currency, exact: true });
    return this.currencies.filter({ has: heading });
  }

  async openAccount(currency: string): Promise<void> {
    const form = this.page.getByTestId('account-open');
    await form.getByLabel('Currency').selectOption(currency);
    await form.getByRole('button').click();
  }

  async live(country: string): Promise<void> {
    const form = this.page.getByTestId('account-country');
    await form.getByLabel('Your country').fill(country);
    await form.getByRole('button').click();
  }

  async move(direction: 'To the exchange' | 'From the exchange', amount: string): Promise<void> {
    await this.moving.getByText(direction, { exact: true }).click();
    await this.amount.fill(amount);
    await this.moving.getByRole('button', { name: 'Move' }).click();
  }
}

/** `/accounts/sub`: one sub-account's legal data. */
export class SubAccount extends Frame {
  readonly form: Locator;
  readonly save: Locator;

  constructor(page: Page) {
    super(page);
    this.form = page.getByTestId('sub-account');
    this.save = this.form.getByRole('button', { name: 'Save' });
  }

  field(label: string): Locator {
    return this.form.getByLabel(label, { exact: true });
  }

  async fill(fields: Record<string, string>): Promise<void> {
    for (const [label, value] of Object.entries(fields)) {
      await this.field(label).fill(value);
    }
  }
}

/** `/admin/accounts`: currency rules, brands and credits, for operators. */
export class Rules extends Frame {
  async open(): Promise<void> {
    await this.at('/admin/accounts');
  }

  async credit(account: string, amount: string, note: string): Promise<void> {
    const form = this.page.getByTestId('account-credit');
    await form.getByLabel('Account').fill(account);
    await form.getByLabel('Amount').fill(amount);
    await form.getByLabel('Note').fill(note);
    await form.getByRole('button').click();
  }

  async rule(currency: string, country: string, state: 'Enabled' | 'Not enabled'): Promise<void> {
    const form = this.page.getByTestId('currency-rule');
    await form.getByLabel('Currency').selectOption(currency);
    await form.getByLabel('Country').fill(country);
    await form.getByText(state, { exact: true }).click();
    await form.getByRole('button').click();
  }
}
