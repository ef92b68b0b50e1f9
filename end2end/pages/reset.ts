import type { Locator, Page } from '@playwright/test';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/reset?token=`: a new password by a link from a mail. */
export class Reset extends Frame {
  readonly password: Locator;
  readonly submit: Locator;

  constructor(page: Page) {
    super(page);
    const form = page.getByTestId('reset');
    this.password = field(form, 'password');
    this.submit = form.getByRole('button');
  }

  async open(link: string): Promise<void> {
    await this.at(link);
  }

  async send(password: string): Promise<void> {
    await this.password.fill(password);
    await this.submit.click();
  }
}
