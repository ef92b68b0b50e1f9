import type { Locator, Page } from '@playwright/test';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/settings/webhooks`: addresses of the user's programs that receive events. */
export class EventWebhooks extends Frame {
  readonly list: Locator;
  readonly once: Locator;
  readonly secret: Locator;
  readonly form: Locator;
  readonly name: Locator;
  readonly url: Locator;
  readonly deliveries: Locator;

  constructor(page: Page) {
    super(page);
    this.list = page.getByTestId('webhook');
    this.once = page.getByTestId('once');
    this.secret = page.getByTestId('made-secret');
    this.form = page.getByTestId('webhook-create');
    this.name = field(this.form, 'name');
    this.url = field(this.form, 'url');
    this.deliveries = page.getByTestId('webhook-delivery');
  }

  async open(): Promise<void> {
    await this.at('/settings/webhooks');
  }

  /** Creates a webhook with these topics. */
  async create(name: string, url: string, ...topics: string[]): Promise<void> {
    await this.name.fill(name);
    await this.url.fill(url);
    for (const topic of topics) {
      await this.form.locator(`input[type="checkbox"][value="${topic}"]`).check();
    }
    await this.form.getByRole('button').click();
  }

  /** Opens the log of the only webhook. */
  async openLog(): Promise<void> {
    await this.page.getByTestId('webhook-log').locator('summary').click();
  }

  /** Confirms the act of a button that asks first. */
  async confirm(testid: string): Promise<void> {
    await this.page.getByTestId(testid).click();
    await this.page.getByTestId(`${testid}-yes`).click();
  }
}
