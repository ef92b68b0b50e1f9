import type { Locator, Page } from '@playwright/test';
import { field, option } from '../support/fields.ts';
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
    this.amount = field(this.moving, 'amount');
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
    await field(form, 'currency').selectOption(currency);
    await form.getByRole('button').click();
  }

  async move(direction: 'to' | 'from', amount: string): Promise<void> {
    await option(this.moving, 'direction', direction).click();
    await this.amount.fill(amount);
    await this.moving.getByRole('button').click();
  }
}

/** `/accounts/sub`: one sub-account's legal data. */
export class SubAccount extends Frame {
  readonly form: Locator;
  readonly save: Locator;

  constructor(page: Page) {
    super(page);
    this.form = page.getByTestId('sub-account');
    this.save = this.form.getByRole('button');
  }

  field(name: string): Locator {
    return field(this.form, name);
  }

  async fill(fields: Record<string, string>): Promise<void> {
    for (const [name, value] of Object.entries(fields)) {
      await this.field(name).fill(value);
    }
  }
}

/** `/admin/accounts`: currency rules, brands and credits, for admins. */
export class Rules extends Frame {
  async open(): Promise<void> {
    await this.at('/admin/accounts');
  }

  async credit(account: string, amount: string, note: string): Promise<void> {
    const form = this.page.getByTestId('account-credit');
    await field(form, 'account').fill(account);
    await field(form, 'amount').fill(amount);
    await field(form, 'memo').fill(note);
    await form.getByRole('button').click();
  }

  async rule(currency: string, country: string, enabled: boolean): Promise<void> {
    const form = this.page.getByTestId('currency-rule');
    await field(form, 'currency').selectOption(currency);
    await field(form, 'country').selectOption(country);
    await option(form, 'enabled', String(enabled)).click();
    await form.getByRole('button').click();
  }
}
