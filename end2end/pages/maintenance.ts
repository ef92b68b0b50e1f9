import { expect, type Locator, type Page } from '@playwright/test';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/admin/maintenance`: the maintenance mode switch. */
export class Maintenance extends Frame {
  readonly state: Locator;
  readonly words: Locator;
  readonly close: Locator;
  readonly reopen: Locator;

  constructor(page: Page) {
    super(page);
    this.state = page.getByTestId('maintenance-state');
    this.words = field(page.getByTestId('maintenance'), 'message');
    this.close = page.getByTestId('maintenance-close');
    this.reopen = page.getByTestId('maintenance-open');
  }

  async open(): Promise<void> {
    await this.at('/admin/maintenance');
  }

  /** Switches maintenance mode on with this message. */
  async say(words: string): Promise<void> {
    await this.words.fill(words);
    await this.close.click();
    await expect(this.state).toHaveText('Maintenance mode is on: only admins can sign in.');
  }
}
