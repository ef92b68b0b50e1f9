import { expect, type Locator, type Page } from '@playwright/test';
import { numberIn } from '../support/checks.ts';
import { field, option } from '../support/fields.ts';

export type Side = 'BUY' | 'SELL';
export type Automatic = 'breakevenAfter' | 'trailingPercent' | 'trailingAtr' | 'timeLimit';
export type Kind = 'MARKET' | 'LIMIT' | 'TRAILING_STOP';

/** The order ticket of the trade page. */
export class Ticket {
  readonly form: Locator;
  readonly price: Locator;
  readonly amount: Locator;
  readonly percent: Locator;
  readonly riskAmount: Locator;
  readonly stop: Locator;
  readonly stopLimit: Locator;
  readonly withoutStop: Locator;
  readonly callback: Locator;
  readonly clears: Locator;
  readonly replace: Locator;
  readonly refusal: Locator;
  readonly notice: Locator;
  readonly place: Locator;
  /** The button that withdraws the question of the place button. */
  readonly back: Locator;
  readonly available: Locator;
  /** The amount in the other unit. */
  readonly converted: Locator;
  readonly stopConverted: Locator;
  readonly amountUnit: Locator;
  readonly stopUnit: Locator;
  readonly targetsUnit: Locator;
  /** The bar that opens the ticket on a phone. */
  readonly sheet: Locator;
  /** The group of settings by which Slipstream moves the stop and closes the trade. */
  readonly automation: Locator;

  constructor(page: Page) {
    this.form = page.getByTestId('ticket');
    this.price = field(this.form, 'price');
    this.amount = field(this.form, 'amount');
    this.percent = field(this.form, 'riskProfilePercent');
    this.riskAmount = this.form.getByTestId('risk-amount');
    this.stop = field(this.form, 'stopTriggerPrice');
    this.stopLimit = field(this.form, 'stopPrice');
    this.withoutStop = this.form.getByTestId('without-stop');
    this.callback = field(this.form, 'callbackRate');
    this.clears = this.form.getByTestId('clears');
    this.replace = this.form.getByTestId('replace');
    this.refusal = this.form.getByTestId('refusal');
    this.notice = this.form.getByTestId('notice');
    this.place = this.form.getByTestId('place');
    this.back = this.form.getByTestId('place-cancel');
    this.available = this.form.getByTestId('available');
    this.converted = this.form.getByTestId('amount-converted');
    this.stopConverted = this.form.getByTestId('stop-converted');
    this.amountUnit = this.form.getByRole('combobox', { name: 'Unit of the amount' });
    this.stopUnit = this.form.getByRole('combobox', { name: 'Unit of the stop' });
    this.targetsUnit = this.form.getByRole('combobox', { name: 'Unit of the take profits' });
    this.sheet = page.locator('.sheet > summary');
    this.automation = this.form.getByTestId('ticket-automation');
  }

  /** The button that uses a share of the available balance. */
  share(percent: number): Locator {
    return this.form.getByTestId(`share-${percent}`);
  }

  /** Opens the ticket on a phone. */
  async reveal(): Promise<void> {
    await expect(this.sheet).toBeVisible();
    if (!(await this.form.isVisible())) {
      await this.sheet.click();
    }
    await expect(this.form).toBeVisible();
  }

  /** One of the buttons of a choice. */
  option(choice: 'side' | 'type' | 'sizing' | 'stopTriggerType' | 'timeInForce', value: string): Locator {
    return option(this.form, choice, value);
  }

  async choose(side: Side, kind: Kind): Promise<void> {
    await this.option('side', side).click();
    await this.option('type', kind).click();
  }

  /** A field of the automation. */
  automatic(name: Automatic): Locator {
    return field(this.form, name);
  }

  /** The problem of a field of the automation. */
  automaticProblem(name: Automatic): Locator {
    return this.form.locator(`#ticket-${name}-problem`);
  }

  /** Opens the group of the automation, and fills in some of its fields. */
  async automate(settings: Partial<Record<Automatic, string>>): Promise<void> {
    if ((await this.automation.getAttribute('open')) === null) {
      await this.automation.locator('summary').click();
    }
    for (const [name, value] of Object.entries(settings)) {
      await this.automatic(name as Automatic).fill(value);
    }
  }

  /** A take-profit's price, counted from 0. */
  target(index: number): Locator {
    return field(this.form, `takeProfitPrices[${index}]`);
  }

  async addTarget(price: number): Promise<void> {
    const rows = this.form.locator('.target-row');
    const before = await rows.count();
    await this.form.getByTestId('add-target').click();
    await expect(rows).toHaveCount(before + 1);
    await this.target(before).fill(String(price));
  }

  /** The figures of the preview, read together, because the price changes between two reads. */
  async preview(): Promise<{ entry: number; cost: number; margin: number; fee: number; loss: string; gains: number[] }> {
    await expect(this.form.getByTestId('preview-entry')).toBeVisible();
    const all = await this.form
      .locator('[data-testid^="preview-"]')
      .evaluateAll((cells) => cells.map((cell) => [cell.getAttribute('data-testid') ?? '', cell.textContent ?? '']));
    const texts = (name: string) => all.filter(([id]) => id === `preview-${name}`).map(([, text]) => text ?? '');
    const one = (name: string) => texts(name)[0] ?? '';
    return {
      entry: numberIn(one('entry')),
      cost: numberIn(one('cost')),
      margin: numberIn(one('margin')),
      fee: numberIn(one('fee')),
      loss: one('loss'),
      gains: texts('gain').map(numberIn),
    };
  }
}
