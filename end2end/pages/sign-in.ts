import type { Locator, Page } from '@playwright/test';
import type { Person } from '../support/person.ts';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/sign-in`. */
export class SignIn extends Frame {
  readonly email: Locator;
  readonly password: Locator;
  readonly submit: Locator;
  readonly forgot: Locator;
  readonly signUp: Locator;

  constructor(page: Page) {
    super(page);
    const form = page.getByTestId('sign-in');
    this.email = field(form, 'email');
    this.password = field(form, 'password');
    this.submit = form.getByRole('button');
    this.signUp = page.getByTestId('to-sign-up');
    this.forgot = form.getByRole('link');
  }

  async open(next?: string): Promise<void> {
    await this.at(next === undefined ? '/sign-in' : `/sign-in?${new URLSearchParams({ next })}`);
  }

  async send({ email, password }: Person): Promise<void> {
    await this.email.fill(email);
    await this.password.fill(password);
    await this.submit.click();
  }
}
