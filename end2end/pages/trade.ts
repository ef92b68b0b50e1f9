import { expect, type Locator, type Page } from '@playwright/test';
import { numberIn } from '../support/checks.ts';
import { Frame } from './frame.ts';
import { Ticket } from './ticket.ts';

/** `/trade`: chart, ticket, position, orders. */
export class Trade extends Frame {
  readonly desk: Locator;
  readonly ticket: Ticket;
  readonly price: Locator;
  readonly playing: Locator;
  readonly chart: Locator;
  readonly zoomIn: Locator;
  readonly legend: Locator;
  readonly position: Locator;
  readonly noPosition: Locator;
  readonly size: Locator;
  readonly pnl: Locator;
  readonly mark: Locator;
  readonly liquidation: Locator;
  readonly protection: Locator;
  readonly supervise: Locator;
  readonly orders: Locator;
  readonly noOrders: Locator;
  readonly leverage: Locator;
  readonly margin: Locator;

  constructor(page: Page) {
    super(page);
    this.desk = page.getByTestId('desk');
    this.ticket = new Ticket(page);
    this.price = page.getByTestId('live-price').first();
    this.playing = page.getByTestId('playing');
    this.chart = page.getByTestId('chart');
    this.zoomIn = page.getByTestId('zoom-in');
    this.legend = page.getByTestId('legend');
    this.position = page.getByTestId('position');
    this.noPosition = page.getByTestId('no-position');
    this.size = page.getByTestId('position-size');
    this.pnl = page.getByTestId('pnl');
    this.mark = page.getByTestId('mark');
    this.liquidation = page.getByTestId('liquidation');
    this.protection = page.getByTestId('protection');
    this.supervise = page.getByTestId('supervise');
    this.orders = page.getByTestId('open-order');
    this.noOrders = page.getByTestId('no-orders');
    this.leverage = page.getByTestId('leverage');
    this.margin = page.getByTestId('margin-mode');
  }

  async open(key: string): Promise<void> {
    await this.at(`/trade?key=${key}&symbol=BTC%2FUSDT`);
  }

  /**
   * A whole price this many percent above (or, if negative, below) the current one: far from where it will
   * go.
   */
  async away(percent: number): Promise<number> {
    const last = numberIn(await this.price.innerText());
    return Math.round(last * (1 + percent / 100));
  }

  ordersOf(kind: string): Locator {
    return this.page.locator(`[data-testid="open-order"][data-kind="${kind}"]`);
  }

  async cancel(order: Locator): Promise<void> {
    await order.getByTestId('cancel-order').click();
  }

  /** Buys at the market price, without a stop unless one is entered, and waits for the position. */
  async buy(amount: string): Promise<void> {
    await this.ticket.amount.fill(amount);
    if ((await this.ticket.stop.inputValue()) === '') {
      await this.ticket.withoutStop.check();
    }
    await this.ticket.place.click();
    await expect(this.size).toHaveText(`${amount} BTC`);
  }

  /** Closes the position and confirms. */
  async close(): Promise<void> {
    await this.page.getByTestId('close-position').click();
    await this.page.getByTestId('close-position-yes').click();
  }

  /** Ends the supervision of the position and confirms. */
  async release(): Promise<void> {
    await this.page.getByTestId('release').click();
    await this.page.getByTestId('release-yes').click();
  }

  async setLeverage(times: number): Promise<void> {
    await this.leverage.fill(String(times));
    await this.page.locator('form', { has: this.leverage }).getByRole('button').click();
  }

  async setMargin(type: 'ISOLATED' | 'CROSSED'): Promise<void> {
    await this.margin.selectOption(type);
    await this.page.locator('form', { has: this.margin }).getByRole('button').click();
  }
}
