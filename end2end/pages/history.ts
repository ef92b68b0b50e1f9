import { readFile } from 'node:fs/promises';
import { expect, type Locator, type Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/history`: orders and trades. */
export class History extends Frame {
  readonly orders: Locator;
  readonly trades: Locator;
  readonly tradesTab: Locator;
  /** Entries of strategies or manual entries. */
  readonly past: Locator;
  /** Closed trades of all accounts. */
  readonly closed: Locator;
  readonly closedTab: Locator;
  /** The net profit of all closed trades that match. */
  readonly closedNet: Locator;
  readonly csv: Locator;
  /** The note about the dates of paper accounts. */
  readonly paperDates: Locator;

  constructor(page: Page) {
    super(page);
    this.orders = page.getByTestId('order-row');
    this.trades = page.getByTestId('trade-row');
    this.tradesTab = page.getByTestId('tab-trades');
    this.past = page.getByTestId('past-row');
    this.closed = page.getByTestId('closed-row');
    this.closedTab = page.getByTestId('tab-closed');
    this.closedNet = page.getByTestId('closed-net');
    this.csv = page.getByTestId('csv');
    this.paperDates = page.getByTestId('paper-dates');
  }

  async open(key: string): Promise<void> {
    await this.at(`/history?key=${key}&symbol=BTC%2FUSDT`);
  }

  /** The orders of one kind and side. */
  ordersOf(side: 'BUY' | 'SELL', kind: string): Locator {
    const rows = this.page.locator(`[data-testid="order-row"][data-kind="${kind}"]`);
    return rows.filter({ has: this.page.locator(`[data-side="${side}"]`) });
  }

  /** The trades of one side. */
  tradesOf(side: 'BUY' | 'SELL'): Locator {
    return this.trades.filter({ has: this.page.locator(`[data-side="${side}"]`) });
  }

  /** Opens the entries by strategies, or the manual ones. */
  async openPast(of: 'strategy' | 'manual', query = ''): Promise<void> {
    await this.at(`/history?of=${of}${query}`);
  }

  /** Opens the closed trades. */
  async openClosed(query = ''): Promise<void> {
    await this.at(`/history?of=closed${query}`);
  }

  /** Sorts the closed trades by a column. */
  async sortClosed(by: 'closed' | 'result' | 'fees' | 'duration'): Promise<void> {
    await this.page.getByTestId(`sort-${by}`).click();
    await expect(this.page).toHaveURL(new RegExp(`sort=${by}`));
  }

  /** Downloads the CSV file of the page; returns its lines. */
  async download(): Promise<string[]> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.csv.click()]);
    const text = await readFile(await download.path(), 'utf8');
    // Excel reads a file as UTF-8 only if it begins with this mark.
    expect(text.startsWith('\uFEFF')).toBe(true);
    return text.slice(1).split('\r\n').filter((line) => line !== '');
  }
}
