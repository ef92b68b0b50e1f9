import type { Locator, Page } from '@playwright/test';
import type { Person } from '../support/person.ts';
import { Frame } from './frame.ts';

/** `/sign-in`. */
export class SignIn extends Frame {
  readonly email: Locator;
  readonly password: Locator;
  readonly submit: Locator;
  readonly forgot: Locator;

  constructor(page: Page) {
    super(page);
    const form = page.getByTestId('sign-in');
    this.email = form.getByLabel('E-mail');
    this.password = form.getByLabel('Password');
    this.submit = form.getByRole('button');
    this.forgot = form.getByRole('link', { name: 'Forgot your password?' });
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
