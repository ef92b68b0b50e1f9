import type { Locator, Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/strategies`: the strategies that can be followed, and their track records. */
export class Strategies extends Frame {
  readonly list: Locator;

  constructor(page: Page) {
    super(page);
    this.list = page.getByTestId('strategy');
  }

  async open(): Promise<void> {
    await this.at('/strategies');
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

  constructor(page: Page) {
    super(page);
    this.figures = page.getByTestId('figures');
    this.ranges = page.getByTestId('range');
    this.follow = page.getByTestId('follow');
    this.heat = page.getByTestId('heat');
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
