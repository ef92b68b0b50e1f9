import { expect, type Locator, type Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/admin/outbox`: the mail that the install has written. */
export class Outbox extends Frame {
  readonly mails: Locator;

  constructor(page: Page) {
    super(page);
    this.mails = page.getByTestId('outbox').locator('.mail');
  }

  async open(): Promise<void> {
    await this.at('/admin/outbox');
  }

  /** The reset link in the newest mail to `email`. */
  async resetLink(email: string): Promise<string> {
    const mail = this.mails.filter({ hasText: email }).filter({ hasText: '/reset?token=' }).first();
    await expect(mail).toBeVisible();
    const link = /http\S+\/reset\?token=\S+/.exec(await mail.innerText())?.[0];
    if (!link) {
      throw new Error('the mail has no link');
    }
    return link;
  }
}
