import type { Locator, Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/admin/outbox`: the outgoing mail of the installation. */
export class Outbox extends Frame {
  readonly mails: Locator;

  constructor(page: Page) {
    super(page);
    this.mails = page.getByTestId('outbox').locator('.mail');
  }

  async open(): Promise<void> {
    await this.at('/admin/outbox');
  }
}
