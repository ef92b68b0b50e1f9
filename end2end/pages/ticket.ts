import { expect, type Locator, type Page } from '@playwright/test';
import { numberIn } from '../support/checks.ts';

export type Side = 'Buy' | 'Sell';
export type Kind = 'Market' | 'Limit' | 'Trailing';

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

  constructor(page: Page) {
    this.form = page.getByTestId('ticket');
    this.price = this.form.getByLabel('Price', { exact: true });
    this.amount = this.form.getByLabel('Amount', { exact: true }).and(page.locator('[name="amount"]'));
    this.percent = this.form.getByLabel('Equity at risk');
    this.riskAmount = this.form.getByTestId('risk-amount');
    this.stop = this.form.getByLabel('Stop trigger');
    this.stopLimit = this.form.getByLabel('Stop limit price');
    this.withoutStop = this.form.getByTestId('without-stop');
    this.callback = this.form.getByLabel('Callback rate');
    this.clears = this.form.getByTestId('clears');
    this.replace = this.form.getByTestId('replace');
    this.refusal = this.form.getByTestId('refusal');
    this.notice = this.form.getByTestId('notice');
    this.place = this.form.getByTestId('place');
  }

  /** One of the buttons of a choice: its radio button is hidden behind it. */
  option(choice: 'side' | 'type' | 'sizing' | 'stopTriggerType', text: string): Locator {
    return this.form.locator(`[data-choice="${choice}"]`).getByText(text, { exact: true });
  }

  async choose(side: Side, kind: Kind): Promise<void> {
    await this.option('side', side).click();
    await this.option('type', kind).click();
  }

  async addTarget(price: number): Promise<void> {
    const rows = this.form.locator('.target-row');
    const before = await rows.count();
    await this.form.getByTestId('add-target').click();
    await expect(rows).toHaveCount(before + 1);
    await rows.nth(before).getByRole('textbox').fill(String(price));
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
