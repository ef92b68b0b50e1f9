import type { Locator, Page } from '@playwright/test';
import { field, option } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/settings`: password, sessions, display. */
export class Settings extends Frame {
  readonly current: Locator;
  readonly password: Locator;
  readonly changePassword: Locator;
  readonly sessions: Locator;
  readonly endAll: Locator;

  constructor(page: Page) {
    super(page);
    const form = page.getByTestId('change-password');
    this.current = field(form, 'current');
    this.password = field(form, 'password');
    this.changePassword = form.getByRole('button');
    this.sessions = page.getByTestId('session');
    this.endAll = page.getByTestId('end-all');
  }

  async open(): Promise<void> {
    await this.at('/settings');
  }

  async change(current: string, password: string): Promise<void> {
    await this.current.fill(current);
    await this.password.fill(password);
    await this.changePassword.click();
  }

  async theme(name: 'system' | 'light' | 'dark'): Promise<void> {
    const form = this.page.getByTestId('theme');
    await option(form, 'theme', name).click();
    await form.getByRole('button').click();
  }
}
