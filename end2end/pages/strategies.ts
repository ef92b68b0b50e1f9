import type { Locator, Page } from '@playwright/test';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/strategies`: the strategies that can be followed, and their track records. */
export class Strategies extends Frame {
  readonly list: Locator;
  private readonly filters: Locator;

  constructor(page: Page) {
    super(page);
    this.list = page.getByTestId('strategy');
    this.filters = page.getByTestId('filters');
  }

  async open(): Promise<void> {
    await this.at('/strategies');
  }

  /** Sorts the list by a figure, on one market. */
  async sort(by: 'backtest' | 'drawdown' | 'live-since', market: string): Promise<void> {
    await field(this.filters, 'sort').selectOption(by);
    await field(this.filters, 'market').selectOption(market);
    await this.filters.getByRole('button').click();
  }

  card(name: string): Locator {
    return this.list.filter({ has: this.page.getByRole('heading', { name, exact: true }) });
  }
}

/** `/strategies/<id>`: one strategy's records, and how they were computed. */
export class Strategy extends Frame {
  readonly figures: Locator;
  readonly ranges: Locator;
  readonly follow: Locator;
  readonly heat: Locator;
  readonly execution: Locator;

  constructor(page: Page) {
    super(page);
    this.figures = page.getByTestId('figures');
    this.ranges = page.getByTestId('range');
    this.follow = page.getByTestId('follow');
    this.heat = page.getByTestId('heat');
    this.execution = page.getByTestId('execution');
  }

  async open(id: string): Promise<void> {
    await this.at(`/strategies/${id}`);
  }

  curve(kind: 'BACKTEST' | 'LIVE'): Locator {
    return this.page.getByTestId(`curve-${kind}`);
  }

  /** Chooses which history is shown. */
  async show(tab: 'BACKTEST' | 'LIVE' | '1d' | '1M'): Promise<void> {
    await this.page.getByTestId(`tab-${tab}`).click();
  }
}

/** `/strategies/<id>/execution`: how a strategy's newest signals were executed. */
export class Execution extends Frame {
  readonly withheld: Locator;
  readonly signals: Locator;
  readonly reasons: Locator;

  constructor(page: Page) {
    super(page);
    this.withheld = page.getByTestId('execution-withheld');
    this.signals = page.getByTestId('execution-signal');
    this.reasons = page.getByTestId('execution-reason');
  }

  async open(strategy: string): Promise<void> {
    await this.at(`/strategies/${strategy}/execution`);
  }

  figure(name: 'entries' | 'filled' | 'skipped' | 'failed' | 'delay' | 'slippage'): Locator {
    return this.page.getByTestId(`execution-${name}`);
  }
}
