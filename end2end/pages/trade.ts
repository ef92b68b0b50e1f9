import { expect, type Locator, type Page } from '@playwright/test';
import { numberIn } from '../support/checks.ts';
import { field } from '../support/fields.ts';
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
  /** The trades that share the position, oldest first. */
  readonly sharedTrades: Locator;
  readonly pnl: Locator;
  readonly mark: Locator;
  readonly liquidation: Locator;
  readonly protection: Locator;
  readonly supervise: Locator;
  readonly orders: Locator;
  readonly noOrders: Locator;
  /** The form that adopts a position which was opened elsewhere. */
  readonly adopt: Locator;
  readonly adoptLink: Locator;
  /** The choice of a preset. */
  readonly presets: Locator;
  /** The form that saves the ticket as a preset. */
  readonly presetForm: Locator;
  /** The form with the order types that the ticket does not have, and the list of entries that wait. */
  readonly entryForm: Locator;
  readonly waiting: Locator;
  readonly leverage: Locator;
  readonly margin: Locator;
  /** The stop's price in the position's figures. */
  readonly stop: Locator;
  readonly manage: Locator;
  /** The message of the position's forms. */
  readonly manageRefusal: Locator;
  /** The field for a new price of the stop. */
  readonly newStop: Locator;
  /** The current stop, beside the field in which another price is typed. */
  readonly currentStop: Locator;
  /** The current take-profits, below the rows in which others are typed. */
  readonly currentTargets: Locator;
  readonly closePosition: Locator;
  readonly breakeven: Locator;
  readonly sharesSum: Locator;
  /** The button that asks before the position is reversed, and the one that confirms it. */
  readonly reverse: Locator;
  readonly reverseConfirmed: Locator;
  readonly closeQuestion: Locator;
  readonly shortcuts: Locator;
  /** The rows of what is placed once an entry has filled. */
  readonly plan: Locator;
  /** The link that asks for the market's closed trades, and their rows. */
  readonly closedLink: Locator;
  readonly closed: Locator;
  readonly closedFilters: Locator;

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
    this.sharedTrades = page.getByTestId('shared-trade');
    this.pnl = page.getByTestId('pnl');
    this.mark = page.getByTestId('mark');
    this.liquidation = page.getByTestId('liquidation');
    this.protection = page.getByTestId('protection');
    this.supervise = page.getByTestId('supervise');
    this.orders = page.getByTestId('open-order');
    this.noOrders = page.getByTestId('no-orders');
    this.adopt = page.getByTestId('adopt');
    this.presets = page.getByTestId('presets');
    this.presetForm = page.getByTestId('preset-form');
    this.entryForm = page.getByTestId('entry-form');
    this.waiting = page.getByTestId('waiting-entries');
    this.adoptLink = page.getByTestId('adopt-link');
    this.leverage = page.getByTestId('leverage');
    this.margin = page.getByTestId('margin-mode');
    this.stop = page.getByTestId('position-stop');
    this.manage = page.getByTestId('manage');
    this.manageRefusal = page.getByTestId('manage-refusal');
    this.newStop = page.getByTestId('stop-form').locator('[name="stopTriggerPrice"]');
    this.currentStop = page.getByTestId('stop-form').locator('.field > .hint');
    this.currentTargets = page.getByTestId('targets-form').locator('p.hint');
    this.closePosition = page.getByTestId('close-position');
    this.breakeven = page.getByTestId('breakeven');
    this.sharesSum = page.getByTestId('shares-sum');
    this.reverse = page.getByTestId('reverse');
    this.reverseConfirmed = page.getByTestId('reverse-yes');
    this.closeQuestion = page.getByTestId('close-position-yes');
    this.shortcuts = page.getByRole('checkbox', { name: 'Use keyboard shortcuts' });
    this.plan = page.getByTestId('plan-row');
    this.closedLink = page.getByTestId('closed-link');
    this.closed = page.locator('#closed').getByTestId('closed-row');
    this.closedFilters = page.locator('#closed').getByTestId('filters');
  }

  /** The card of one of the two positions of an account in hedge mode. */
  positionOn(side: 'long' | 'short'): Locator {
    return this.page.locator(`[data-testid="position"][data-side="${side}"]`);
  }

  /** Closes the position of a side, and confirms the question. */
  async closeOn(side: 'long' | 'short'): Promise<void> {
    const card = this.positionOn(side);
    await card.getByTestId('close-position').click();
    await card.getByTestId('close-position-yes').click();
  }

  /** A field of what Slipstream does with the stop by itself. */
  automation(name: 'breakevenAfter' | 'trailingPercent' | 'trigger' | 'timeLimit'): Locator {
    return this.page.getByTestId('automation-form').locator(`[name="${name}"]`);
  }

  /** Sets what Slipstream does with the stop by itself, without waiting for the result. */
  async automate(settings: { breakevenAfter?: string; trailingPercent?: string; timeLimit?: string }): Promise<void> {
    if (!(await this.page.getByTestId('automation-form').isVisible())) {
      await this.page.getByTestId('automation').click();
    }
    const { breakevenAfter, trailingPercent, timeLimit } = settings;
    await this.automation('breakevenAfter').fill(breakevenAfter ?? '');
    await this.automation('trailingPercent').fill(trailingPercent ?? '');
    await this.automation('timeLimit').fill(timeLimit ?? '');
    await this.page.getByTestId('automation-send').click();
  }

  /** Types a new price of the stop, and does not send it. */
  async typeStop(price: number): Promise<void> {
    if (!(await this.newStop.isVisible())) {
      await this.page.getByTestId('move-stop').click();
    }
    await this.newStop.fill(String(price));
  }

  /** Moves the stop of the position, without waiting for the result. */
  async moveStop(price: number): Promise<void> {
    await this.typeStop(price);
    await this.page.getByTestId('move-stop-send').click();
  }

  /** The price field of a row of the take-profits, counted from 0. */
  newTarget(index: number): Locator {
    return field(this.page.getByTestId('targets-form'), `takeProfitPrices[${index}]`);
  }

  /** Types the price of a take-profit, and does not send it. */
  async typeTarget(index: number, price: number): Promise<void> {
    if (!(await this.newTarget(index).isVisible())) {
      await this.page.getByTestId('edit-targets').click();
    }
    await this.newTarget(index).fill(String(price));
  }

  /** Sorts the closed trades below the desk by a column. */
  async sortClosed(by: 'closed' | 'result' | 'fees' | 'duration'): Promise<void> {
    await this.page.locator('#closed').getByTestId(`sort-${by}`).click();
    await expect(this.page).toHaveURL(new RegExp(`sort=${by}`));
  }

  /** Sets the take-profits, each with its share in percent; rows that are left are emptied. */
  async setTargets(targets: { price: number; share: number }[]): Promise<void> {
    const form = this.page.getByTestId('targets-form');
    if (!(await form.isVisible())) {
      await this.page.getByTestId('edit-targets').click();
    }
    const rows = await form.locator('.share-row').count();
    for (let index = 0; index < rows; index += 1) {
      const target = targets[index];
      await form.locator(`[name="takeProfitPrices[${index}]"]`).fill(target ? String(target.price) : '');
      await form.locator(`[name="takeProfitShares[${index}]"]`).fill(target ? String(target.share) : '');
    }
    await form.getByTestId('set-targets').click();
  }

  /** Increases the position by an amount. */
  async add(amount: string): Promise<void> {
    const form = this.page.getByTestId('add-form');
    if (!(await form.isVisible())) {
      await this.page.getByTestId('add-part').click();
    }
    await form.locator('[name="addAmount"]').fill(amount);
    await form.getByTestId('add-amount').click();
  }

  /** Closes a share of the position, in percent, and confirms the question about all of it. */
  async closeShare(percent: 25 | 50 | 75 | 100): Promise<void> {
    const button = this.page.getByTestId(`close-${percent}`);
    if (!(await button.isVisible())) {
      await this.page.getByTestId('close-part').click();
    }
    await button.click();
    if (percent === 100) {
      await this.page.getByTestId('close-100-yes').click();
    }
  }

  /** Closes an amount of the position. */
  async closeAmount(amount: string): Promise<void> {
    const form = this.page.getByTestId('close-amount-form');
    if (!(await form.isVisible())) {
      await this.page.getByTestId('close-part').click();
    }
    await field(form, 'amount').fill(amount);
    await form.getByTestId('close-amount').click();
  }

  /** Cancels the market's entry orders and confirms. */
  async cancelEntries(): Promise<void> {
    await this.page.getByTestId('cancel-entries').click();
    await this.page.getByTestId('cancel-entries-yes').click();
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

  /** Moves the stop of one of the trades that share the position, counted from 0. */
  async moveSharedStop(index: number, price: number): Promise<void> {
    const form = (await this.openShared(index)).getByTestId('trade-stop');
    await field(form, 'stopTriggerPrice').fill(String(price));
    await form.getByRole('button').click();
  }

  /** Closes one of the trades that share the position, counted from 0, and confirms. */
  async closeShared(index: number): Promise<void> {
    const trade = await this.openShared(index);
    await trade.getByTestId('shared-close').click();
    await trade.getByTestId('trade-close-part').last().getByRole('button').click();
  }

  private async openShared(index: number): Promise<Locator> {
    const trade = this.sharedTrades.nth(index);
    const actions = trade.locator('details').first();
    if ((await actions.getAttribute('open')) === null) {
      await actions.locator('> summary').click();
    }
    return trade;
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
    await this.page.getByTestId('market-apply').click();
  }

  async savePreset(name: string): Promise<void> {
    await this.presetForm.locator('[name="name"]').fill(name);
    await this.page.getByTestId('preset-save').click();
  }

  /** Opens the form with further order types, fills in its fields and sends it. */
  async placeFurther(fields: Record<string, string>): Promise<void> {
    await this.page.getByTestId('more-orders').click();
    for (const [name, value] of Object.entries(fields)) {
      const control = this.entryForm.locator(`[name="${name}"]`);
      await (['type', 'side'].includes(name) ? control.selectOption(value) : control.fill(value));
    }
    await this.page.getByTestId('entry-submit').click();
  }

  async adoptWith(stop: number): Promise<void> {
    await this.adopt.locator('[name="stopTriggerPrice"]').fill(String(stop));
    await this.page.getByTestId('adopt-submit').click();
  }

  async setMarket(times: number, type: 'ISOLATED' | 'CROSSED'): Promise<void> {
    await this.margin.selectOption(type);
    await this.setLeverage(times);
  }
}
