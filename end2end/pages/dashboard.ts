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
  /** The profit of each open position. */
  readonly profits: Locator;
  /** The profit of all open positions. */
  readonly unrealized: Locator;
  readonly today: Locator;
  readonly allTime: Locator;
  /** The remark that the figures are not updated. */
  readonly outdated: Locator;
  /** The setting that shows the profit in the tab's title. */
  readonly inTitle: Locator;
  /** The link of each position that was opened elsewhere. */
  readonly adopt: Locator;
  /** The result for each position of the last "close all". */
  readonly closed: Locator;
  /** The open question whether to close a position. */
  readonly question: Locator;

  constructor(page: Page) {
    super(page);
    this.empty = page.getByTestId('empty-state');
    this.openSandbox = this.empty.getByTestId('open-sandbox');
    this.firstSteps = page.getByTestId('first-steps');
    this.total = page.getByTestId('total-usd');
    this.equity = page.getByTestId('equity-chart');
    this.positions = page.getByTestId('position-row');
    this.orders = page.getByTestId('order-row');
    this.profits = page.getByTestId('position-pnl');
    this.unrealized = page.getByTestId('unrealized');
    this.today = page.getByTestId('profit-today');
    this.allTime = page.getByTestId('profit-all');
    this.outdated = page.getByTestId('offline-hint');
    this.inTitle = page.getByTestId('pnl-title');
    this.adopt = page.getByTestId('position-adopt');
    this.closed = page.getByTestId('closed-positions').getByRole('listitem');
    this.question = page.getByRole('dialog');
  }

  async open(): Promise<void> {
    await this.at('/dashboard');
  }

  /** The row of a market's position on one side: `Long` or `Short`. */
  rowOf(symbol: string, side: 'Long' | 'Short'): Locator {
    return this.positions.filter({ hasText: symbol }).filter({ has: this.page.getByRole('cell', { name: side, exact: true }) });
  }

  /** The button of a market's row that asks whether to close its position. */
  closeButton(symbol: string): Locator {
    return this.positions.filter({ hasText: symbol }).getByTestId('position-close');
  }

  /** Closes the only position and confirms. */
  async closePosition(): Promise<void> {
    await this.page.getByTestId('position-close').click();
    await this.page.getByTestId('position-close-yes').click();
  }

  /** Asks whether to close all positions of the only account. */
  async askToCloseAll(): Promise<void> {
    await this.page.getByTestId('positions-close').click();
  }

  async closeAll(): Promise<void> {
    await this.askToCloseAll();
    await this.page.getByTestId('positions-close-yes').click();
  }

  async totalUsd(): Promise<number> {
    return numberIn(await this.total.innerText());
  }
}
