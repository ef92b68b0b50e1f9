import { expect, type Locator, type Page } from '@playwright/test';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/strategies/own`: the user's private signal sources, and a form to create one. */
export class OwnSources extends Frame {
  readonly empty: Locator;
  readonly list: Locator;
  readonly form: Locator;
  readonly name: Locator;
  readonly stop: Locator;

  constructor(page: Page) {
    super(page);
    this.empty = page.getByTestId('empty-state');
    this.list = page.getByTestId('own-source');
    this.form = page.getByTestId('own-source-create');
    this.name = field(this.form, 'name');
    this.stop = field(this.form, 'stopPercent');
  }

  async open(): Promise<void> {
    await this.at('/strategies/own');
  }

  /** Creates a source with a default stop loss; its page opens. Returns its id. */
  async make(name: string, stop: string): Promise<string> {
    await this.name.fill(name);
    await this.stop.fill(stop);
    await this.form.getByRole('button').click();
    await expect(this.page).toHaveURL(/\/strategies\/own\/[0-9a-f-]{36}/);
    return new URL(this.page.url()).pathname.split('/').pop() ?? '';
  }
}

/** `/strategies/own/<id>`: one source: its webhook, rules, test and newest calls. */
export class OwnSource extends Frame {
  readonly hook: Locator;
  readonly follow: Locator;
  readonly alert: Locator;
  readonly test: Locator;
  readonly verdict: Locator;
  readonly calls: Locator;
  readonly audience: Locator;
  readonly size: Locator;

  constructor(page: Page) {
    super(page);
    this.audience = page.getByTestId('source-audience');
    this.size = page.getByTestId('source-size');
    this.hook = page.getByTestId('hook-address');
    this.follow = page.getByTestId('follow');
    const form = page.getByTestId('own-source-test');
    this.alert = field(form, 'alert');
    this.test = form.getByRole('button');
    this.verdict = page.getByTestId('test-verdict');
    this.calls = page.getByTestId('source-call');
  }

  async open(id: string): Promise<void> {
    await this.at(`/strategies/own/${id}`);
  }

  /** Asks the admins to make the source public. */
  async askApproval(): Promise<void> {
    await this.page.getByTestId('source-approval').click();
    await expect(this.audience).toContainText('Waiting');
  }

  /** Switches between the alert's amount and the risk profile. */
  async switchSize(): Promise<void> {
    await this.page.getByTestId('source-sizing').click();
  }

  /** Tests an alert. */
  async tryOut(alert: string): Promise<void> {
    await this.alert.fill(alert);
    await this.test.click();
  }

  /** Replaces the webhook's URL and confirms. */
  async rotate(): Promise<void> {
    await this.page.getByTestId('hook-rotate').click();
    await this.page.getByTestId('hook-rotate-yes').click();
  }
}
