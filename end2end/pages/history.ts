import type { Locator, Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/history`: what was ordered and what was traded. */
export class History extends Frame {
  readonly orders: Locator;
  readonly trades: Locator;
  readonly tradesTab: Locator;

  constructor(page: Page) {
    super(page);
    this.orders = page.getByTestId('order-row');
    this.trades = page.getByTestId('trade-row');
    this.tradesTab = page.getByRole('link', { name: 'Trades', exact: true });
  }

  async open(key: string): Promise<void> {
    await this.at(`/history?key=${key}&symbol=BTC%2FUSDT`);
  }
}
