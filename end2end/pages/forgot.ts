import type { Locator, Page } from '@playwright/test';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/forgot`: requesting a reset link. */
export class Forgot extends Frame {
  readonly email: Locator;
  readonly submit: Locator;

  constructor(page: Page) {
    super(page);
    const form = page.getByTestId('forgot');
    this.email = field(form, 'email');
    this.submit = form.getByRole('button');
  }

  async open(): Promise<void> {
    await this.at('/forgot');
  }

  async send(email: string): Promise<void> {
    await this.email.fill(email);
    await this.submit.click();
  }
}
