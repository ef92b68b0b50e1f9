import type { Locator, Page } from '@playwright/test';
import { numberIn } from '../support/checks.ts';
import { Frame } from './frame.ts';

/** `/dashboard`: balances, and open positions and orders. */
export class Dashboard extends Frame {
  readonly empty: Locator;
  readonly openSandbox: Locator;
  readonly firstSteps: Locator;
  readonly total: Locator;
  readonly equity: Locator;
  readonly positions: Locator;
  readonly orders: Locator;

  constructor(page: Page) {
    super(page);
    this.empty = page.getByTestId('empty-state');
    this.openSandbox = this.empty.getByTestId('open-sandbox');
    this.firstSteps = page.getByTestId('first-steps');
    this.total = page.getByTestId('total-usd');
    this.equity = page.getByTestId('equity-chart');
    this.positions = page.getByTestId('position-row');
    this.orders = page.getByTestId('order-row');
  }

  async open(): Promise<void> {
    await this.at('/dashboard');
  }

  async totalUsd(): Promise<number> {
    return numberIn(await this.total.innerText());
  }
}
