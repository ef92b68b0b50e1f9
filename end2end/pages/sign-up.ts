import type { Locator, Page } from '@playwright/test';
import type { Person } from '../support/person.ts';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/sign-up`. */
export class SignUp extends Frame {
  readonly email: Locator;
  readonly password: Locator;
  readonly submit: Locator;

  constructor(page: Page) {
    super(page);
    const form = page.getByTestId('sign-up');
    this.email = field(form, 'email');
    this.password = field(form, 'password');
    this.submit = form.getByRole('button');
  }

  async open(): Promise<void> {
    await this.at('/sign-up');
  }

  async send({ email, password }: Person): Promise<void> {
    await this.email.fill(email);
    await this.password.fill(password);
    await this.submit.click();
  }
}
